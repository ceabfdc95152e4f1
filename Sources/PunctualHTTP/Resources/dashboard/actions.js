// Choosing rows, asking before what cannot be taken back, and a few seconds in which a deletion has not happened yet.
import { ask, paragraph, toast } from "./dialog.js";
import { inParts } from "./parts.js";

const verbs = { pause: "Pause", resume: "Resume", trigger: "Trigger", delete: "Delete", retry: "Run again", redrive: "Run again", cancel: "Cancel" };
// What is asked first whatever the number; and what some mean.
const dangerous = ["delete", "cancel"];
const careful = ["trigger", "retry"];
const meanings = {
  delete: "What waits is cancelled. The history stays until its time is over.",
  cancel: "What waits is cancelled at once; what runs is asked to stop.",
  retry: "Each goes on with its next attempt, as the same occurrence.",
  redrive: "Each goes on with its next attempt, as the same occurrence.",
};
const patience = 6000;

export function count(number, form) {
  return `${number.toLocaleString("en")} ${form?.dataset.noun ?? "job"}${number === 1 ? "" : "s"}`;
}

/** How many are meant: a row may stand for more than one. */
function sum(things) {
  return things.reduce((all, thing) => all + thing.size, 0);
}

function pickedBoxes() {
  return [...document.querySelectorAll("[data-pick]:checked")];
}

function chosen(form) {
  return form.dataset.one !== undefined
    ? [{ name: form.dataset.one, row: null, size: 1 }]
    : pickedBoxes().map((box) => {
        const row = box.closest("tr");
        return { name: box.dataset.pick, row, size: Number(row.querySelector("[data-size]")?.dataset.size ?? 1) };
      });
}

/** What was agreed to: what the form held when it was sent, whatever has been ticked since. */
function agreed(form, action) {
  const data = new URLSearchParams(new FormData(form));
  data.set("action", action);
  data.set("confirmed", "yes");
  return data;
}

/** Sends that, and goes on to the page that answers. */
function send(form, data) {
  const copy = document.createElement("form");
  copy.setAttribute("method", "post");
  copy.setAttribute("action", form.getAttribute("action"));
  for (const [name, value] of data) copy.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(copy);
  copy.submit();
}

/** Deletes after a while, unless somebody changes his mind; leaving the page deletes at once. */
function later(form, data, jobs) {
  const rows = jobs.map((job) => job.row).filter(Boolean);
  for (const row of rows) row.classList.add("going");
  const end = () => {
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    line.remove();
  };
  const leave = () => {
    end();
    // The form's own `action` is its button of that name.
    fetch(form.getAttribute("action"), { method: "POST", body: data, keepalive: true, redirect: "manual" });
  };
  const line = toast(`Deleting ${count(jobs.length, form)}…`, "Undo", () => {
    end();
    for (const row of rows) row.classList.remove("going");
  });
  const timer = setTimeout(() => {
    end();
    send(form, data);
  }, patience);
  addEventListener("pagehide", leave);
}

async function decide(form, action, jobs) {
  const data = agreed(form, action);
  if (jobs.length === 0) {
    await ask(`No ${form.dataset.noun ?? "job"} is chosen`, [paragraph("Tick the boxes of those that are meant.")], [{ word: "Close", value: "" }]);
    return;
  }
  const names = document.createElement("ul");
  for (const job of jobs.slice(0, 8)) names.append(Object.assign(document.createElement("li"), { textContent: job.name }));
  if (jobs.length > 8) names.append(Object.assign(document.createElement("li"), { textContent: `and ${jobs.length - 8} more` }));
  const content = [names];
  if (meanings[action]) content.push(paragraph(meanings[action]));
  const what = verbs[action].replace("again", "").trim() + ` ${count(sum(jobs), form)}` + (verbs[action].endsWith("again") ? " again" : "");
  const answer = await ask(`${what}?`, content, [
    { word: "Leave it", value: "" },
    { word: what, value: "yes", kind: dangerous.includes(action) ? "danger" : "primary" },
  ]);
  if (answer !== "yes") return;
  if (action === "delete") later(form, data, jobs);
  else if ("parts" in form.dataset) inParts(form, data, sum(jobs), count);
  else send(form, data);
}

function watch(form) {
  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value;
    const jobs = chosen(form);
    const isHarmless = !dangerous.includes(action) && !("parts" in form.dataset) && (!careful.includes(action) || jobs.length === 1);
    if (jobs.length > 0 && isHarmless) return;
    event.preventDefault();
    decide(form, action, jobs);
  });
}

/** Says how many rows are chosen. */
export function told() {
  const words = document.querySelector("[data-picked]");
  if (!words) return;
  const boxes = [...document.querySelectorAll("[data-pick]")];
  const number = pickedBoxes().length;
  const form = document.querySelector("[data-bulk]");
  words.textContent = number === 0 ? "None chosen" : `${count(sum(chosen(form)), form)} chosen`;
  for (const button of words.parentElement.querySelectorAll("button")) button.disabled = number === 0;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = number > 0 && number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
  }
}

export function actions() {
  for (const form of document.querySelectorAll("[data-bulk], [data-one]")) watch(form);
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll("[data-pick]")) box.checked = all.checked;
      told();
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) told();
  });
  addEventListener("pageshow", (event) => {
    // What a browser has kept holds a form that was sent: sent once more, it would be taken for the same.
    if (event.persisted && document.querySelector("[data-bulk] [name=key], [data-one] [name=key]")) location.reload();
    told();
  });
  told();
}
