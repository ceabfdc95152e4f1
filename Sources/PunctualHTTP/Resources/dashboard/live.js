// Keeps a page as it is now: news come as server-sent events, and the page is then fetched once more and its parts put in
// place. So the server alone says how things look. Nothing that is pointed at moves: parts and rows are renewed where they
// stand, and new rows wait for a button.
import { told } from "./actions.js";

const shortest = 400;
// Many who hear of the same news do not ask all at once.
const spread = 200;
const refused = 5000;

export function live() {
  const rows = document.querySelector("[data-rows]");
  if (!rows && !document.querySelector("[data-live]")) return;
  const control = document.querySelector("[data-live-control]");
  const toggle = document.querySelector("[data-live-toggle]");
  const word = document.querySelector("[data-live-word]");
  if (!control || !window.EventSource) return;
  control.hidden = false;

  let isPaused = sessionStorage.getItem("paused") === "yes";
  let source = null;
  let timer = 0;
  let isFetching = false;
  let isStale = false;
  let last = 0;
  let pause = shortest;
  let reopening = 0;
  let failures = 0;

  function show(text) {
    if (word.textContent !== text) word.textContent = text;
  }

  /** Whoever is being asked something sees what he was asked about. */
  function isAsked() {
    return document.querySelector("dialog[open], .toast") !== null;
  }

  async function renew() {
    timer = 0;
    if (isAsked()) return news();
    if (isFetching) return void (isStale = true);
    isFetching = true;
    isStale = false;
    const began = performance.now();
    let least = shortest;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      // Whoever is signed out meanwhile sees it with the next click.
      if (answer.ok && !answer.redirected) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (answer.status === 429 || answer.status > 499) [isStale, least] = [true, refused];
    } catch {
      // The stream tells when the server is back.
    }
    last = performance.now();
    // A page that takes long is asked for less often: at most a fifth of the time is spent on it.
    pause = Math.max(least, (last - began) * 4);
    isFetching = false;
    if (isStale) news();
  }

  // What no event tells of is looked at again after so many seconds.
  function later() {
    // A part that says so may come with a later renewal.
    const seconds = document.querySelector("[data-renew]")?.dataset.renew;
    setTimeout(() => (seconds && news(), later()), (seconds ?? 5) * 1000);
  }

  function news() {
    if (isPaused || isFetching || document.hidden) return void (isStale = true);
    if (!timer) timer = setTimeout(renew, isAsked() ? 500 : Math.max(60, last + pause - performance.now()) + Math.random() * spread);
  }

  function put(fresh) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      // What somebody has opened stays open.
      const mine = part.querySelectorAll("details");
      other?.querySelectorAll("details").forEach((one, index) => (one.open = mine[index]?.open ?? one.open));
      if (!other || other.innerHTML === part.innerHTML) continue;
      // Who is about to press something presses what he sees.
      if (part.contains(document.activeElement) || part.querySelector(":active")) continue;
      if (other.className !== part.className) part.className = other.className;
      part.replaceChildren(...other.childNodes);
    }
    if (rows) putRows(fresh);
    else if (fresh.querySelector("[data-rows]")) location.reload();
  }

  function putRows(fresh) {
    const known = new Map([...rows.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
    const added = [];
    const there = new Set();
    for (const row of fresh.querySelectorAll("[data-row]")) {
      there.add(row.dataset.row);
      const mine = known.get(row.dataset.row);
      if (!mine) {
        added.push(row);
        continue;
      }
      const cells = mine.querySelectorAll("[data-cell]");
      row.querySelectorAll("[data-cell]").forEach((cell, index) => {
        const old = cells[index];
        if (old && old.innerHTML !== cell.innerHTML && !old.contains(document.activeElement)) old.replaceChildren(...cell.childNodes);
      });
    }
    // What has ended stays as it is also where newer rows have taken its place.
    for (const [id, row] of known) row.classList.toggle("going", !there.has(id) && !("ended" in row.dataset));
    const button = document.querySelector("[data-new-rows]");
    if (!button) return;
    button.hidden = added.length === 0;
    button.textContent = `${added.length} new`;
    button.onclick = () => {
      button.hidden = true;
      rows.tBodies[0].prepend(...added);
      told();
    };
  }

  function open() {
    source?.close();
    source = new EventSource("/api/v1/events" + (document.querySelector("[data-one]") ? `?job_id=${location.pathname.split("/")[2]}` : ""));
    for (const kind of ["job.created", "job.updated", "job.deleted", "execution.updated", "reset"]) source.addEventListener(kind, news);
    source.onopen = () => {
      failures = 0;
      show(isPaused ? "Paused" : "Live");
      // Nobody told what happened since the page was made, or during a break.
      news();
    };
    source.onerror = () => {
      show("Waiting for the server");
      // After an answer that is no stream, such as a proxy's 502, the browser itself does not try again.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopening);
      reopening = setTimeout(open, Math.min(30000, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2));
    };
  }

  function set(paused) {
    isPaused = paused;
    sessionStorage.setItem("paused", paused ? "yes" : "no");
    toggle.setAttribute("aria-pressed", String(paused));
    show(paused ? "Paused" : "Live");
    if (!paused && isStale) news();
  }

  toggle.addEventListener("click", () => set(!isPaused));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isStale) news();
  });
  // Six at a time is all that HTTP/1.1 allows a browser; a page that is left gives its stream back.
  addEventListener("pagehide", () => {
    clearTimeout(reopening);
    source?.close();
  });
  addEventListener("pageshow", (event) => event.persisted && open());
  set(isPaused);
  open();
  later();
}
