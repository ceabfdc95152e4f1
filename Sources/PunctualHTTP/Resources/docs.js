// Draws /openapi.json. Text only ever enters the page as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const main = document.getElementById("main");
const nav = document.getElementById("nav");
const status = document.getElementById("status");
const search = document.getElementById("search");
let api;

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Descriptions use no more of Markdown than paragraphs and `code`.
function prose(text, className = "") {
  const box = el("div", className ? { class: className } : {});
  for (const paragraph of (text ?? "").split("\n\n").filter(Boolean)) {
    const parts = paragraph.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
    box.append(el("p", {}, ...parts));
  }
  return box;
}

const followed = (node) => {
  let result = node;
  while (result?.$ref) {
    const { $ref, ...beside } = result;
    const target = $ref.slice(2).split("/").reduce((at, part) => at?.[part.replaceAll("~1", "/")], api);
    result = { name: $ref.split("/").pop(), ...target, ...beside };
  }
  return result;
};

// A schema that may also be null is the schema; that null is allowed is said in its line.
function withoutNull(schema) {
  const others = schema.oneOf?.filter((one) => one.type !== "null");
  if (others?.length === 1 && schema.oneOf.length === 2) {
    const { oneOf, ...beside } = schema;
    return { ...followed(others[0]), ...beside, nullable: true };
  }
  return schema;
}

function line(schema) {
  const types = [schema.type ?? (schema.oneOf ? "one of" : "any JSON")].flat();
  let text = types.filter((type) => type !== "null").join(" or ");
  if (schema.name && schema.type === "string") text = schema.name;
  if (schema.type === "array") text = `array of ${followed(schema.items).name ?? followed(schema.items).type ?? "any"}`;
  if (schema.format) text += `, ${schema.format}`;
  if (schema.const !== undefined) text += `, always ${JSON.stringify(schema.const)}`;
  if (schema.enum) text += `: ${schema.enum.filter((one) => one !== null).join(" | ")}`;
  const range = (low, high, unit) => {
    if (low !== undefined && high !== undefined) text += `, ${low}–${high}${unit}`;
    else if (low !== undefined) text += `, at least ${low}${unit}`;
    else if (high !== undefined) text += `, at most ${high}${unit}`;
  };
  range(schema.minimum, schema.maximum, "");
  range(schema.minLength, schema.maxLength, " characters");
  range(schema.minItems, schema.maxItems, " items");
  range(schema.minProperties, schema.maxProperties, " entries");
  if (schema.nullable || types.includes("null")) text += ", or null";
  if (schema.default !== undefined) text += `, default ${JSON.stringify(schema.default)}`;
  return text;
}

function field(name, schema, required) {
  const full = withoutNull(followed(schema));
  const about = el("dd", {}, el("span", { class: "type" }, line(full)), prose(full.description));
  const inner = full.type === "array" ? followed(full.items) : full;
  const within = children(inner) ? nested(inner.name ?? name, inner) : null;
  if (within) about.append(within);
  return el("div", {}, el("dt", {}, el("code", {}, name), required ? el("span", { class: "must" }, "required") : null), about);
}

const children = (schema) => schema.properties || schema.oneOf?.some((one) => one.$ref) || schema.allOf;

// Drawn when first opened: schemas may be deep.
function nested(title, schema) {
  const box = el("details", { class: "nested" }, el("summary", {}, title));
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(el("div", {}, shape(schema)));
  });
  return box;
}

function shape(schema) {
  const box = el("div");
  for (const part of schema.allOf ?? []) box.append(shape(followed(part)));
  if (schema.properties && Object.keys(schema.properties).length) {
    const fields = Object.entries(schema.properties).map(([name, one]) => field(name, one, schema.required?.includes(name)));
    box.append(el("dl", { class: "fields" }, ...fields));
  }
  for (const one of (schema.oneOf ?? []).filter((one) => one.$ref).map(followed)) {
    box.append(nested(one.properties?.type?.const ?? one.name, one));
  }
  const sample = schema.examples?.[0];
  if (sample && typeof sample === "object") box.append(el("h4", {}, "Example"), code(JSON.stringify(sample, null, 2)));
  return box;
}

const code = (text) => el("pre", { tabindex: "0" }, el("code", {}, text));

function curl(method, path, operation) {
  const filled = path.replace(/\{([^}]+)\}/g, (_, name) => {
    const schema = (operation.parameters ?? []).map(followed).find((one) => one.name === name)?.schema;
    return followed(schema)?.examples?.[0] ?? name;
  });
  const parts = [`curl -sS${method === "get" ? "" : ` -X ${method.toUpperCase()}`} ${location.origin}${filled}`];
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type) {
    const sample = JSON.stringify(followed(content.schema).examples?.[0] ?? {});
    parts.push(`-H 'Content-Type: ${type}'`, `-d '${sample.replaceAll("'", `'\\''`)}'`);
  }
  if (path.endsWith("/events")) parts[0] = parts[0].replace("-sS", "-sSN");
  return parts.join(" \\\n  ");
}

function inside({ method, path, operation }) {
  const box = el("div", { class: "inside" }, prose(operation.description));
  const parameters = (operation.parameters ?? []).map(followed);
  if (parameters.length) {
    box.append(el("h4", {}, "Parameters"));
    const fields = parameters.map((one) => {
      const schema = followed(one.schema);
      const item = field(one.name, { ...schema, description: one.description }, one.required);
      item.querySelector("dt").append(el("span", { class: "soft" }, ` ${one.in}`));
      return item;
    });
    box.append(el("dl", { class: "fields" }, ...fields));
  }
  const body = Object.entries(operation.requestBody?.content ?? {});
  if (body.length) {
    const types = body.map(([type]) => type).join(" or ");
    const schema = followed(body[0][1].schema);
    const need = operation.requestBody.required ? "" : ", may be left out";
    box.append(el("h4", {}, "Body"), el("p", { class: "soft" }, `${types}${need}`), prose(schema.description), shape(schema));
  }
  box.append(el("h4", {}, "Answers"));
  const answers = Object.entries(operation.responses).map(([number, response]) => {
    const full = followed(response);
    const about = el("dd", {}, prose(full.description));
    const extra = Object.keys(full.headers ?? {}).filter((name) => name !== "X-Request-Id");
    if (extra.length) about.append(el("p", { class: "type" }, `Headers: ${extra.join(", ")}`));
    for (const [type, content] of Object.entries(full.content ?? {})) {
      const schema = followed(content.schema);
      if (children(schema)) about.append(nested(`${schema.name ?? "body"} (${type})`, schema));
      else about.append(el("p", { class: "type" }, type));
    }
    return el("div", {}, el("dt", {}, el("code", {}, number)), about);
  });
  box.append(el("dl", { class: "fields" }, ...answers), el("h4", {}, "Try it"), code(curl(method, path, operation)));
  return box;
}

function call(entry) {
  const { method, path, operation } = entry;
  const box = el("details", { class: "call", id: operation.operationId },
    el("summary", {}, el("span", { class: `verb ${method}` }, method.toUpperCase()), el("span", { class: "path" }, path),
      el("span", { class: "soft" }, operation.summary)));
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(inside(entry));
  });
  return box;
}

function draw() {
  const entries = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
  main.append(el("h1", {}, `${api.info.title} API`), prose(api.info.summary), prose(api.info.description, "soft"));
  const groups = [];
  for (const tag of api.tags) {
    const section = el("section", {}, el("h2", {}, tag.name), prose(tag.description, "soft"));
    const list = el("ul");
    const group = { section, heading: el("h2", {}, tag.name), list, rows: [] };
    for (const entry of entries.filter((one) => one.operation.tags.includes(tag.name))) {
      const box = call(entry);
      const link = el("a", { href: `#${entry.operation.operationId}` },
        el("span", { class: `verb ${entry.method}` }, entry.method.toUpperCase()), entry.operation.summary);
      const row = el("li", {}, link);
      section.append(box);
      list.append(row);
      const words = [entry.method, entry.path, entry.operation.operationId, entry.operation.summary, entry.operation.description];
      group.rows.push({ box, row, words: words.join(" ").toLowerCase() });
    }
    groups.push(group);
    nav.append(group.heading, list);
    main.append(section);
  }
  const schemas = el("section", {}, el("h2", {}, "Schemas"));
  const group = { section: schemas, heading: el("h2", { hidden: "" }, "Schemas"), list: el("ul"), rows: [] };
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const box = nested(name, { name, ...schema });
    box.id = `schema-${name}`;
    schemas.append(box);
    group.rows.push({ box, row: el("li"), words: `${name} ${Object.keys(schema.properties ?? {}).join(" ")}`.toLowerCase() });
  }
  main.append(schemas);
  groups.push(group);
  return groups;
}

function filter(groups) {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const group of groups) {
    let shown = 0;
    for (const { box, row, words } of group.rows) {
      const fits = wanted.every((word) => words.includes(word));
      box.hidden = row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    group.section.hidden = group.list.hidden = shown === 0;
    if (group.list.isConnected) group.heading.hidden = shown === 0;
    count += shown;
  }
  status.textContent = wanted.length ? `${count} found` : "";
}

function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  }
}

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  api = await response.json();
  const groups = draw();
  search.addEventListener("input", () => filter(groups));
  search.form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", openTarget);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      filter(groups);
    }
  });
  openTarget();
} catch (error) {
  main.append(el("h1", {}, "Punctual API"), el("p", { role: "alert" }, `/openapi.json could not be drawn: ${error.message}.`),
    el("p", {}, el("a", { href: "/openapi.json" }, "Open it as it is")));
}
