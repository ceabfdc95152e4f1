// Times that stay true, the browser's own time zone, menus that close.

/** The same words as PageClock.away. */
export function away(milliseconds) {
  const size = Math.trunc(Math.abs(milliseconds) / 1000);
  if (size < 5) return "now";
  const text =
    size < 90 ? `${size} s`
    : size < 5400 ? `${Math.floor((size + 30) / 60)} min`
    : size < 129600 ? `${Math.floor((size + 1800) / 3600)} h`
    : `${Math.floor((size + 43200) / 86400)} days`;
  return milliseconds > 0 ? `in ${text}` : `${text} ago`;
}

function tick() {
  for (const part of document.querySelectorAll("[data-ago]")) {
    const text = away(Date.parse(part.parentElement.dateTime) - Date.now());
    if (part.textContent !== text) part.textContent = text;
  }
}

export function display() {
  setInterval(tick, 1000);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const field = document.getElementById("zone");
  const offer = document.querySelector("[data-own-zone]");
  if (own && field && offer && field.value !== own) {
    offer.textContent = `Mine: ${own}`;
    offer.hidden = false;
    offer.addEventListener("click", () => {
      field.value = own;
      field.form.requestSubmit();
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
