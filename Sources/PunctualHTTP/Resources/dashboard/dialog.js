// The browser's own dialog: it keeps the focus inside and gives it back.

/** Shows elements in a dialog; resolves with the value of the button that ended it, or "" for Escape. */
export function ask(title, content, buttons) {
  const dialog = document.createElement("dialog");
  const head = document.createElement("h2");
  head.id = "dialog-head";
  head.textContent = title;
  dialog.setAttribute("aria-labelledby", head.id);
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "row";
  for (const { word, value, kind } of buttons) {
    const button = document.createElement("button");
    button.textContent = word;
    button.value = value;
    if (kind) button.className = kind;
    form.append(button);
  }
  dialog.append(head, ...content, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    }));
}

export function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

/** A line at the bottom with a button; `remove()` takes it away. */
export function toast(text, word, onClick) {
  const element = document.createElement("div");
  element.className = "toast";
  element.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word;
  button.addEventListener("click", onClick);
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words, button);
  document.body.append(element);
  return element;
}
