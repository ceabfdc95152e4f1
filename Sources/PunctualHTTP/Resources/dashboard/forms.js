// Buttons that ask first, secrets that are copied, and pages that nobody is shown twice.
import { ask, paragraph } from "./dialog.js";

export function forms() {
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    if (!button?.dataset.ask) return;
    event.preventDefault();
    const answer = await ask(button.dataset.ask, [paragraph(button.dataset.askWords)], [
      { word: "Leave it", value: "" },
      { word: button.dataset.askButton, value: "yes", kind: "danger" },
    ]);
    if (answer !== "yes") return;
    for (const [name, value] of [[button.name, button.value], ["confirmed", "yes"]])
      if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.submit();
  });
  const once = document.querySelector("[data-once]");
  // A reload would send the form again, and make another one.
  if (once) history.replaceState(null, "", once.dataset.once);
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("[data-secret]").textContent);
      button.textContent = "Copied";
    });
  }
}
