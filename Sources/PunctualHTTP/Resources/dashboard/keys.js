// Keys for those who keep their hands there.
import { ask } from "./dialog.js";

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]") !== null;
}

function help() {
  const list = document.createElement("dl");
  const add = (key, words) => {
    const term = document.createElement("dt");
    for (const part of key.split(" ")) term.append(Object.assign(document.createElement("kbd"), { textContent: part }), " ");
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  };
  if (document.querySelector("[data-search]")) add("/", "search");
  for (const link of document.querySelectorAll("[data-key]")) add(`g ${link.dataset.key}`, link.textContent.trim());
  const fresh = document.querySelector("[data-key-new]");
  if (fresh) add("n", fresh.textContent.trim().toLowerCase());
  if (document.querySelector("[data-live-toggle]")) add("p", "pause or go on live");
  add("?", "this list");
  ask("Keys", [list], [{ word: "Close", value: "" }]);
}

export function keys() {
  let leader = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const click = (selector) => {
      const element = document.querySelector(selector);
      if (!element) return;
      event.preventDefault();
      element.click();
    };
    if (event.timeStamp - leader < 1200) {
      leader = -Infinity;
      click(`[data-key="${CSS.escape(event.key)}"]`);
    } else if (event.key === "g") {
      leader = event.timeStamp;
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "n") click("[data-key-new]");
    else if (event.key === "p") click("[data-live-toggle]");
    else if (event.key === "?") help();
  });
}
