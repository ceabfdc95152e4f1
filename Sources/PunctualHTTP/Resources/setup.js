"use strict";

const form = document.getElementById("form");
const said = document.getElementById("said");

// The fragment never leaves the browser; it is taken out of the history as well.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  document.getElementById("token").value = token;
  history.replaceState(null, "", location.pathname);
  document.getElementById("name").focus();
}

// People of an outside provider need no set-up.
async function offerProviders() {
  const answer = await fetch("/api/v1/providers");
  if (!answer.ok) return;
  const list = document.getElementById("providers");
  for (const provider of (await answer.json()).items) {
    const link = document.createElement("a");
    link.href = provider.login_path;
    link.textContent = `Sign in with ${provider.display_name}`;
    list.appendChild(document.createElement("li")).appendChild(link);
    list.hidden = false;
  }
}
// Without them the page is what it was.
offerProviders().catch(() => {});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = {};
  for (const name of ["token", "name", "password"]) body[name] = document.getElementById(name).value;
  try {
    const answer = await fetch("/api/v1/setup", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const json = await answer.json();
    if (answer.ok) {
      form.remove();
      said.textContent = `The user ${json.name} is there.`;
      const link = Object.assign(document.createElement("a"), { href: "/sign-in", textContent: "Sign in" });
      said.after(Object.assign(document.createElement("p"), { id: "next" }));
      document.getElementById("next").append(link);
      link.focus();
    } else {
      const faults = (json.errors || []).map((fault) => `${(fault.pointer || "").slice(1)} ${fault.detail}`);
      said.textContent = [json.detail, ...faults].join(" ");
    }
  } catch {
    said.textContent = "The server does not answer. Try again.";
  }
});
