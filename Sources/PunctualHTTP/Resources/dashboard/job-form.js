// Shows the next fires while somebody types.

export function jobForm() {
  const form = document.querySelector("[data-job-form]");
  const place = document.querySelector("[data-preview]");
  if (!form || !place) return;
  form.querySelector("[data-preview-button]").hidden = true;
  let timer = 0;
  let under = null;

  async function preview() {
    under?.abort();
    under = new AbortController();
    try {
      const answer = await fetch("/jobs/preview", {
        method: "POST", body: new URLSearchParams(new FormData(form)), signal: under.signal,
      });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...fresh.body.childNodes);
    } catch {
      // The next key asks again.
    }
  }

  form.addEventListener("input", (event) => {
    if (!/^(schedule|cron|interval|delay|once|rrule)_/.test(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(preview, 150);
  });
  // What was typed is not lost by a slip.
  let isSent = false;
  let isTouched = false;
  form.addEventListener("input", () => (isTouched = true));
  form.addEventListener("submit", () => (isSent = true));
  addEventListener("beforeunload", (event) => {
    if (isTouched && !isSent) event.preventDefault();
  });
}
