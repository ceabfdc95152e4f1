// Choosing rows, asking before what cannot be taken back, and a few seconds in which a deletion has not happened yet.
import { ask, paragraph, toast } from "./dialog.js";

const verbs = { pause: "Pause", resume: "Resume", trigger: "Trigger", delete: "Delete" };
const patience = 6000;

function count(number) {
  return `${number} job${number === 1 ? "" : "s"}`;
}

function chosen(form) {
  return form.dataset.one !== undefined
    ? [{ name: form.dataset.one, row: null }]
    : [...document.querySelectorAll("[data-pick]:checked")].map((box) => ({ name: box.dataset.pick, row: box.closest("tr") }));
}

/** Sends the form after a while, unless somebody changes his mind; leaving the page sends it at once. */
function later(form, jobs) {
  const data = new URLSearchParams(new FormData(form));
  data.set("action", "delete");
  data.set("confirmed", "yes");
  const rows = jobs.map((job) => job.row).filter(Boolean);
  for (const row of rows) row.classList.add("going");
  let isOver = false;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    line.remove();
  };
  const leave = () => {
    if (isOver) return;
    end();
    fetch(form.action, { method: "POST", body: data, keepalive: true, redirect: "manual" });
  };
  const send = () => {
    end();
    for (const [name, value] of [["action", "delete"], ["confirmed", "yes"]]) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    form.submit();
  };
  const line = toast(`Deleting ${count(jobs.length)}…`, "Undo", () => {
    end();
    for (const row of rows) row.classList.remove("going");
  });
  const timer = setTimeout(send, patience);
  addEventListener("pagehide", leave);
}

async function decide(form, action) {
  const jobs = chosen(form);
  const needsAnswer = action === "delete" || (action === "trigger" && jobs.length > 1);
  if (jobs.length === 0) {
    await ask("No job is chosen", [paragraph("Tick the boxes of those that are meant.")], [{ word: "Close", value: "" }]);
    return false;
  }
  if (!needsAnswer) return true;
  const names = document.createElement("ul");
  for (const job of jobs.slice(0, 8)) {
    const item = document.createElement("li");
    item.textContent = job.name;
    names.append(item);
  }
  if (jobs.length > 8) names.append(Object.assign(document.createElement("li"), { textContent: `and ${jobs.length - 8} more` }));
  const content = [names];
  if (action === "delete") content.push(paragraph("What waits is cancelled. The history stays until its time is over."));
  const answer = await ask(`${verbs[action]} ${count(jobs.length)}?`, content, [
    { word: "Leave it", value: "" },
    { word: `${verbs[action]} ${count(jobs.length)}`, value: "yes", kind: action === "delete" ? "danger" : "primary" },
  ]);
  if (answer !== "yes") return false;
  if (action === "delete") {
    later(form, jobs);
    return false;
  }
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "confirmed", value: "yes" });
  form.append(field);
  return true;
}

function watch(form) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || form.dataset.decided) return;
    event.preventDefault();
    if (!(await decide(form, button.value))) return;
    form.dataset.decided = "yes";
    form.requestSubmit(button);
  });
}

/** Says how many rows are chosen. */
export function told() {
  const words = document.querySelector("[data-picked]");
  if (!words) return;
  const boxes = [...document.querySelectorAll("[data-pick]")];
  const number = boxes.filter((box) => box.checked).length;
  words.textContent = number === 0 ? "None chosen" : `${count(number)} chosen`;
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
  addEventListener("pageshow", told);
  told();
}
