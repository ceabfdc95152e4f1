// Adds lines of output as they come. Whoever has scrolled up stays where he reads; whoever is at the end stays there.

export function lines() {
  const list = document.querySelector("[data-lines]");
  if (!list || !window.EventSource) return;
  const box = list.parentElement;
  const end = document.querySelector("[data-lines-end]");
  let [source, waiting, last, turn] = [null, [], Number(list.dataset.after), list.dataset.turn];
  let [failures, soonest] = [0, 0];

  const isAtEnd = () => box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  const goToEnd = () => (box.scrollTop = box.scrollHeight);

  function item(words, more) {
    return Object.assign(document.createElement("li"), { textContent: words, ...more });
  }

  function add() {
    const fresh = document.createDocumentFragment();
    for (const line of waiting.splice(0)) {
      // A stream that was broken may tell a line twice.
      if (line.number <= last) continue;
      last = line.number;
      if (String(line.attempt) !== turn) {
        turn = String(line.attempt);
        fresh.append(item(`Attempt ${turn}`, { className: "turn" }));
      }
      fresh.append(item(line.text, { className: `l-${line.level}`, value: line.number, title: line.at }));
    }
    if (!fresh.firstChild) return;
    const follows = isAtEnd();
    list.append(fresh);
    document.querySelector("[data-no-lines]")?.remove();
    if (follows) goToEnd();
  }

  function open() {
    source = new EventSource(`${list.dataset.lines}?after=${last}`);
    source.addEventListener("line", (event) => waiting.push(JSON.parse(event.data)));
    source.addEventListener("end", () => {
      source.close();
      source = null;
    });
    source.onopen = () => (failures = 0);
    source.onerror = () => {
      // After an answer that is no stream the browser itself does not try again.
      if (source?.readyState !== EventSource.CLOSED) return;
      [source, known] = [null, ""];
      soonest = performance.now() + Math.min(30000, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2);
    };
  }

  // What the page says of how far the execution is: with each change there may be more lines, even if it has ended already.
  const state = () => document.querySelector("#run-status").textContent + document.querySelectorAll(".attempts > li").length;
  const isOpen = document.querySelector("[data-is-open]") !== null;
  let known = isOpen || "more" in list.dataset ? "" : state();
  document.querySelector("[data-more-lines]")?.remove();
  setInterval(() => {
    if (end) end.hidden = isAtEnd();
    if (sessionStorage.getItem("paused") === "yes" || document.hidden) {
      // What comes meanwhile is asked for again from the last line on.
      if (source) {
        source.close();
        [source, known, waiting] = [null, "", []];
      }
      return;
    }
    if (!source && state() !== known && performance.now() >= soonest) {
      known = state();
      open();
    }
    add();
  }, 250);
  end?.addEventListener("click", goToEnd);
  addEventListener("pagehide", () => source?.close());
  if (isOpen) goToEnd();
}
