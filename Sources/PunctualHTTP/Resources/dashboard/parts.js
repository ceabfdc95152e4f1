// Sends a form that means many things bit by bit, and shows how far it is; it can be stopped between two bits.

export async function inParts(form, data, total, count) {
  const dialog = document.createElement("dialog");
  const head = Object.assign(document.createElement("h2"), { id: "parts-head", textContent: "Running them again" });
  dialog.setAttribute("aria-labelledby", head.id);
  const bar = Object.assign(document.createElement("progress"), { max: total, value: 0 });
  bar.setAttribute("aria-labelledby", head.id);
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  const row = Object.assign(document.createElement("p"), { className: "row" });
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Stop" });
  row.append(stop);
  dialog.append(head, bar, words, row);
  document.body.append(dialog);
  let isStopped = false;
  stop.addEventListener("click", () => (isStopped = true));
  // Escape stops, too; the dialog goes when the bit that is under way has ended.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    isStopped = true;
  });
  dialog.showModal();

  data.set("part", "yes");
  let [done, failed, problem, isOver] = [0, 0, null, false];
  while (!isStopped && !isOver) {
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data });
      const part = answer.ok && !answer.redirected ? await answer.json() : { done: 0, failed: 0, left: 0, problem: `The server answered ${answer.status}.` };
      [done, failed, problem] = [done + part.done, failed + part.failed, part.problem ?? problem];
      isOver = part.left === 0;
      if (part.after) data.set("after", part.after);
      bar.max = done + failed + part.left;
    } catch {
      [problem, isOver] = ["The server cannot be reached.", true];
    }
    bar.value = done + failed;
    words.textContent = `${count(done, form)} sent to run again.`;
  }
  if (failed || problem) words.textContent += ` ${failed || "Some"} could not be: ${problem}`;
  head.textContent = isStopped && !isOver ? "Stopped" : problem ? "Ended with problems" : "Done";
  stop.textContent = "Close";
  stop.focus();
  // What it leaves behind is a page as it is now.
  const close = () => location.reload();
  stop.addEventListener("click", close);
  dialog.addEventListener("cancel", close);
}
