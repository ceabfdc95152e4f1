// Everything works without this; it only makes it quicker.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { actions } from "./actions.js";
import { jobForm } from "./job-form.js";
import { lines } from "./lines.js";
import { display } from "./display.js";
import { forms } from "./forms.js";

display();
keys();
actions();
jobForm();
forms();
lines();
live();
