// Made by script/embed-resources from Resources/; don't edit.
// swift-format-ignore-file

/// The files of `Resources/`, laid into the binary.
package enum EmbeddedResources {
    /// One file: its bytes live as long as the process.
    package struct File: Sendable {
        /// The file's name inside `Resources/`.
        package let name: String
        /// The value for `Content-Type`.
        package let contentType: String
        /// A strong entity tag, quotes included.
        package let etag: String
        /// The text in UTF-8; `bytes` is the way to it without a copy.
        package let text: StaticString

        /// The content, without a copy.
        package var bytes: UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        }
    }

    /// `docs.css`
    package static let docsCSS = File(
        name: "docs.css", contentType: "text/css; charset=utf-8", etag: "\"30c15091584ecbc1\"",
        text: #"""
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --line: #dcdfe5; --text: #1b1f27; --soft: #59616f; --link: #1c56c4;
  --get: #1c56c4; --post: #1a7040; --put: #8a5300; --patch: #75509a; --delete: #b3261e; --mark: #fff1b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --panel: #1d2128; --line: #343b47; --text: #e6e8ec; --soft: #a1a9b7; --link: #8ab4ff;
    --get: #8ab4ff; --post: #6fd39a; --put: #f0b357; --patch: #cba6f0; --delete: #ff8f85; --mark: #4d431a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, pre, .path { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: .5rem 0 1rem; overflow-x: auto; line-height: 1.45; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .75rem; z-index: 3; background: var(--page); padding: .25rem .5rem; }
header { position: sticky; top: 0; z-index: 2; display: flex; gap: 1rem 1.5rem; align-items: center; padding: .6rem 1.5rem; background: var(--page); border-bottom: 1px solid var(--line); }
header p { margin: 0; }
.brand a { font-weight: 700; color: var(--text); text-decoration: none; }
.brand span { color: var(--soft); font-weight: 400; }
.links { display: flex; gap: 1rem; font-size: .9rem; white-space: nowrap; }
header form { flex: 1; max-width: 30rem; margin-left: auto; }
#search { width: 100%; font: inherit; font-size: .95rem; padding: .3rem .6rem; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.columns { display: grid; grid-template-columns: 20rem minmax(0, 1fr); max-width: 82rem; margin: 0 auto; }
nav { position: sticky; top: 3.4rem; align-self: start; max-height: calc(100vh - 3.4rem); overflow-y: auto; padding: 1rem 1rem 2rem 1.5rem; font-size: .9rem; }
nav h2 { font-size: .75rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); margin: 1.1rem 0 .25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: flex; gap: .5rem; align-items: baseline; padding: .15rem .25rem; color: var(--text); text-decoration: none; }
nav a:hover { background: var(--panel); }
nav .verb { font-size: .65rem; width: 3.4rem; flex: none; text-align: right; }
main { padding: 1.5rem 2rem 6rem; min-width: 0; }
main:focus { outline: none; }
h1 { margin: 0 0 .5rem; font-size: 1.8rem; }
main > section > h2, main > h2 { margin: 2.5rem 0 .25rem; font-size: 1.35rem; }
h4 { margin: 1.25rem 0 .35rem; font-size: .95rem; }
.soft { color: var(--soft); }
.verb { font: 700 .75rem ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .patch { color: var(--patch); } .delete { color: var(--delete); }
details.call { border: 1px solid var(--line); border-radius: 8px; margin: .6rem 0; }
details.call > summary { display: flex; flex-wrap: wrap; gap: .15rem .75rem; align-items: baseline; padding: .55rem .9rem; cursor: pointer; list-style: none; }
details.call > summary::-webkit-details-marker { display: none; }
details.call > summary .verb { width: 3.4rem; }
details.call > summary .path { font-weight: 600; overflow-wrap: anywhere; }
details.call > summary .soft { margin-left: auto; font-size: .9rem; }
details.call[open] > summary { border-bottom: 1px solid var(--line); }
details.call:target { border-color: var(--link); }
.inside { padding: .4rem 1rem 1rem; }
dl { margin: 0; }
dl.fields > div { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: .1rem 1rem; padding: .4rem 0; border-top: 1px solid var(--line); }
dl.fields > div:first-child { border-top: 0; }
dt, dd { margin: 0; min-width: 0; }
dt .must { color: var(--delete); font-size: .75rem; margin-left: .35rem; }
dd .type { color: var(--soft); font-size: .875rem; }
dd p, .inside p { margin: .1rem 0; }
details.nested { margin: .25rem 0; }
details.nested > summary { cursor: pointer; color: var(--link); font-size: .9rem; }
details.nested > div { border-left: 2px solid var(--line); padding-left: .9rem; margin: .25rem 0 .5rem; }
.problems dt { font-weight: 600; margin-top: 1.25rem; scroll-margin-top: 5rem; }
.problems dt:target { background: var(--mark); }
[hidden] { display: none !important; }
@media (max-width: 56rem) {
  .columns { display: block; }
  nav { display: none; }
  header { flex-wrap: wrap; padding: .5rem 1rem; gap: .35rem 1rem; }
  header form { order: 3; flex-basis: 100%; max-width: none; }
  .links { margin-left: auto; }
  html { scroll-padding-top: 6.5rem; }
  main { padding: 1rem 1rem 4rem; }
  dl.fields > div { grid-template-columns: minmax(0, 1fr); }
  details.call > summary .soft { margin-left: 0; flex-basis: 100%; }
}

"""#)

    /// `docs.html`
    package static let docsHTML = File(
        name: "docs.html", contentType: "text/html; charset=utf-8", etag: "\"4568f8be0b72eb92\"",
        text: #"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Punctual API</title>
<link rel="stylesheet" href="/docs/docs.css">
<script type="module" src="/docs/docs.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the calls</a>
<header>
<p class="brand"><a href="/docs">Punctual <span>API</span></a></p>
<form role="search"><label for="search" class="unseen">Search calls and schemas</label>
<input id="search" type="search" placeholder="Search (press /)" autocomplete="off" spellcheck="false"></form>
<p class="links"><a href="/openapi.json">openapi.json</a> <a href="/docs/problems">Problems</a></p>
</header>
<div class="columns">
<nav id="nav" aria-label="Calls"></nav>
<main id="main" tabindex="-1">
<noscript>
<h1>Punctual API</h1>
<p>This page draws <a href="/openapi.json">/openapi.json</a> with a script. Without it, these links help:</p>
<ul>
<li><a href="/openapi.json">The whole API as an OpenAPI 3.1 document</a></li>
<li><a href="/docs/problems">Problems: what each error means</a></li>
<li><a href="/api/v1/jobs">Jobs</a></li>
<li><a href="/api/v1/executions">Executions</a></li>
<li><a href="/api/v1/queues">Queues</a></li>
<li><a href="/api/v1/schedule/status">The schedulers' state</a></li>
<li><a href="/api/v1/stats">Figures</a></li>
<li><a href="/health">Health</a></li>
<li><a href="/metrics">Metrics for Prometheus</a></li>
</ul>
</noscript>
</main>
</div>
<p id="status" class="unseen" role="status"></p>
</body>
</html>

"""#)

    /// `docs.js`
    package static let docsJS = File(
        name: "docs.js", contentType: "text/javascript; charset=utf-8", etag: "\"2732214a793003ef\"",
        text: #"""
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

"""#)

    /// `openapi.json`
    package static let openAPI = File(
        name: "openapi.json", contentType: "application/json", etag: "\"be1a3101bddbc431\"",
        text: #"""
{
  "openapi": "3.1.1",
  "info": {
    "title": "Punctual",
    "version": "1.0.0",
    "summary": "A job scheduler: each due time is recorded once, each execution attempted at least once.",
    "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    "description": "JSON in snake_case. Instants are RFC 3339 in UTC with milliseconds; durations are strings like `250ms`, `30s`, `1h30m`; ids are lower-case UUIDs. Unknown fields in a request are an error. Enums are open for readers: a client must take values that it does not know. Fields may be added to answers.\n\nEvery answer other than 2xx is `application/problem+json` (RFC 9457); `/health` alone keeps its own form at 503. Faults of fields and of query parameters are 422, all at once. Lists are paged by `cursor`. The `Accept` header is not negotiated, except for `/events`. Answers over 1 KiB are compressed on request."
  },
  "servers": [{"url": "/"}],
  "security": [{"bearer": []}, {"session": []}],
  "tags": [
    { "name": "Jobs", "description": "What to run, when, under which policies." },
    { "name": "Schedule", "description": "Trying schedules out, and the schedulers' state." },
    { "name": "Executions", "description": "The record of each occurrence." },
    { "name": "Queues", "description": "Where executions wait for workers." },
    { "name": "Work", "description": "For workers outside of Punctual." },
    { "name": "Access", "description": "Users, service accounts, keys, grants, secrets, the audit log." },
    { "name": "OAuth", "description": "Tokens for programs." },
    {"name": "Notifications", "description": "Whom to tell of what becomes of jobs."},
    { "name": "Operations", "description": "Health, figures, events, this document." }
  ],
  "paths": {
    "/api/v1/jobs": {
      "get": {
        "tags": ["Jobs"],
        "operationId": "listJobs",
        "summary": "List jobs",
        "description": "Paged by key; filters are ANDed.",
        "parameters": [
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/JobStatus" },
          { "$ref": "#/components/parameters/QueueFilter" },
          { "$ref": "#/components/parameters/NameFilter" },
          { "$ref": "#/components/parameters/LabelFilter" },
          { "$ref": "#/components/parameters/Search" },
          { "$ref": "#/components/parameters/Sort" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of jobs.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/JobPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Jobs"],
        "operationId": "createJob",
        "summary": "Create a job",
        "description": "A name that the service has already is 409 `name_taken`.",
        "parameters": [
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/JobRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" },
              "Location": { "$ref": "#/components/headers/Location" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/bulk": {
      "post": {
        "tags": ["Jobs"],
        "operationId": "createJobs",
        "summary": "Create many jobs",
        "description": "Up to 1,000. Each item stands by itself and has its outcome, in order.",
        "parameters": [
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/BulkRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The outcomes.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/BulkResponse"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}": {
      "get": {
        "tags": ["Jobs"],
        "operationId": "getJob",
        "summary": "Read a job",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Cache-Status": {"$ref": "#/components/headers/CacheStatus"},
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "put": {
        "tags": ["Jobs"],
        "operationId": "replaceJob",
        "summary": "Replace a job",
        "description": "What is left out falls back to its default. Status, counters and history stay. An unknown id is 404: PUT does not create.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/JobRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "patch": {
        "tags": ["Jobs"],
        "operationId": "patchJob",
        "summary": "Change a job",
        "description": "JSON merge patch (RFC 7396).",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/merge-patch+json": { "schema": {"$ref": "#/components/schemas/JobPatch"} },
            "application/json": { "schema": {"$ref": "#/components/schemas/JobPatch"} }
          }
        },
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Jobs"],
        "operationId": "deleteJob",
        "summary": "Delete a job",
        "description": "Cancels what waits, asks what runs to stop; history stays until retention.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Gone.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/pause": {
      "post": {
        "tags": ["Jobs"],
        "operationId": "pauseJob",
        "summary": "Pause a job",
        "description": "No occurrence is planned until it is resumed. Pausing a paused job sets the new reason. A completed job is 409.",
        "parameters": [{"$ref": "#/components/parameters/JobId"}, {"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/PauseRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/resume": {
      "post": {
        "tags": ["Jobs"],
        "operationId": "resumeJob",
        "summary": "Resume a job",
        "description": "Plans from now on; what fell due in the pause is recorded as skipped. Resuming an active job changes nothing. A completed job is 409.",
        "parameters": [{"$ref": "#/components/parameters/JobId"}, {"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/trigger": {
      "post": {
        "tags": ["Jobs"],
        "operationId": "triggerJob",
        "summary": "Run a job now",
        "description": "Works on paused and completed jobs too; the overlap policy holds.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "202": {
            "description": "The execution.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Location": { "$ref": "#/components/headers/Location" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Execution"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/backfill": {
      "post": {
        "tags": ["Jobs"],
        "operationId": "backfillJob",
        "summary": "Run past occurrences",
        "description": "Adds an execution for each occurrence in the range that has no row yet. Schedules without nominal instants (`manual`, `fixed_delay`) are 409.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/BackfillRequest"}} }
        },
        "responses": {
          "202": {
            "description": "What was added.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/BackfillResult"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/next": {
      "get": {
        "tags": ["Jobs"],
        "operationId": "nextOccurrences",
        "summary": "Coming instants of a job",
        "description": "With its start, end and limits; jitter left out. Empty for `manual` and for what is over.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/Count" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The instants.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/OccurrenceList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/jobs/{id}/explain": {
      "get": {
        "tags": ["Jobs"],
        "operationId": "explainJob",
        "summary": "Why a job did or did not run",
        "parameters": [{"$ref": "#/components/parameters/JobId"}, {"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The explanation.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Explanation"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/schedules/preview": {
      "post": {
        "tags": ["Schedule"],
        "operationId": "previewSchedule",
        "summary": "Try out a schedule",
        "description": "Nothing is stored. `H` is hashed from a fixed id, for want of a job.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/PreviewRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The instants.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/OccurrenceList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/calendar": {
      "get": {
        "tags": ["Schedule"],
        "operationId": "calendar",
        "summary": "How many fires are planned, and when",
        "description": "Of the active jobs that the caller may see, by what their schedules say now. Jobs are counted apart from the request, once for all who see the same: an answer may be a minute old, or older where there are so many jobs that counting takes seconds, and the first may come before all were counted. `count` says how it is.",
        "parameters": [
          {
            "name": "from",
            "in": "query",
            "description": "Cut to the minute; now without it. At most 2 days ago and a year ahead. What was due before now is no plan and counts nothing.",
            "schema": { "type": "string", "format": "date-time" }
          },
          {
            "name": "hours",
            "in": "query",
            "description": "How long; at most 24 with `step=1m`.",
            "schema": { "type": "integer", "minimum": 1, "maximum": 192, "default": 168 }
          },
          {
            "name": "step",
            "in": "query",
            "description": "By hours, as a clock of the zone shows them, or by minutes.",
            "schema": { "type": "string", "enum": ["1h", "1m"], "default": "1h" }
          },
          {
            "name": "zone",
            "in": "query",
            "description": "Whose clock: IANA.",
            "schema": { "type": "string", "default": "UTC" },
            "example": "Europe/Berlin"
          },
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The plan.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Calendar"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/calendar/jobs": {
      "get": {
        "tags": ["Schedule"],
        "operationId": "calendarJobs",
        "summary": "Which jobs fire in one minute",
        "description": "Those that fire in the minute, not in the one before as well, and are not spread beyond it by their jitter, by id. Of those with the same schedule the first 1,000 are known by name, and as many of a minute.",
        "parameters": [
          {
            "name": "at",
            "in": "query",
            "required": true,
            "description": "An instant of the minute.",
            "schema": { "type": "string", "format": "date-time" }
          },
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of jobs.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/CalendarJobs"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/schedule/status": {
      "get": {
        "tags": ["Schedule"],
        "operationId": "scheduleStatus",
        "summary": "How the schedulers are doing",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Nodes, shards and counts.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ScheduleStatus"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/schedule/{job_id}": {
      "post": {
        "tags": ["Schedule"],
        "operationId": "putOnSchedule",
        "summary": "Put a job on the schedule",
        "description": "The same as resume.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Schedule"],
        "operationId": "takeOffSchedule",
        "summary": "Take a job off the schedule",
        "description": "The same as pause, without a reason.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The job.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Job"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions": {
      "get": {
        "tags": ["Executions"],
        "operationId": "listExecutions",
        "summary": "List executions across jobs",
        "description": "Newest first. With `q` a page looks at the newest 10,000 that the other filters choose: it may hold fewer than `limit`, even none, and the search goes on with `next_cursor`.",
        "parameters": [
          { "$ref": "#/components/parameters/ExecutionStatus" },
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/QueueFilter" },
          { "$ref": "#/components/parameters/JobIdFilter" },
          { "$ref": "#/components/parameters/From" },
          { "$ref": "#/components/parameters/To" },
          { "$ref": "#/components/parameters/Reason" },
          { "$ref": "#/components/parameters/ExecutionSearch" },
          { "$ref": "#/components/parameters/Brief" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ExecutionPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions/{job_id}": {
      "get": {
        "tags": ["Executions"],
        "operationId": "listJobExecutions",
        "summary": "List a job's executions",
        "description": "Newest first; `q` as for the list across jobs. History outlives its job: an id without job and without history is 404.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/ExecutionStatus" },
          { "$ref": "#/components/parameters/From" },
          { "$ref": "#/components/parameters/To" },
          { "$ref": "#/components/parameters/Reason" },
          { "$ref": "#/components/parameters/ExecutionSearch" },
          { "$ref": "#/components/parameters/Brief" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ExecutionPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions/{job_id}/{id}": {
      "get": {
        "tags": ["Executions"],
        "operationId": "getExecution",
        "summary": "Read an execution",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/ExecutionId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The execution.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Execution"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions/{job_id}/{id}/lines": {
      "get": {
        "tags": ["Executions"],
        "operationId": "readLines",
        "summary": "Read what an execution says",
        "description": "The lines of all its attempts, in order, while it runs and later: of outside workers what they send with heartbeats and completions, of commands their output line by line. An execution keeps 10,000 lines and 4 MiB; a last line tells that there was more. `text/event-stream` is the same as server-sent events: `id` and `event: line` for each line, a comment after 15 seconds of silence, and `event: end` with its `status` once the execution has ended and all lines have been sent. A reader that goes on sends `Last-Event-ID`, or `after`.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/ExecutionId" },
          {
            "name": "after",
            "in": "query",
            "description": "Only lines behind this number.",
            "schema": { "type": "integer", "minimum": 0, "maximum": 2147483647, "default": 0 }
          },
          {
            "name": "limit",
            "in": "query",
            "description": "Lines of the JSON answer.",
            "schema": { "type": "integer", "minimum": 1, "maximum": 200, "default": 200 }
          },
          {
            "name": "wait",
            "in": "query",
            "description": "How long the JSON answer waits for a line or for the end. 0s to 60s.",
            "schema": { "$ref": "#/components/schemas/Duration", "default": "0s" }
          },
          { "$ref": "#/components/parameters/LastEventId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The lines.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": {
              "application/json": { "schema": {"$ref": "#/components/schemas/LinePage"} },
              "text/event-stream": { "schema": {"type": "string"} }
            }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions/{job_id}/retry": {
      "post": {
        "tags": ["Executions"],
        "operationId": "retryExecution",
        "summary": "Run a failed execution again",
        "description": "The one named, if it has ended without success, or else the job's last failed one; 409 when there is none. The same execution is opened again, with the next attempt number: an occurrence never has two.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/RetryRequest"}} }
        },
        "responses": {
          "202": {
            "description": "The execution.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Location": { "$ref": "#/components/headers/Location" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Execution"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/executions/{job_id}/{id}/cancel": {
      "post": {
        "tags": ["Executions"],
        "operationId": "cancelExecution",
        "summary": "Cancel an execution",
        "description": "What waits is cancelled at once, what runs is told to stop. One that has ended is 409.",
        "parameters": [
          { "$ref": "#/components/parameters/JobIdOfPath" },
          { "$ref": "#/components/parameters/ExecutionId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "202": {
            "description": "The execution.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Execution"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/dead-letters": {
      "get": {
        "tags": ["Executions"],
        "operationId": "listDeadLetters",
        "summary": "What failed for good, by job and error",
        "description": "Failed executions, those that have spent their attempts, grouped by job and by how they failed: the reason and the first line of the error, whatever ids and numbers are in it. The largest group first. One answer looks at the newest 2,000; `next_cursor` goes on behind them. Each is run again by `POST /api/v1/executions/{job_id}/retry`, and is then none of them any more.",
        "parameters": [
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/QueueFilter" },
          { "$ref": "#/components/parameters/JobIdFilter" },
          { "$ref": "#/components/parameters/From" },
          { "$ref": "#/components/parameters/To" },
          { "$ref": "#/components/parameters/Reason" },
          {
            "name": "limit",
            "in": "query",
            "description": "How many failed executions are looked at.",
            "schema": { "type": "integer", "minimum": 1, "maximum": 2000, "default": 2000 }
          },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The groups.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/DeadLetters"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/queues": {
      "get": {
        "tags": ["Queues"],
        "operationId": "listQueues",
        "summary": "List queues",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The queues.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/QueueList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/queues/{name}/pause": {
      "post": {
        "tags": ["Queues"],
        "operationId": "pauseQueue",
        "summary": "Pause a queue",
        "description": "Nothing more is claimed from it; what runs goes on. A queue may be paused before anything uses it.",
        "parameters": [
          { "$ref": "#/components/parameters/QueueOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The queue.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Queue"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/queues/{name}/resume": {
      "post": {
        "tags": ["Queues"],
        "operationId": "resumeQueue",
        "summary": "Resume a queue",
        "parameters": [
          { "$ref": "#/components/parameters/QueueOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The queue.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Queue"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/work/claim": {
      "post": {
        "tags": ["Work"],
        "operationId": "claimWork",
        "summary": "Claim work",
        "description": "For outside workers and `worker` targets. Waits up to `wait` for work; an empty list is a normal answer.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ClaimRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The claims.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ClaimResponse"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/work/heartbeat": {
      "post": {
        "tags": ["Work"],
        "operationId": "heartbeatWork",
        "summary": "Prolong a claim",
        "description": "Past the job's `timeout` the attempt ends with reason `timeout`, and the answer is `lease_lost`.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/HeartbeatRequest"}} }
        },
        "responses": {
          "200": {
            "description": "Prolonged.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/HeartbeatResponse"}} }
          },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "409": { "$ref": "#/components/responses/LeaseLost" },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/work/heartbeat/bulk": {
      "post": {
        "tags": ["Work"],
        "operationId": "heartbeatWorks",
        "summary": "Prolong many claims",
        "description": "Up to 100. Each item stands by itself and has its outcome, in order, as the call for it alone would have been answered.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/HeartbeatsRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The outcomes.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/HeartbeatsResponse"}} }
          },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/work/complete": {
      "post": {
        "tags": ["Work"],
        "operationId": "completeWork",
        "summary": "Complete a claim",
        "description": "A failure is retried by the job's policy. A repeat of the same completion is `lease_lost`: the first one counts.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/CompleteRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The execution.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Execution"}} }
          },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "409": { "$ref": "#/components/responses/LeaseLost" },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/work/complete/bulk": {
      "post": {
        "tags": ["Work"],
        "operationId": "completeWorks",
        "summary": "Complete many claims",
        "description": "Up to 100. Each item stands by itself and has its outcome, in order, as the call for it alone would have been answered.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/CompletesRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The outcomes.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/CompletesResponse"}} }
          },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/log-levels": {
      "get": {
        "tags": [
          "Operations"
        ],
        "operationId": "listLogLevels",
        "summary": "List the levels of loggers",
        "description": "Of the node that answers; of several, ask each by its own address.",
        "parameters": [
          {
            "$ref": "#/components/parameters/RequestIdIn"
          }
        ],
        "responses": {
          "200": {
            "description": "The loggers, by label.",
            "headers": {
              "X-Request-Id": {
                "$ref": "#/components/headers/RequestId"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/LogLevelList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "405": {
            "$ref": "#/components/responses/MethodNotAllowed"
          },
          "422": {
            "$ref": "#/components/responses/Unprocessable"
          },
          "429": {
            "$ref": "#/components/responses/Overloaded"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/api/v1/log-levels/{label}": {
      "put": {
        "tags": [
          "Operations"
        ],
        "operationId": "putLogLevel",
        "summary": "Change the level of a logger",
        "description": "On the node that answers, at once, until it restarts, the time is up or the change is taken back. A logger stands for those below it: what is said of `punctual` holds for `punctual.http`, unless more is said of that.",
        "parameters": [
          {
            "$ref": "#/components/parameters/LoggerOfPath"
          },
          {
            "$ref": "#/components/parameters/RequestIdIn"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/LogLevelRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The logger.",
            "headers": {
              "X-Request-Id": {
                "$ref": "#/components/headers/RequestId"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/LogLevel"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "405": {
            "$ref": "#/components/responses/MethodNotAllowed"
          },
          "413": {
            "$ref": "#/components/responses/BodyTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/UnsupportedMediaType"
          },
          "422": {
            "$ref": "#/components/responses/Unprocessable"
          },
          "429": {
            "$ref": "#/components/responses/Overloaded"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "delete": {
        "tags": [
          "Operations"
        ],
        "operationId": "deleteLogLevel",
        "summary": "Take back the change of a logger's level",
        "parameters": [
          {
            "$ref": "#/components/parameters/LoggerOfPath"
          },
          {
            "$ref": "#/components/parameters/RequestIdIn"
          }
        ],
        "responses": {
          "204": {
            "description": "Done.",
            "headers": {
              "X-Request-Id": {
                "$ref": "#/components/headers/RequestId"
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "405": {
            "$ref": "#/components/responses/MethodNotAllowed"
          },
          "422": {
            "$ref": "#/components/responses/Unprocessable"
          },
          "429": {
            "$ref": "#/components/responses/Overloaded"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/api/v1/limits": {
      "get": {
        "tags": ["Queues"],
        "operationId": "listLimits",
        "summary": "List limits",
        "description": "Of services and jobs that the caller may see, and of queues when he may see the whole installation. Paged by kind and name.",
        "parameters": [
          {
            "name": "kind",
            "in": "query",
            "description": "Only those of this kind.",
            "schema": { "type": "string", "enum": ["jobs", "queues", "services"] }
          },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of limits, by kind and name.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/LimitList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/limits/queues/{name}": {
      "get": {
        "tags": ["Queues"],
        "operationId": "getQueueLimit",
        "summary": "Read the limit of a queue",
        "parameters": [
          { "$ref": "#/components/parameters/QueueOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "put": {
        "tags": ["Queues"],
        "operationId": "putQueueLimit",
        "summary": "Limit a queue",
        "description": "Over all nodes together. What runs goes on. A queue may be limited before anything uses it.",
        "parameters": [
          { "$ref": "#/components/parameters/QueueOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/LimitRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Queues"],
        "operationId": "deleteQueueLimit",
        "summary": "Remove the limit of a queue",
        "parameters": [
          { "$ref": "#/components/parameters/QueueOfPath" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/limits/services/{service}": {
      "get": {
        "tags": ["Queues"],
        "operationId": "getServiceLimit",
        "summary": "Read the limit of a service",
        "parameters": [
          { "$ref": "#/components/parameters/SecretService" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "put": {
        "tags": ["Queues"],
        "operationId": "putServiceLimit",
        "summary": "Limit a service",
        "description": "Over all nodes together. What runs goes on. It needs the role editor for the whole service.",
        "parameters": [
          { "$ref": "#/components/parameters/SecretService" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/LimitRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Queues"],
        "operationId": "deleteServiceLimit",
        "summary": "Remove the limit of a service",
        "parameters": [
          { "$ref": "#/components/parameters/SecretService" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/limits/jobs/{id}": {
      "get": {
        "tags": ["Queues"],
        "operationId": "getJobLimit",
        "summary": "Read the limit of a job",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "put": {
        "tags": ["Queues"],
        "operationId": "putJobLimit",
        "summary": "Limit a job",
        "description": "Over all nodes together. What runs goes on. The limit goes with the job. Other nodes keep to a new one within a second or so.",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/LimitRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The limit.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/WorkLimit"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Queues"],
        "operationId": "deleteJobLimit",
        "summary": "Remove the limit of a job",
        "parameters": [
          { "$ref": "#/components/parameters/JobId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/notifications": {
      "get": {
        "tags": ["Notifications"],
        "operationId": "listNotifications",
        "summary": "List notifications",
        "description": "Those of services that you may change; those for all services, if you may change all of them. By name.",
        "parameters": [
          { "$ref": "#/components/parameters/LastNotice" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The rules.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NotificationList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/notifications/{name}": {
      "get": {
        "tags": ["Notifications"],
        "operationId": "getNotification",
        "summary": "Read a notification",
        "description": "With the newest 50 of what it wanted told, and what became of it.",
        "parameters": [
          { "$ref": "#/components/parameters/NotificationName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The rule.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NotificationWithNotices"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "put": {
        "tags": ["Notifications"],
        "operationId": "putNotification",
        "summary": "Set a notification",
        "description": "In place of what has this name. It tells of what happens from its making on. Without `service` it is for all of them, and so are its maker's rights to be. Names are the installation's: one that a service has which you may not change is `name_taken`.",
        "parameters": [
          { "$ref": "#/components/parameters/NotificationName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NotificationRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The rule.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Notification"}} }
          },
          "201": {
            "description": "The rule, new.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Notification"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Notifications"],
        "operationId": "deleteNotification",
        "summary": "Remove a notification",
        "description": "With what waits to be told.",
        "parameters": [
          { "$ref": "#/components/parameters/NotificationName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/notifications/{name}/test": {
      "post": {
        "tags": ["Notifications"],
        "operationId": "testNotification",
        "summary": "Send a test",
        "description": "One message that says that it is a test, at once and once; of PagerDuty it opens an incident and closes it.",
        "parameters": [
          { "$ref": "#/components/parameters/NotificationName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "200": {
            "description": "Whether it went.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NotificationTest"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/stats": {
      "get": {
        "tags": ["Operations"],
        "operationId": "stats",
        "summary": "Dashboard figures",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The figures.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"}, "Cache-Status": {"$ref": "#/components/headers/CacheStatus"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Stats"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/stats/minutes": {
      "get": {
        "tags": ["Operations"],
        "operationId": "statsByMinute",
        "summary": "How executions ended, minute by minute",
        "description": "The last sixty minutes by the store's clock, oldest first, of all nodes. Each node tells the others what it has counted about every ten seconds, and when it stops; its own figures are those of now. While the store does not answer they are those of the node that answers alone, and `complete` is false.",
        "parameters": [
          {
            "name": "by",
            "in": "query",
            "description": "`queue` tells of single queues as well.",
            "schema": { "type": "string", "enum": ["queue"] }
          },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The figures.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/MinuteStats"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/events": {
      "get": {
        "tags": ["Operations"],
        "operationId": "events",
        "summary": "Follow what happens",
        "description": "Server-sent events: `id`, `event` (`job.created`, `job.updated`, `job.deleted`, `execution.updated`; open for readers) and `data`, the job, or the execution without its `result` and earlier attempts. A comment comes after 15 seconds of silence. What happens at any node is told at each. When the server cannot go on after `Last-Event-ID`, or events of another node were lost, it sends `event: reset`: read the lists again. Behind a `Last-Event-ID` that another node gave, some events come twice. With `queue` or `status` nothing is told of jobs. The answer ends when the node stops.",
        "parameters": [
          { "$ref": "#/components/parameters/Service" },
          {
            "name": "job_id",
            "in": "query",
            "description": "Only this job and its executions.",
            "schema": { "$ref": "#/components/schemas/Id" }
          },
          { "$ref": "#/components/parameters/QueueFilter" },
          { "$ref": "#/components/parameters/ExecutionStatus" },
          {
            "name": "kind",
            "in": "query",
            "description": "Only events of this kind; `reset` comes in any case.",
            "schema": { "type": "string", "enum": ["job.created", "job.updated", "job.deleted", "execution.updated", "reset"] }
          },
          { "$ref": "#/components/parameters/LastEventId" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The stream.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "text/event-stream": {"schema": {"type": "string"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "406": { "$ref": "#/components/responses/NotAcceptable" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/setup": {
      "get": {
        "tags": ["Operations"],
        "operationId": "setupPage",
        "summary": "The page for the first administrator",
        "description": "Its token comes behind `#`, which is never sent.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The page.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "text/html": {"schema": {"type": "string"}} }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" }
        }
      }
    },
    "/api/v1/setup": {
      "get": {
        "tags": ["Access"],
        "operationId": "setupState",
        "summary": "Whether there is an administrator",
        "description": "409 `conflict` in an installation without access control, as from every call of this group.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Whether the first user is to be made.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SetUpState"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Access"],
        "operationId": "setUp",
        "summary": "Make the first administrator",
        "description": "With the one-time token that `serve` prints; once there is a user it is good for nothing (409).",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SetUpRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The user.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" },
              "Location": { "$ref": "#/components/headers/Location" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/User"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/sessions": {
      "post": {
        "tags": ["Access"],
        "operationId": "signIn",
        "summary": "Sign in",
        "description": "With `cookie` a browser gets the cookie `__Host-punctual` and the token that its changes need as `X-CSRF-Token`; else a program gets an access token and a refresh token. 401 `second_factor_required` asks for `code`.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SignInRequest"}} }
        },
        "responses": {
          "200": {
            "description": "Tokens for a program, or a session for a browser.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Set-Cookie": { "$ref": "#/components/headers/SetCookie" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Session"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/sessions/current": {
      "delete": {
        "tags": ["Access"],
        "operationId": "signOut",
        "summary": "Sign out",
        "description": "Ends the session or the tokens that the call comes with.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "204": {
            "description": "Done.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Set-Cookie": { "$ref": "#/components/headers/SetCookie" }
            }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/providers": {
      "get": {
        "tags": ["Access"],
        "operationId": "listProviders",
        "summary": "Where people may sign in beside here",
        "description": "The OpenID providers of the settings, for a sign-in page; empty when there are none.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The providers, in the order of the settings.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ProviderList"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" }
        }
      }
    },
    "/auth/{provider}/login": {
      "get": {
        "tags": ["Access"],
        "operationId": "providerLogin",
        "summary": "Begin to sign in at a provider",
        "description": "For browsers: sends them to the provider, with PKCE, and gives them a sealed cookie of ten minutes. Refusals are pages.",
        "security": [],
        "parameters": [
          {"$ref": "#/components/parameters/RequestIdIn"},
          {"$ref": "#/components/parameters/ProviderOfPath"},
          {"$ref": "#/components/parameters/ReturnTo"}
        ],
        "responses": {
          "302": {
            "description": "To the provider.",
            "headers": {
              "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
              "Location": {"$ref": "#/components/headers/Location"},
              "Set-Cookie": {"$ref": "#/components/headers/SetCookie"}
            }
          },
          "400": { "$ref": "#/components/responses/RefusalPage" },
          "404": { "$ref": "#/components/responses/RefusalPage" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/RefusalPage" },
          "422": { "$ref": "#/components/responses/RefusalPage" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "502": { "$ref": "#/components/responses/RefusalPage" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/auth/{provider}/callback": {
      "get": {
        "tags": ["Access"],
        "operationId": "providerCallback",
        "summary": "End it",
        "description": "Where the provider sends the browser back to: the code is exchanged, the ID token verified, and a session of twelve hours begins, in which the claims' roles and groups hold. Refusals are pages. Parameters that are not named here are passed over.",
        "security": [],
        "parameters": [
          {"$ref": "#/components/parameters/RequestIdIn"},
          {"$ref": "#/components/parameters/ProviderOfPath"},
          {"name": "state", "in": "query", "schema": {"type": "string"}},
          {"name": "code", "in": "query", "schema": {"type": "string"}},
          {"name": "iss", "in": "query", "description": "RFC 9207.", "schema": {"type": "string"}},
          {"name": "error", "in": "query", "schema": {"type": "string"}}
        ],
        "responses": {
          "303": {
            "description": "To where the sign-in began, with the session's cookie.",
            "headers": {
              "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
              "Location": {"$ref": "#/components/headers/Location"},
              "Set-Cookie": {"$ref": "#/components/headers/SetCookie"}
            }
          },
          "400": { "$ref": "#/components/responses/RefusalPage" },
          "403": { "$ref": "#/components/responses/RefusalPage" },
          "404": { "$ref": "#/components/responses/RefusalPage" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/RefusalPage" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "502": { "$ref": "#/components/responses/RefusalPage" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/oauth/token": {
      "post": {
        "tags": ["OAuth"],
        "operationId": "token",
        "summary": "Get a token",
        "description": "RFC 6749. `client_credentials`: a service account (id or name) with one of its API keys as its secret, as Basic credentials or parameters. `refresh_token`: rotates it; a used one revokes its family. `scope` narrows: `operator:billing viewer:*`; the answer tells what the token is good for now, and a scope of which nothing can be had is `invalid_scope`.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": {
            "application/x-www-form-urlencoded": { "schema": {"$ref": "#/components/schemas/TokenForm"} }
          }
        },
        "responses": {
          "200": {
            "description": "The token.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/TokenResponse"}} }
          },
          "400": { "$ref": "#/components/responses/OAuthFault" },
          "401": { "$ref": "#/components/responses/OAuthClientFault" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/oauth/revoke": {
      "post": {
        "tags": ["OAuth"],
        "operationId": "revokeToken",
        "summary": "Revoke a refresh token",
        "description": "RFC 7009. Its access tokens are void with it; one of those, or an API key, is 400 `unsupported_token_type`.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": {
            "application/x-www-form-urlencoded": { "schema": {"$ref": "#/components/schemas/RevocationForm"} }
          }
        },
        "responses": {
          "200": {
            "description": "Done; also for a text that is no token.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyObject"}} }
          },
          "400": { "$ref": "#/components/responses/OAuthFault" },
          "401": { "$ref": "#/components/responses/OAuthClientFault" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/.well-known/oauth-authorization-server": {
      "get": {
        "tags": ["OAuth"],
        "operationId": "authorizationServer",
        "summary": "Where the OAuth endpoints are",
        "description": "RFC 8414.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The metadata.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/AuthorizationServer"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/.well-known/jwks.json": {
      "get": {
        "tags": ["OAuth"],
        "operationId": "signingKeys",
        "summary": "The keys that sign access tokens",
        "description": "RFC 7517. A key is published ten minutes before it signs.",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The set.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/KeySet"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/me": {
      "get": {
        "tags": ["Access"],
        "operationId": "whoAmI",
        "summary": "Who you are",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "What is known of you, and what you may do.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Me"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/me/password": {
      "post": {
        "tags": ["Access"],
        "operationId": "changePassword",
        "summary": "Change your password",
        "description": "Signs you out everywhere. For no key or token that is for less than you may do (403).",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/PasswordRequest"}} }
        },
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/me/second-factor": {
      "post": {
        "tags": ["Access"],
        "operationId": "enrolSecondFactor",
        "summary": "Begin with an authenticator app",
        "description": "It counts once a first code is confirmed.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/PasswordProofRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The secret, shown once.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Enrolment"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "removeSecondFactor",
        "summary": "Do without the authenticator app",
        "description": "Asks for a code of the app, or a recovery code, unless the app was never confirmed. For no key or token that is for less than you may do (403).",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SecondFactorRemovalRequest"}} }
        },
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/me/second-factor/confirm": {
      "post": {
        "tags": ["Access"],
        "operationId": "confirmSecondFactor",
        "summary": "Confirm the authenticator app",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/CodeRequest"}} }
        },
        "responses": {
          "200": {
            "description": "Codes for when the app is lost, shown once; each is good once.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/RecoveryCodes"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/me/sign-out": {
      "post": {
        "tags": ["Access"],
        "operationId": "signOutEverywhere",
        "summary": "Sign out everywhere",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/EmptyRequest"}} }
        },
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/users": {
      "get": {
        "tags": ["Access"],
        "operationId": "listUsers",
        "summary": "List users",
        "parameters": [
          { "$ref": "#/components/parameters/UserNameFilter" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of users.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/UserPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Access"],
        "operationId": "createUser",
        "summary": "Create a user",
        "description": "A name that is taken is 409 `name_taken`.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/UserRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The user.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" },
              "Location": { "$ref": "#/components/headers/Location" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/User"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/users/{id}": {
      "get": {
        "tags": ["Access"],
        "operationId": "getUser",
        "summary": "Read a user",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The user.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/User"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "patch": {
        "tags": ["Access"],
        "operationId": "patchUser",
        "summary": "Change a user",
        "description": "What is left out stays. The last administrator is not disabled (409 `last_administrator`). Nobody sets his own password or removes his own second factor here: `/me` asks for the present ones (422). Whom a provider signs in keeps his name, and gets no password (422).",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/merge-patch+json": {"schema": {"$ref": "#/components/schemas/UserPatch"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/UserPatch"}}
          }
        },
        "responses": {
          "200": {
            "description": "The user.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/User"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "deleteUser",
        "summary": "Delete a user",
        "description": "With its keys, grants and tokens. The last administrator stays (409 `last_administrator`).",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/service-accounts": {
      "get": {
        "tags": ["Access"],
        "operationId": "listServiceAccounts",
        "summary": "List service accounts",
        "parameters": [
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of service accounts.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccountPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Access"],
        "operationId": "createServiceAccount",
        "summary": "Create a service account",
        "description": "A name that is taken is 409 `name_taken`.",
        "parameters": [
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccountRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The service account.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" },
              "Location": { "$ref": "#/components/headers/Location" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccount"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/service-accounts/{id}": {
      "get": {
        "tags": ["Access"],
        "operationId": "getServiceAccount",
        "summary": "Read a service account",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The service account.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccount"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "patch": {
        "tags": ["Access"],
        "operationId": "patchServiceAccount",
        "summary": "Change a service account",
        "description": "What is left out stays.",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/merge-patch+json": {"schema": {"$ref": "#/components/schemas/ServiceAccountPatch"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccountPatch"}}
          }
        },
        "responses": {
          "200": {
            "description": "The service account.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/ServiceAccount"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "deleteServiceAccount",
        "summary": "Delete a service account",
        "description": "With its keys, grants and tokens.",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/keys": {
      "get": {
        "tags": ["Access"],
        "operationId": "listKeys",
        "summary": "List API keys",
        "description": "Your own; an administrator's list has everybody's.",
        "parameters": [
          { "$ref": "#/components/parameters/OwnerFilter" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of keys.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/KeyPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Access"],
        "operationId": "createKey",
        "summary": "Create an API key",
        "description": "For yourself, or for somebody else as an administrator. `scopes` can only take away from what the owner may.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/KeyRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The key, with its text, shown this once.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" },
              "Location": { "$ref": "#/components/headers/Location" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NewKey"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/keys/{id}": {
      "get": {
        "tags": ["Access"],
        "operationId": "getKey",
        "summary": "Read an API key",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "The key.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Key"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "revokeKey",
        "summary": "Revoke an API key",
        "description": "For good, and on every node within five seconds. A key voids itself and keys that are for no more, no longer and no other places; what you show may be for less (403).",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/keys/{id}/rotate": {
      "post": {
        "tags": ["Access"],
        "operationId": "rotateKey",
        "summary": "Give an API key another secret",
        "description": "The secret before it holds for `overlap` yet; until then another rotation is 409 unless it says `force`. 403 when the key is for more, for longer or for more places than what you show.",
        "parameters": [
          { "$ref": "#/components/parameters/ThingId" },
          { "$ref": "#/components/parameters/IfMatch" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": false,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/RotationRequest"}} }
        },
        "responses": {
          "200": {
            "description": "The key, with its new text, shown this once.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "ETag": { "$ref": "#/components/headers/ETag" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/NewKey"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "412": { "$ref": "#/components/responses/VersionConflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/grants": {
      "get": {
        "tags": ["Access"],
        "operationId": "listGrants",
        "summary": "List grants",
        "parameters": [
          { "$ref": "#/components/parameters/SubjectFilter" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of grants.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/GrantPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "post": {
        "tags": ["Access"],
        "operationId": "createGrant",
        "summary": "Give somebody a role",
        "description": "Nobody gives away more than he has.",
        "parameters": [
          { "$ref": "#/components/parameters/IdempotencyKey" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/GrantRequest"}} }
        },
        "responses": {
          "201": {
            "description": "The grant.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
              "Location": { "$ref": "#/components/headers/Location" },
              "Idempotent-Replayed": { "$ref": "#/components/headers/IdempotentReplayed" }
            },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Grant"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/grants/{id}": {
      "get": {
        "tags": ["Access"],
        "operationId": "getGrant",
        "summary": "Read a grant",
        "parameters": [{"$ref": "#/components/parameters/ThingId"}, {"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "The grant.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Grant"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "deleteGrant",
        "summary": "Take a role away",
        "description": "The last administrator keeps his (409 `last_administrator`).",
        "parameters": [{"$ref": "#/components/parameters/ThingId"}, {"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/secrets": {
      "get": {
        "tags": ["Access"],
        "operationId": "listSecrets",
        "summary": "List a service's secrets",
        "parameters": [
          { "$ref": "#/components/parameters/ServiceOfSecrets" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of names; never what is in them.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SecretPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/secrets/{service}/{name}": {
      "put": {
        "tags": ["Access"],
        "operationId": "putSecret",
        "summary": "Write a secret",
        "description": "Targets of the service refer to it as `{{secret:NAME}}`. The secret named `webhook` signs the HTTP calls of the service, in an overlap each of its versions.",
        "parameters": [
          { "$ref": "#/components/parameters/SecretService" },
          { "$ref": "#/components/parameters/SecretName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "requestBody": {
          "required": true,
          "content": { "application/json": {"schema": {"$ref": "#/components/schemas/SecretRequest"}} }
        },
        "responses": {
          "200": {
            "description": "What is known of it.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Secret"}} }
          },
          "201": {
            "description": "What is known of it.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Secret"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "413": { "$ref": "#/components/responses/BodyTooLarge" },
          "415": { "$ref": "#/components/responses/UnsupportedMediaType" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      },
      "delete": {
        "tags": ["Access"],
        "operationId": "deleteSecret",
        "summary": "Delete a secret",
        "parameters": [
          { "$ref": "#/components/parameters/SecretService" },
          { "$ref": "#/components/parameters/SecretName" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "204": { "description": "Done.", "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}} },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "404": { "$ref": "#/components/responses/NotFound" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/audit": {
      "get": {
        "tags": ["Access"],
        "operationId": "listAudit",
        "summary": "Read the audit log",
        "parameters": [
          { "$ref": "#/components/parameters/PrincipalFilter" },
          { "$ref": "#/components/parameters/OperationFilter" },
          { "$ref": "#/components/parameters/ResourceFilter" },
          { "$ref": "#/components/parameters/Service" },
          { "$ref": "#/components/parameters/AuditFrom" },
          { "$ref": "#/components/parameters/AuditTo" },
          { "$ref": "#/components/parameters/Limit" },
          { "$ref": "#/components/parameters/Cursor" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "A page of entries, newest first: by their numbers, or, where nothing but a time is asked for, by their times.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/AuditPage"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/audit/head": {
      "get": {
        "tags": ["Access"],
        "operationId": "auditEnd",
        "summary": "Tell where the audit log ends",
        "description": "By its newest entry and by what the store notes apart from the entries; where they differ, the log was tampered with. `punctual audit verify` asks for it first.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Both ends.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/AuditEnd"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/api/v1/audit/export": {
      "get": {
        "tags": ["Access"],
        "operationId": "exportAudit",
        "summary": "Export the audit log",
        "description": "Each entry holds the hash of the one before; `punctual audit verify` checks them.",
        "parameters": [
          { "$ref": "#/components/parameters/FromSequence" },
          { "$ref": "#/components/parameters/RequestIdIn" }
        ],
        "responses": {
          "200": {
            "description": "All entries, oldest first, one a line.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/x-ndjson": {"schema": {"$ref": "#/components/schemas/AuditEntry"}} }
          },
          "400": { "$ref": "#/components/responses/BadRequest" },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "409": { "$ref": "#/components/responses/Conflict" },
          "422": { "$ref": "#/components/responses/Unprocessable" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "500": { "$ref": "#/components/responses/Internal" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/health": {
      "get": {
        "tags": ["Operations"],
        "operationId": "health",
        "summary": "The node's state",
        "security": [],
        "description": "503 carries the same document as 200, as `application/json`: its `status` is a word, which problem+json has no room for.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Well.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Health"}} }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" },
          "503": {
            "description": "Not well.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Health"}} }
          }
        }
      }
    },
    "/health/live": {
      "get": {
        "tags": ["Operations"],
        "operationId": "live",
        "summary": "Is the process alive?",
        "security": [],
        "description": "Depends on nothing outside the process.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Well.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Probe"}} }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" }
        }
      }
    },
    "/health/ready": {
      "get": {
        "tags": ["Operations"],
        "operationId": "ready",
        "summary": "May it be sent requests?",
        "security": [],
        "description": "503 while starting, while stopping, and without its store.",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Well.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "application/json": {"schema": {"$ref": "#/components/schemas/Probe"}} }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "503": { "$ref": "#/components/responses/Unavailable" }
        }
      }
    },
    "/metrics": {
      "get": {
        "tags": ["Operations"],
        "operationId": "metrics",
        "summary": "Figures for Prometheus",
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "Prometheus text format 0.0.4, or OpenMetrics 1.0 for whoever asks for it by `Accept`.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": {
              "text/plain": { "schema": {"type": "string"} },
              "application/openmetrics-text": { "schema": {"type": "string"} }
            }
          },
          "401": { "$ref": "#/components/responses/Unauthorized" },
          "403": { "$ref": "#/components/responses/Forbidden" },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" }
        }
      }
    },
    "/openapi.json": {
      "get": {
        "tags": ["Operations"],
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "OpenAPI 3.1.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": {
              "application/json": { "schema": {"type": "object", "required": ["openapi", "info", "paths"]} }
            }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" }
        }
      }
    },
    "/docs": {
      "get": {
        "tags": ["Operations"],
        "operationId": "docs",
        "summary": "This document, for people",
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/RequestIdIn"}],
        "responses": {
          "200": {
            "description": "An HTML page.",
            "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
            "content": { "text/html": {"schema": {"type": "string"}} }
          },
          "405": { "$ref": "#/components/responses/MethodNotAllowed" },
          "429": { "$ref": "#/components/responses/Overloaded" }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key `pk_…`, an access token of this installation, or one of a provider that it trusts."
      },
      "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-punctual",
        "description": "A browser's session; changes need `X-CSRF-Token` besides. On loopback without TLS it is `punctual`."
      }
    },
    "schemas": {
      "NotificationNameText": { "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$", "examples": ["on-call"] },
      "NotificationChannel": {
        "type": "object",
        "required": ["type"],
        "description": "`webhook` and `slack`: `url`. `pagerduty`: `routing_key`, `severity`, `url` (Events v2 unless set). `email`: `host`, `port`, `security` (`starttls` unless set), `user` and `password`, `from`, `to`. URL, routing key and password may be `{{secret:NAME}}` of the service. All or a part of a URL may be such a reference. A password and a routing key that are none are shown as `***`, and so is what follows the host in the URL of a webhook or a chat, unless there is a reference in it; what is written back so is refused.",
        "properties": {
          "type": { "type": "string", "enum": ["webhook", "slack", "pagerduty", "email"] },
          "url": { "type": "string", "minLength": 1, "maxLength": 4096 },
          "routing_key": { "type": "string", "minLength": 1, "maxLength": 256 },
          "severity": { "type": "string", "enum": ["critical", "error", "warning", "info"], "default": "error" },
          "host": { "type": "string", "minLength": 1, "maxLength": 253 },
          "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
          "security": { "type": "string", "enum": ["tls", "starttls", "none"], "default": "starttls" },
          "user": { "type": ["string", "null"], "minLength": 1, "maxLength": 256 },
          "password": { "type": ["string", "null"], "minLength": 1, "maxLength": 1024 },
          "from": { "type": "string", "minLength": 3, "maxLength": 254 },
          "to": { "type": "array", "minItems": 1, "maxItems": 50, "items": {"type": "string", "maxLength": 254} }
        },
        "additionalProperties": false,
        "examples": [{ "type": "slack", "url": "{{secret:SLACK_URL}}" }]
      },
      "NotificationRequest": {
        "type": "object",
        "required": ["channel"],
        "properties": {
          "name": { "$ref": "#/components/schemas/NotificationNameText" },
          "service": { "oneOf": [{"$ref": "#/components/schemas/ServiceName"}, {"type": "null"}], "description": "null: all services." },
          "labels": { "type": "object", "maxProperties": 32, "additionalProperties": {"type": "string", "maxLength": 256}, "propertyNames": {"pattern": "^[A-Za-z0-9._/-]{1,63}$"}, "description": "All must be the job's." },
          "job_id": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}] },
          "on": { "type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "string", "enum": ["failed", "recovered", "late", "skipped", "missed"]}, "default": ["failed", "recovered"] },
          "late_after": { "type": "string", "default": "1m", "description": "1s to 24h.", "examples": ["1m"] },
          "group_wait": { "type": "string", "default": "30s", "description": "0s to 1h: how long a message waits for others.", "examples": ["30s"] },
          "group_by": { "type": "string", "enum": ["job", "service", "rule"], "default": "service" },
          "repeat_interval": { "type": "string", "default": "4h", "description": "1m to 30d: how long a job that stays as it is is told of no more.", "examples": ["4h"] },
          "channel": { "$ref": "#/components/schemas/NotificationChannel" }
        },
        "additionalProperties": false,
        "examples": [{ "service": "billing", "on": ["failed", "recovered"], "channel": {"type": "slack", "url": "{{secret:SLACK_URL}}"} }]
      },
      "Notification": {
        "type": "object",
        "required": ["name", "service", "labels", "job_id", "on", "late_after", "group_wait", "group_by", "repeat_interval", "channel", "created_at", "updated_at"],
        "properties": {
          "name": { "$ref": "#/components/schemas/NotificationNameText" },
          "service": { "oneOf": [{"$ref": "#/components/schemas/ServiceName"}, {"type": "null"}], "description": "null: all services." },
          "labels": { "type": "object", "maxProperties": 32, "additionalProperties": {"type": "string", "maxLength": 256}, "propertyNames": {"pattern": "^[A-Za-z0-9._/-]{1,63}$"}, "description": "All must be the job's." },
          "job_id": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}] },
          "on": { "type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "string", "enum": ["failed", "recovered", "late", "skipped", "missed"]}, "default": ["failed", "recovered"] },
          "late_after": { "type": "string", "default": "1m", "description": "1s to 24h.", "examples": ["1m"] },
          "group_wait": { "type": "string", "default": "30s", "description": "0s to 1h: how long a message waits for others.", "examples": ["30s"] },
          "group_by": { "type": "string", "enum": ["job", "service", "rule"], "default": "service" },
          "repeat_interval": { "type": "string", "default": "4h", "description": "1m to 30d: how long a job that stays as it is is told of no more.", "examples": ["4h"] },
          "channel": { "$ref": "#/components/schemas/NotificationChannel" },
          "created_at": { "$ref": "#/components/schemas/Instant" },
          "updated_at": { "$ref": "#/components/schemas/Instant" },
          "last_notice": { "oneOf": [{"$ref": "#/components/schemas/Notice"}, {"type": "null"}], "description": "In lists that were asked for it." }
        }
      },
      "NotificationWithNotices": {
        "type": "object",
        "required": ["name", "service", "labels", "job_id", "on", "late_after", "group_wait", "group_by", "repeat_interval", "channel", "created_at", "updated_at", "notices"],
        "properties": {
          "name": { "$ref": "#/components/schemas/NotificationNameText" },
          "service": { "oneOf": [{"$ref": "#/components/schemas/ServiceName"}, {"type": "null"}], "description": "null: all services." },
          "labels": { "type": "object", "maxProperties": 32, "additionalProperties": {"type": "string", "maxLength": 256}, "propertyNames": {"pattern": "^[A-Za-z0-9._/-]{1,63}$"}, "description": "All must be the job's." },
          "job_id": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}] },
          "on": { "type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "string", "enum": ["failed", "recovered", "late", "skipped", "missed"]}, "default": ["failed", "recovered"] },
          "late_after": { "type": "string", "default": "1m", "description": "1s to 24h.", "examples": ["1m"] },
          "group_wait": { "type": "string", "default": "30s", "description": "0s to 1h: how long a message waits for others.", "examples": ["30s"] },
          "group_by": { "type": "string", "enum": ["job", "service", "rule"], "default": "service" },
          "repeat_interval": { "type": "string", "default": "4h", "description": "1m to 30d: how long a job that stays as it is is told of no more.", "examples": ["4h"] },
          "channel": { "$ref": "#/components/schemas/NotificationChannel" },
          "created_at": { "$ref": "#/components/schemas/Instant" },
          "updated_at": { "$ref": "#/components/schemas/Instant" },
          "notices": { "type": "array", "items": {"$ref": "#/components/schemas/Notice"} }
        }
      },
      "NotificationList": {
        "type": "object",
        "required": ["items"],
        "properties": { "items": {"type": "array", "items": {"$ref": "#/components/schemas/Notification"}} }
      },
      "NotificationTest": {
        "type": "object",
        "required": ["sent", "error"],
        "properties": {
          "sent": { "type": "boolean" },
          "error": { "type": ["string", "null"], "description": "Why it did not go, or not to all of a mail's receivers." }
        }
      },
      "Notice": {
        "type": "object",
        "required": ["id", "kind", "job_id", "job_name", "service", "execution_id", "at", "text", "state", "due_at", "attempts", "error", "delivery", "sent_at"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "kind": { "type": "string", "description": "`failed`, `recovered`, `late`, `skipped` or `missed`; open for readers." },
          "job_id": { "$ref": "#/components/schemas/Id" },
          "job_name": { "$ref": "#/components/schemas/JobName" },
          "service": { "$ref": "#/components/schemas/ServiceName" },
          "execution_id": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}] },
          "at": { "$ref": "#/components/schemas/Instant" },
          "text": { "type": "string" },
          "state": { "type": "string", "description": "`waiting`, `sent`, `suppressed` (the job was told of lately) or `failed` (it was given up); open for readers." },
          "due_at": { "$ref": "#/components/schemas/Instant" },
          "attempts": { "type": "integer", "minimum": 0 },
          "error": { "type": ["string", "null"], "description": "Why the last try failed; of a mail that was sent, who of its receivers was refused for good." },
          "delivery": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}], "description": "The message that it was part of: its `webhook-id`." },
          "sent_at": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] }
        }
      },
      "ProviderList": {
        "type": "object",
        "required": ["items"],
        "properties": { "items": {"type": "array", "items": {"$ref": "#/components/schemas/Provider"}} }
      },
      "Provider": {
        "type": "object",
        "required": ["name", "display_name", "login_path"],
        "properties": {
          "name": { "type": "string", "pattern": "^[a-z0-9-]{1,32}$" },
          "display_name": { "type": "string", "description": "For a button." },
          "login_path": { "type": "string", "description": "Where its button leads; `return_to` may be added.", "examples": ["/auth/corp/login"] }
        }
      },
      "SetUpState": { "type": "object", "required": ["needed"], "properties": {"needed": {"type": "boolean"}} },
      "SetUpRequest": {
        "type": "object",
        "required": ["token", "name", "password"],
        "additionalProperties": false,
        "properties": {
          "token": { "type": "string", "minLength": 1, "maxLength": 256 },
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9._@+-]*$",
            "description": "Kept in lower case."
          },
          "password": {
            "type": "string",
            "minLength": 8,
            "maxLength": 256,
            "description": "15 characters or more, 8 beside a second factor; none of the common ones."
          }
        },
        "examples": [{"token": "qS0…", "name": "ada", "password": "a sentence that only I know"}]
      },
      "SignInRequest": {
        "type": "object",
        "required": ["name", "password"],
        "additionalProperties": false,
        "properties": {
          "name": { "type": "string", "minLength": 1, "maxLength": 256 },
          "password": { "type": "string", "minLength": 1, "maxLength": 256 },
          "code": {
            "type": ["string", "null"],
            "minLength": 1,
            "maxLength": 64,
            "description": "Of the authenticator app, or a recovery code."
          },
          "cookie": { "type": "boolean", "default": false }
        },
        "examples": [{"name": "ada", "password": "a sentence that only I know"}]
      },
      "Session": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in", "refresh_token", "csrf_token", "user"],
        "properties": {
          "access_token": { "type": ["string", "null"] },
          "token_type": { "type": ["string", "null"] },
          "expires_in": { "type": "integer", "description": "Seconds." },
          "refresh_token": { "type": ["string", "null"] },
          "csrf_token": { "type": ["string", "null"], "description": "For `X-CSRF-Token`; null without a cookie." },
          "user": { "$ref": "#/components/schemas/User" }
        }
      },
      "TokenForm": {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
          "grant_type": { "type": "string", "enum": ["client_credentials", "refresh_token"] },
          "client_id": { "type": "string" },
          "client_secret": { "type": "string" },
          "refresh_token": { "type": "string" },
          "scope": { "type": "string" }
        },
        "examples": [{"grant_type": "client_credentials", "client_id": "billing", "client_secret": "pk_…"}]
      },
      "TokenResponse": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
          "access_token": { "type": "string" },
          "token_type": { "const": "Bearer" },
          "expires_in": { "type": "integer", "description": "Seconds." },
          "scope": { "type": "string", "description": "What the token is good for now; labels have no word in it. Missing when that is nothing." },
          "refresh_token": { "type": "string" }
        }
      },
      "RevocationForm": {
        "type": "object",
        "required": ["token"],
        "properties": {
          "token": { "type": "string" },
          "token_type_hint": { "type": "string" },
          "client_id": { "type": "string" }
        },
        "examples": [{"token": "pr_…"}]
      },
      "OAuthProblem": {
        "type": "object",
        "required": ["error"],
        "properties": {
          "error": {
            "type": "string",
            "enum": [
              "invalid_request",
              "invalid_client",
              "invalid_grant",
              "invalid_scope",
              "unsupported_grant_type",
              "unsupported_token_type"
            ]
          },
          "error_description": { "type": "string" }
        }
      },
      "EmptyObject": { "type": "object", "maxProperties": 0 },
      "AuthorizationServer": {
        "type": "object",
        "required": ["issuer", "token_endpoint", "response_types_supported"],
        "properties": {
          "issuer": { "type": "string" },
          "token_endpoint": { "type": "string" },
          "revocation_endpoint": { "type": "string" },
          "jwks_uri": { "type": "string" },
          "response_types_supported": { "type": "array", "items": {"type": "string"} },
          "grant_types_supported": { "type": "array", "items": {"type": "string"} },
          "token_endpoint_auth_methods_supported": { "type": "array", "items": {"type": "string"} },
          "revocation_endpoint_auth_methods_supported": { "type": "array", "items": {"type": "string"} }
        }
      },
      "KeySet": {
        "type": "object",
        "required": ["keys"],
        "properties": { "keys": {"type": "array", "items": {"type": "object"}} }
      },
      "Me": {
        "type": "object",
        "required": ["principal", "subject", "name", "credential", "second_factor", "has_password", "permissions", "csrf_token"],
        "properties": {
          "principal": { "type": "string", "description": "As the audit log writes it." },
          "subject": { "type": ["string", "null"] },
          "name": { "type": ["string", "null"] },
          "credential": { "type": ["string", "null"], "description": "`key:ID`, `token:ID` or `session:ID`." },
          "second_factor": { "type": ["boolean", "null"] },
          "has_password": { "type": ["boolean", "null"], "description": "Null for whoever is no user." },
          "permissions": { "type": "array", "items": {"$ref": "#/components/schemas/Permission"} },
          "csrf_token": { "type": ["string", "null"] }
        }
      },
      "Permission": {
        "type": "object",
        "required": ["role", "service"],
        "additionalProperties": false,
        "properties": {
          "role": { "type": "string", "enum": ["viewer", "operator", "editor", "admin"] },
          "service": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "`*` means all services.",
            "pattern": "^(?:\\*|[A-Za-z0-9._-]+)$"
          },
          "labels": { "$ref": "#/components/schemas/Labels" }
        }
      },
      "PasswordRequest": {
        "type": "object",
        "required": ["current_password", "password"],
        "additionalProperties": false,
        "properties": {
          "current_password": { "type": "string", "minLength": 1, "maxLength": 256 },
          "password": {
            "type": "string",
            "minLength": 8,
            "maxLength": 256,
            "description": "15 characters or more, 8 beside a second factor; none of the common ones."
          }
        },
        "examples": [{"current_password": "a sentence that only I know", "password": "another sentence of mine"}]
      },
      "PasswordProofRequest": {
        "type": "object",
        "required": ["password"],
        "additionalProperties": false,
        "properties": { "password": {"type": "string", "minLength": 1, "maxLength": 256} },
        "examples": [{"password": "a sentence that only I know"}]
      },
      "SecondFactorRemovalRequest": {
        "type": "object",
        "required": ["password"],
        "additionalProperties": false,
        "properties": {
          "password": {"type": "string", "minLength": 1, "maxLength": 256},
          "code": {"type": ["string", "null"], "minLength": 1, "maxLength": 64}
        },
        "examples": [{"password": "a sentence that only I know", "code": "123456"}]
      },
      "CodeRequest": {
        "type": "object",
        "required": ["code"],
        "additionalProperties": false,
        "properties": { "code": {"type": "string", "minLength": 1, "maxLength": 64} },
        "examples": [{"code": "123456"}]
      },
      "Enrolment": {
        "type": "object",
        "required": ["secret", "uri"],
        "properties": {
          "secret": { "type": "string", "description": "Base32." },
          "uri": { "type": "string", "description": "For a QR code: `otpauth://totp/…`." }
        }
      },
      "RecoveryCodes": {
        "type": "object",
        "required": ["recovery_codes"],
        "properties": { "recovery_codes": {"type": "array", "items": {"type": "string"}} }
      },
      "User": {
        "type": "object",
        "required": [
          "id",
          "name",
          "provider",
          "disabled",
          "tier",
          "has_password",
          "second_factor",
          "locked",
          "failed_sign_ins",
          "held_until",
          "signed_out_at",
          "created_at",
          "updated_at",
          "version"
        ],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "name": { "type": "string" },
          "provider": {
            "type": ["string", "null"],
            "description": "The OpenID provider that signs him in; null for a user of this installation."
          },
          "disabled": { "type": "boolean" },
          "tier": { "$ref": "#/components/schemas/Tier" },
          "has_password": { "type": "boolean" },
          "second_factor": { "type": "boolean" },
          "locked": {
            "type": "boolean",
            "description": "After 100 wrong passwords or codes in a row none is looked at any more, until an administrator gives another password, or `punctual rescue` does."
          },
          "failed_sign_ins": { "type": "integer" },
          "held_until": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "signed_out_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "updated_at": { "$ref": "#/components/schemas/InstantText" },
          "version": { "type": "integer" }
        }
      },
      "UserPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/User"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "UserRequest": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9._@+-]*$",
            "description": "Kept in lower case."
          },
          "password": {
            "type": ["string", "null"],
            "minLength": 8,
            "maxLength": 256,
            "description": "15 characters or more, 8 beside a second factor; none of the common ones."
          },
          "disabled": { "type": "boolean", "default": false },
          "tier": { "$ref": "#/components/schemas/Tier" }
        },
        "examples": [{"name": "ada", "password": "a sentence that only I know"}]
      },
      "UserPatch": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9._@+-]*$",
            "description": "Kept in lower case."
          },
          "password": {
            "type": "string",
            "minLength": 8,
            "maxLength": 256,
            "description": "15 characters or more, 8 beside a second factor; none of the common ones."
          },
          "disabled": { "type": "boolean" },
          "tier": { "$ref": "#/components/schemas/Tier" },
          "second_factor": { "type": "null", "description": "null removes a lost one." }
        },
        "examples": [{"disabled": true}]
      },
      "Tier": {
        "type": ["string", "null"],
        "enum": ["basic", "standard", "premium", null],
        "description": "What one may ask for in an hour: 1,000, 10,000 or 100,000 requests; null for what `limits.tier` says."
      },
      "ServiceAccount": {
        "type": "object",
        "required": ["id", "name", "description", "disabled", "tier", "created_at", "updated_at", "version"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "name": { "type": "string" },
          "description": { "type": "string" },
          "disabled": { "type": "boolean" },
          "tier": { "$ref": "#/components/schemas/Tier" },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "updated_at": { "$ref": "#/components/schemas/InstantText" },
          "version": { "type": "integer" }
        }
      },
      "ServiceAccountPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/ServiceAccount"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "ServiceAccountRequest": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9._@+-]*$",
            "description": "Kept in lower case."
          },
          "description": { "type": "string", "maxLength": 500 },
          "disabled": { "type": "boolean", "default": false },
          "tier": { "$ref": "#/components/schemas/Tier" }
        },
        "examples": [{"name": "billing", "description": "The billing service"}]
      },
      "ServiceAccountPatch": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9._@+-]*$",
            "description": "Kept in lower case."
          },
          "description": { "type": "string", "maxLength": 500 },
          "disabled": { "type": "boolean" },
          "tier": { "$ref": "#/components/schemas/Tier" }
        },
        "examples": [{"disabled": true}]
      },
      "Key": {
        "type": "object",
        "required": [
          "id",
          "name",
          "owner",
          "scopes",
          "addresses",
          "expires_at",
          "revoked_at",
          "last_used_at",
          "secrets",
          "created_at",
          "created_by",
          "version"
        ],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "name": { "type": "string" },
          "owner": { "type": "string", "maxLength": 256, "description": "`user:ID` or `service_account:ID`." },
          "scopes": {
            "type": ["array", "null"],
            "items": { "$ref": "#/components/schemas/Permission" },
            "description": "What it may do of what its owner may; null when it may all of it."
          },
          "addresses": { "type": "array", "items": {"type": "string"} },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "revoked_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "last_used_at": {
            "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}],
            "description": "Kept to about a minute."
          },
          "secrets": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["created_at", "expires_at"],
              "properties": {
                "created_at": { "$ref": "#/components/schemas/InstantText" },
                "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] }
              }
            }
          },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "created_by": { "type": "string" },
          "version": { "type": "integer" }
        }
      },
      "NewKey": {
        "type": "object",
        "required": [
          "id",
          "name",
          "owner",
          "scopes",
          "addresses",
          "expires_at",
          "revoked_at",
          "last_used_at",
          "secrets",
          "created_at",
          "created_by",
          "version",
          "key"
        ],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "name": { "type": "string" },
          "owner": { "type": "string", "maxLength": 256, "description": "`user:ID` or `service_account:ID`." },
          "scopes": {
            "type": ["array", "null"],
            "items": { "$ref": "#/components/schemas/Permission" },
            "description": "What it may do of what its owner may; null when it may all of it."
          },
          "addresses": { "type": "array", "items": {"type": "string"} },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "revoked_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "last_used_at": {
            "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}],
            "description": "Kept to about a minute."
          },
          "secrets": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["created_at", "expires_at"],
              "properties": {
                "created_at": { "$ref": "#/components/schemas/InstantText" },
                "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] }
              }
            }
          },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "created_by": { "type": "string" },
          "version": { "type": "integer" },
          "key": { "type": "string", "description": "`pk_…`; it is never shown again." }
        }
      },
      "KeyPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Key"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "KeyRequest": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": { "type": "string", "minLength": 1, "maxLength": 64 },
          "owner": {
            "type": "string",
            "maxLength": 256,
            "description": "`user:ID` or `service_account:ID`; you, when it is left out."
          },
          "scopes": {
            "type": ["array", "null"],
            "maxItems": 50,
            "items": { "$ref": "#/components/schemas/Permission" },
            "description": "When it is left out, all that the owner may; with a key or token that has scopes, those."
          },
          "addresses": {
            "type": "array",
            "maxItems": 100,
            "items": { "type": "string", "maxLength": 64 },
            "description": "Addresses and ranges from which it may be used; none means from anywhere."
          },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] }
        },
        "examples": [
          { "name": "deploy", "scopes": [{"role": "editor", "service": "billing"}], "addresses": ["10.0.0.0/8"] }
        ]
      },
      "RotationRequest": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "overlap": {
            "$ref": "#/components/schemas/Duration",
            "description": "For how long the one before holds yet, up to 30 days."
          },
          "force": {
            "type": "boolean",
            "default": false,
            "description": "Also while the overlap of an earlier rotation runs, whose old secret is void at once then."
          }
        },
        "examples": [{"overlap": "1h"}]
      },
      "Grant": {
        "type": "object",
        "required": ["id", "subject", "role", "service", "labels", "expires_at", "created_at", "created_by"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "subject": {
            "type": "string",
            "maxLength": 256,
            "description": "`user:ID`, `service_account:ID` or `group:NAME`."
          },
          "role": { "type": "string", "enum": ["viewer", "operator", "editor", "admin"] },
          "service": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "`*` means all services.",
            "pattern": "^(?:\\*|[A-Za-z0-9._-]+)$"
          },
          "labels": { "$ref": "#/components/schemas/Labels" },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "created_by": { "type": "string" }
        }
      },
      "GrantPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Grant"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "GrantRequest": {
        "type": "object",
        "required": ["subject", "role", "service"],
        "additionalProperties": false,
        "properties": {
          "subject": {
            "type": "string",
            "maxLength": 256,
            "description": "`user:ID`, `service_account:ID` or `group:NAME`."
          },
          "role": { "type": "string", "enum": ["viewer", "operator", "editor", "admin"] },
          "service": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "`*` means all services.",
            "pattern": "^(?:\\*|[A-Za-z0-9._-]+)$"
          },
          "labels": { "$ref": "#/components/schemas/Labels" },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] }
        },
        "examples": [
          { "subject": "user:0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11", "role": "operator", "service": "billing" }
        ]
      },
      "Secret": {
        "type": "object",
        "required": ["service", "name", "version", "created_at", "created_by"],
        "properties": {
          "service": { "type": "string" },
          "name": { "type": "string" },
          "version": { "type": "integer" },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "created_by": { "type": "string" }
        }
      },
      "SecretPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Secret"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "SecretRequest": {
        "type": "object",
        "required": ["value"],
        "additionalProperties": false,
        "properties": {
          "value": { "type": "string", "minLength": 1, "maxLength": 65536 },
          "overlap": {
            "$ref": "#/components/schemas/Duration",
            "description": "For how long the version before holds yet, up to 30 days; a day, when it is left out."
          }
        },
        "examples": [{"value": "s3cr3t", "overlap": "1h"}]
      },
      "AuditEntry": {
        "type": "object",
        "required": ["sequence", "at", "principal", "operation", "allowed", "before", "after", "previous", "hash"],
        "properties": {
          "sequence": { "type": "integer" },
          "at": { "$ref": "#/components/schemas/InstantText" },
          "principal": { "type": "string" },
          "credential": { "type": ["string", "null"] },
          "address": { "type": ["string", "null"] },
          "operation": { "type": "string", "description": "The operationId of this document, or `rescueUser`: by `punctual rescue`, on the machine itself." },
          "resource": { "type": ["string", "null"] },
          "service": { "type": ["string", "null"] },
          "allowed": { "type": "boolean" },
          "before": { "description": "As it was; secrets are left out." },
          "after": { "description": "As it is." },
          "request_id": { "type": ["string", "null"] },
          "previous": { "type": "string", "description": "The hash of the entry before." },
          "hash": {
            "type": "string",
            "description": "SHA-256 over sequence, `previous` and the canonical JSON of the other members."
          }
        }
      },
      "AuditEnd": {
        "type": "object",
        "required": ["status", "head", "last", "detail"],
        "properties": {
          "status": { "type": "string", "description": "`sound` or `tampered`; others may come." },
          "head": {
            "type": ["string", "null"],
            "description": "What the store notes as the end, as `SEQUENCE:HASH`; null when that cannot be read."
          },
          "last": { "type": "string", "description": "The newest entry, as `SEQUENCE:HASH`." },
          "detail": { "type": ["string", "null"], "description": "In which way the two differ." }
        }
      },
      "AuditPage": {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"} },
          "next_cursor": { "type": ["string", "null"] }
        }
      },
      "Duration": {
        "type": "string",
        "description": "A length of time: numbers with the units `w d h m s ms`, largest first, each at most once, a fraction only on the last (`250ms`, `30s`, `1h30m`, `1.5h`); or ISO 8601 without years and months (`PT30S`, `P1DT12H`). A day is 24 hours.",
        "minLength": 2,
        "maxLength": 64,
        "pattern": "^(?:(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?w)?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?d)?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?h)?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?m)?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?s)?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?ms)?|[Pp](?:[0-9]{1,15}(?:[.,][0-9]{1,15})?[Ww])?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?[Dd])?(?:[Tt](?:[0-9]{1,15}(?:[.,][0-9]{1,15})?[Hh])?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?[Mm])?(?:[0-9]{1,15}(?:[.,][0-9]{1,15})?[Ss])?)?)$",
        "examples": ["30s", "1h30m", "PT30S"]
      },
      "DurationText": {
        "type": "string",
        "description": "A length of time as the server writes it: whole numbers, largest unit first.",
        "minLength": 2,
        "pattern": "^(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?$",
        "examples": ["30s"]
      },
      "Instant": {
        "type": "string",
        "description": "An RFC 3339 instant with any offset, in the years 1 to 9999. Digits past the millisecond are cut off.",
        "format": "date-time",
        "minLength": 20,
        "maxLength": 64,
        "examples": ["2026-03-29T01:30:00Z"]
      },
      "InstantText": {
        "type": "string",
        "description": "An instant as the server writes it: RFC 3339, UTC, milliseconds.",
        "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
        "examples": ["2026-03-29T01:30:00.000Z"]
      },
      "LocalTime": {
        "type": "string",
        "description": "A wall time without offset, `YYYY-MM-DDThh:mm`, seconds optional.",
        "maxLength": 64,
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?$",
        "examples": ["2026-03-29T09:00:00"]
      },
      "Timezone": {
        "type": "string",
        "description": "An IANA zone name.",
        "minLength": 1,
        "maxLength": 64,
        "examples": ["Europe/Berlin"]
      },
      "Id": {
        "type": "string",
        "description": "A lower-case UUID.",
        "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        "examples": ["01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a"]
      },
      "JobName": {
        "type": "string",
        "description": "1 to 128 of `A–Z a–z 0–9 . _ - /`, unique within its service.",
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9._/-]+$",
        "examples": ["nightly-report"]
      },
      "ServiceName": {
        "type": "string",
        "description": "1 to 64 of `A–Z a–z 0–9 . _ -`.",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9._-]+$",
        "examples": ["default"]
      },
      "QueueName": {
        "type": "string",
        "description": "1 to 64 of `A–Z a–z 0–9 . _ -`.",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9._-]+$",
        "examples": ["default"]
      },
      "Labels": {
        "type": "object",
        "description": "Up to 32 labels: keys of 1 to 63 of `A–Z a–z 0–9 . _ - /`, values of up to 256 characters.",
        "maxProperties": 32,
        "propertyNames": { "type": "string", "minLength": 1, "maxLength": 63, "pattern": "^[A-Za-z0-9._/-]+$" },
        "additionalProperties": { "type": "string", "maxLength": 256 },
        "examples": [{"team": "billing"}]
      },
      "DSTPolicy": {
        "type": "object",
        "description": "What a wall time does on the two odd days of the year.",
        "properties": {
          "gap": {
            "type": "string",
            "description": "A wall time that does not exist: run at the first valid instant after the gap, not at all, or shifted by the gap's length.",
            "enum": ["next_valid", "skip", "shift"],
            "default": "next_valid"
          },
          "overlap": {
            "type": "string",
            "description": "A wall time that exists twice. Expressions whose second, minute or hour is `*`, a range or a step run through both sides in any case.",
            "enum": ["first", "last", "both"],
            "default": "first"
          }
        },
        "additionalProperties": false
      },
      "CronSchedule": {
        "type": "object",
        "description": "OCPS 1.4 cron: 5 fields, an optional leading second (6), an optional trailing year (7), names, ranges, steps, lists, `L`, `W`, `#`, `@yearly` to `@hourly`, `H` hashed from the job id. An expression that can never fire is refused.",
        "required": ["type", "expression"],
        "properties": {
          "type": { "type": "string", "const": "cron" },
          "expression": { "type": "string", "minLength": 1, "maxLength": 256, "examples": ["0 9 * * MON-FRI"] },
          "timezone": { "$ref": "#/components/schemas/Timezone", "default": "UTC" },
          "dialect": { "type": "string", "enum": ["ocps", "unix", "quartz"], "default": "ocps" },
          "dst": { "$ref": "#/components/schemas/DSTPolicy" }
        },
        "additionalProperties": false,
        "examples": [{"type": "cron", "expression": "0 9 * * MON-FRI", "timezone": "Europe/Berlin"}]
      },
      "IntervalSchedule": {
        "type": "object",
        "description": "`anchor` + n · `every`, untouched by daylight saving.",
        "required": ["type", "every"],
        "properties": {
          "type": { "type": "string", "const": "interval" },
          "every": { "$ref": "#/components/schemas/Duration", "description": "100ms to 10 years (315,576,000s); the server may ask for more, 1s unless it is told otherwise." },
          "anchor": {
            "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}],
            "description": "Default: when the job was created."
          }
        },
        "additionalProperties": false,
        "examples": [{"type": "interval", "every": "5m"}]
      },
      "FixedDelaySchedule": {
        "type": "object",
        "description": "That long after the last execution ended.",
        "required": ["type", "every"],
        "properties": {
          "type": { "type": "string", "const": "fixed_delay" },
          "every": { "$ref": "#/components/schemas/Duration", "description": "100ms to 10 years (315,576,000s); the server may ask for more, 1s unless it is told otherwise." }
        },
        "additionalProperties": false,
        "examples": [{"type": "fixed_delay", "every": "30s"}]
      },
      "OnceSchedule": {
        "type": "object",
        "description": "One instant: either `at`, or `local` with an optional `timezone`. An instant in the past is due at once.",
        "required": ["type"],
        "properties": {
          "type": { "type": "string", "const": "once" },
          "at": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] },
          "local": { "oneOf": [{"$ref": "#/components/schemas/LocalTime"}, {"type": "null"}] },
          "timezone": {
            "$ref": "#/components/schemas/Timezone",
            "description": "Beside `local` only. Default `UTC`."
          }
        },
        "additionalProperties": false,
        "oneOf": [
          {
            "required": ["at"],
            "properties": { "at": {"type": "string"}, "local": {"type": "null"}, "timezone": false }
          },
          { "required": ["local"], "properties": {"local": {"type": "string"}, "at": {"type": "null"}} }
        ],
        "examples": [
          { "type": "once", "at": "2026-12-31T23:00:00Z" },
          { "type": "once", "local": "2027-01-01T00:00:00", "timezone": "Europe/Berlin" }
        ]
      },
      "RRuleSchedule": {
        "type": "object",
        "description": "An RFC 5545 recurrence rule; `EXDATE` lines are allowed.",
        "required": ["type", "rule", "start"],
        "properties": {
          "type": { "type": "string", "const": "rrule" },
          "rule": { "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["FREQ=MONTHLY;BYDAY=-1FR"] },
          "start": { "$ref": "#/components/schemas/LocalTime", "description": "DTSTART, as local time." },
          "timezone": { "$ref": "#/components/schemas/Timezone", "default": "UTC" }
        },
        "additionalProperties": false,
        "examples": [
          {
            "type": "rrule",
            "rule": "FREQ=MONTHLY;BYDAY=-1FR",
            "start": "2026-01-30T17:00:00",
            "timezone": "America/New_York"
          }
        ]
      },
      "ManualSchedule": {
        "type": "object",
        "description": "Runs only by trigger.",
        "required": ["type"],
        "properties": { "type": {"type": "string", "const": "manual"} },
        "additionalProperties": false,
        "examples": [{"type": "manual"}]
      },
      "ScheduleRequest": {
        "description": "When a job runs.",
        "oneOf": [
          { "$ref": "#/components/schemas/CronSchedule" },
          { "$ref": "#/components/schemas/IntervalSchedule" },
          { "$ref": "#/components/schemas/FixedDelaySchedule" },
          { "$ref": "#/components/schemas/OnceSchedule" },
          { "$ref": "#/components/schemas/RRuleSchedule" },
          { "$ref": "#/components/schemas/ManualSchedule" }
        ],
        "discriminator": {
          "propertyName": "type",
          "mapping": {
            "cron": "#/components/schemas/CronSchedule",
            "interval": "#/components/schemas/IntervalSchedule",
            "fixed_delay": "#/components/schemas/FixedDelaySchedule",
            "once": "#/components/schemas/OnceSchedule",
            "rrule": "#/components/schemas/RRuleSchedule",
            "manual": "#/components/schemas/ManualSchedule"
          }
        }
      },
      "HTTPTarget": {
        "type": "object",
        "description": "One HTTP request for each attempt. Redirects are not followed; `Retry-After` is honoured; a 4xx other than 408, 409, 425 and 429 is not retried.",
        "required": ["type", "url"],
        "properties": {
          "type": { "type": "string", "const": "http" },
          "method": {
            "type": "string",
            "description": "Default `POST`.",
            "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            "default": "POST"
          },
          "url": {
            "type": "string",
            "description": "http or https, without user-info. Private addresses are refused unless the operator allows them.",
            "format": "uri",
            "minLength": 1,
            "maxLength": 2048,
            "examples": ["https://example.com/hooks/report"]
          },
          "headers": {
            "type": "object",
            "description": "Up to 64 header fields. Those that Punctual or the connection sets (`Host`, `Content-Length`, `Idempotency-Key`, `webhook-*`, …) are refused.",
            "maxProperties": 64,
            "propertyNames": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128,
              "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
            },
            "additionalProperties": { "type": "string", "maxLength": 8192 }
          },
          "body": {
            "description": "A string is sent as it is; any other JSON value is sent as `application/json`. At most 256 KiB."
          },
          "expect_status": {
            "type": "string",
            "description": "Statuses that count as success: numbers and ranges, separated by commas.",
            "minLength": 3,
            "maxLength": 256,
            "pattern": "^[1-5][0-9]{2}(?:-[1-5][0-9]{2})?(?:, ?[1-5][0-9]{2}(?:-[1-5][0-9]{2})?)*$",
            "default": "200-299",
            "examples": ["200-299,302"]
          }
        },
        "additionalProperties": false,
        "examples": [
          {
            "type": "http",
            "method": "POST",
            "url": "https://example.com/hooks/report",
            "headers": { "Accept": "application/json" },
            "body": { "report": "daily" }
          }
        ]
      },
      "CommandTarget": {
        "type": "object",
        "description": "A command, without a shell. Off unless the worker allows its path; exit code 0 is success.",
        "required": ["type", "argv"],
        "properties": {
          "type": { "type": "string", "const": "command" },
          "argv": {
            "type": "array",
            "description": "The program and its arguments; the first entry is not empty.",
            "items": { "type": "string", "maxLength": 4096 },
            "minItems": 1,
            "maxItems": 256,
            "prefixItems": [{"type": "string", "minLength": 1, "maxLength": 4096}]
          },
          "env": {
            "type": "object",
            "description": "The whole environment besides `PATH`, up to 256 variables.",
            "maxProperties": 256,
            "propertyNames": {
              "type": "string",
              "minLength": 1,
              "maxLength": 256,
              "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
            },
            "additionalProperties": { "type": "string", "maxLength": 32768 }
          },
          "directory": {
            "type": ["string", "null"],
            "description": "An absolute path; null or left out: the worker's own.",
            "minLength": 1,
            "maxLength": 4096,
            "pattern": "^/"
          }
        },
        "additionalProperties": false,
        "examples": [{"type": "command", "argv": ["/usr/bin/pg_dump", "--file=/var/backups/app.sql", "app"]}]
      },
      "WorkerTarget": {
        "type": "object",
        "description": "Waits for an outside worker, which claims and completes it by `/api/v1/work`.",
        "required": ["type", "task"],
        "properties": {
          "type": { "type": "string", "const": "worker" },
          "task": {
            "type": "string",
            "description": "What kind of work; workers may ask for some kinds only.",
            "minLength": 1,
            "maxLength": 128,
            "pattern": "^[A-Za-z0-9._/-]+$"
          },
          "payload": { "description": "Any JSON, handed to the worker. At most 256 KiB." }
        },
        "additionalProperties": false,
        "examples": [{"type": "worker", "task": "render-video", "payload": {"id": 7}}]
      },
      "PublishTarget": {
        "type": "object",
        "description": "Sends a message; success is the broker's confirmation. A server that does not have the broker refuses it with 422.",
        "required": ["type", "broker", "destination"],
        "properties": {
          "type": { "type": "string", "const": "publish" },
          "broker": {
            "type": "string",
            "description": "A broker that the operator configured.",
            "minLength": 1,
            "maxLength": 64,
            "examples": ["rabbitmq"]
          },
          "destination": { "type": "string", "minLength": 1, "maxLength": 512 },
          "message": { "description": "Any JSON; a string is sent as it is. At most 256 KiB." }
        },
        "additionalProperties": false,
        "examples": [{"type": "publish", "broker": "rabbitmq", "destination": "reports/daily", "message": "done"}]
      },
      "NoopTarget": {
        "type": "object",
        "description": "Succeeds always; for drills and benchmarks.",
        "required": ["type"],
        "properties": { "type": {"type": "string", "const": "noop"} },
        "additionalProperties": false,
        "examples": [{"type": "noop"}]
      },
      "TargetRequest": {
        "description": "What a job runs.",
        "oneOf": [
          { "$ref": "#/components/schemas/HTTPTarget" },
          { "$ref": "#/components/schemas/CommandTarget" },
          { "$ref": "#/components/schemas/WorkerTarget" },
          { "$ref": "#/components/schemas/PublishTarget" },
          { "$ref": "#/components/schemas/NoopTarget" }
        ],
        "discriminator": {
          "propertyName": "type",
          "mapping": {
            "http": "#/components/schemas/HTTPTarget",
            "command": "#/components/schemas/CommandTarget",
            "worker": "#/components/schemas/WorkerTarget",
            "publish": "#/components/schemas/PublishTarget",
            "noop": "#/components/schemas/NoopTarget"
          }
        }
      },
      "RetryPolicyRequest": {
        "type": "object",
        "description": "How often and after which delay a failed attempt is repeated. A field left out has its default.",
        "properties": {
          "maximum_attempts": {
            "type": "integer",
            "description": "Counts the first attempt; 0 = no limit.",
            "minimum": 0,
            "maximum": 1000,
            "default": 3
          },
          "initial_interval": {
            "$ref": "#/components/schemas/Duration",
            "description": "0s to 24h.",
            "default": "1s"
          },
          "backoff_coefficient": { "type": "number", "minimum": 1, "maximum": 100, "default": 2.0 },
          "maximum_interval": {
            "$ref": "#/components/schemas/Duration",
            "description": "0s to 30d.",
            "default": "100s"
          },
          "jitter": {
            "type": "number",
            "description": "The share of each delay that is random.",
            "minimum": 0,
            "maximum": 1,
            "default": 0.1
          }
        },
        "additionalProperties": false,
        "examples": [{"maximum_attempts": 5, "initial_interval": "2s"}]
      },
      "JobRequest": {
        "type": "object",
        "description": "A job as sent. Only `name`, `schedule` and `target` are required; a field left out has its default. Unknown fields, and fields that the server sets (`id`, `status`, `version` and the like), are refused.",
        "required": ["name", "schedule", "target"],
        "properties": {
          "name": { "$ref": "#/components/schemas/JobName" },
          "description": { "type": "string", "maxLength": 2000, "default": "" },
          "service": { "$ref": "#/components/schemas/ServiceName", "default": "default" },
          "labels": { "$ref": "#/components/schemas/Labels", "default": {} },
          "queue": { "$ref": "#/components/schemas/QueueName", "default": "default" },
          "priority": {
            "type": "integer",
            "description": "Higher runs first.",
            "minimum": 0,
            "maximum": 9,
            "default": 5
          },
          "starts_at": {
            "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}],
            "description": "No occurrence before it."
          },
          "ends_at": {
            "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}],
            "description": "No occurrence after it; not before `starts_at`."
          },
          "max_runs": {
            "type": ["integer", "null"],
            "description": "The job is completed after so many occurrences.",
            "minimum": 1,
            "maximum": 9007199254740991
          },
          "jitter": {
            "$ref": "#/components/schemas/Duration",
            "description": "Each occurrence is moved by a fixed, seeded part of it. 0s to 24h.",
            "default": "0s"
          },
          "timeout": {
            "$ref": "#/components/schemas/Duration",
            "description": "Of one attempt. 100ms to 24h.",
            "default": "5m"
          },
          "retry_policy": { "$ref": "#/components/schemas/RetryPolicyRequest" },
          "misfire_policy": {
            "type": "string",
            "description": "Which of the instants missed by more than `misfire_threshold` are run: none, the latest, all.",
            "enum": ["skip", "fire_once", "fire_all"],
            "default": "fire_once"
          },
          "misfire_threshold": {
            "$ref": "#/components/schemas/Duration",
            "description": "0s to 24h.",
            "default": "60s"
          },
          "catchup_window": {
            "$ref": "#/components/schemas/Duration",
            "description": "Instants older than this are never caught up. 0s to 366d.",
            "default": "24h"
          },
          "max_catchup": {
            "type": "integer",
            "description": "At most so many missed instants are run at once.",
            "minimum": 0,
            "maximum": 10000,
            "default": 100
          },
          "overlap_policy": {
            "type": "string",
            "description": "What happens to an occurrence while an earlier one still runs.",
            "enum": ["skip", "buffer_one", "buffer_all", "cancel_other", "allow_all"],
            "default": "skip"
          },
          "retention": {
            "description": "How long ended executions are kept, 1m to 3650d; null means as the server keeps those of other jobs.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}],
            "default": null
          },
          "schedule": { "$ref": "#/components/schemas/ScheduleRequest" },
          "target": { "$ref": "#/components/schemas/TargetRequest" }
        },
        "additionalProperties": false,
        "examples": [
          {
            "name": "nightly-report",
            "labels": { "team": "billing" },
            "schedule": { "type": "cron", "expression": "0 2 * * *", "timezone": "Europe/Berlin" },
            "target": { "type": "http", "url": "https://example.com/hooks/report" },
            "retry_policy": { "maximum_attempts": 5 }
          },
          { "name": "heartbeat", "schedule": {"type": "interval", "every": "10s"}, "target": {"type": "noop"} }
        ]
      },
      "RetryPolicyPatch": {
        "type": "object",
        "description": "Merged into the job's policy; null puts a field's default back.",
        "properties": {
          "maximum_attempts": {
            "type": ["integer", "null"],
            "description": "Counts the first attempt; 0 = no limit.",
            "minimum": 0,
            "maximum": 1000
          },
          "initial_interval": {
            "description": "0s to 24h.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "backoff_coefficient": { "type": ["number", "null"], "minimum": 1, "maximum": 100 },
          "maximum_interval": {
            "description": "0s to 30d.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "jitter": {
            "type": ["number", "null"],
            "description": "The share of each delay that is random.",
            "minimum": 0,
            "maximum": 1
          }
        },
        "additionalProperties": false
      },
      "SchedulePatch": {
        "type": "object",
        "description": "Merged into the job's schedule, field by field; the result must be a whole schedule. To change the type, set the old type's fields to null, or use PUT.",
        "properties": {
          "type": { "type": "string", "enum": ["cron", "interval", "fixed_delay", "once", "rrule", "manual"] },
          "expression": { "type": ["string", "null"], "minLength": 1, "maxLength": 256 },
          "timezone": { "oneOf": [{"$ref": "#/components/schemas/Timezone"}, {"type": "null"}] },
          "dialect": { "type": ["string", "null"], "enum": ["ocps", "unix", "quartz", null] },
          "dst": {
            "type": ["object", "null"],
            "properties": {
              "gap": { "type": ["string", "null"], "enum": ["next_valid", "skip", "shift", null] },
              "overlap": { "type": ["string", "null"], "enum": ["first", "last", "both", null] }
            },
            "additionalProperties": false
          },
          "every": { "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}] },
          "anchor": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] },
          "at": { "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}] },
          "local": { "oneOf": [{"$ref": "#/components/schemas/LocalTime"}, {"type": "null"}] },
          "rule": { "type": ["string", "null"], "minLength": 1, "maxLength": 4096 },
          "start": { "oneOf": [{"$ref": "#/components/schemas/LocalTime"}, {"type": "null"}] }
        },
        "additionalProperties": false,
        "examples": [{"timezone": "Europe/Warsaw"}]
      },
      "TargetPatch": {
        "type": "object",
        "description": "Merged into the job's target, field by field; the result must be a whole target. To change the type, set the old type's fields to null, or use PUT.",
        "properties": {
          "type": { "type": "string", "enum": ["http", "command", "worker", "publish", "noop"] },
          "method": {
            "type": ["string", "null"],
            "description": "Default `POST`.",
            "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", null]
          },
          "url": {
            "type": ["string", "null"],
            "description": "http or https, without user-info. Private addresses are refused unless the operator allows them.",
            "format": "uri",
            "minLength": 1,
            "maxLength": 2048,
            "examples": ["https://example.com/hooks/report"]
          },
          "headers": {
            "type": ["object", "null"],
            "description": "Up to 64 header fields. Those that Punctual or the connection sets (`Host`, `Content-Length`, `Idempotency-Key`, `webhook-*`, …) are refused.",
            "propertyNames": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128,
              "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
            },
            "additionalProperties": { "type": ["string", "null"], "maxLength": 8192 }
          },
          "body": {
            "description": "A string is sent as it is; any other JSON value is sent as `application/json`. At most 256 KiB."
          },
          "expect_status": {
            "type": ["string", "null"],
            "description": "Statuses that count as success: numbers and ranges, separated by commas.",
            "minLength": 3,
            "maxLength": 256,
            "pattern": "^[1-5][0-9]{2}(?:-[1-5][0-9]{2})?(?:, ?[1-5][0-9]{2}(?:-[1-5][0-9]{2})?)*$",
            "examples": ["200-299,302"]
          },
          "argv": {
            "type": ["array", "null"],
            "description": "The program and its arguments; the first entry is not empty.",
            "items": { "type": "string", "maxLength": 4096 },
            "minItems": 1,
            "maxItems": 256,
            "prefixItems": [{"type": "string", "minLength": 1, "maxLength": 4096}]
          },
          "env": {
            "type": ["object", "null"],
            "description": "The whole environment besides `PATH`, up to 256 variables.",
            "propertyNames": {
              "type": "string",
              "minLength": 1,
              "maxLength": 256,
              "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
            },
            "additionalProperties": { "type": ["string", "null"], "maxLength": 32768 }
          },
          "directory": {
            "type": ["string", "null"],
            "description": "An absolute path; null or left out: the worker's own.",
            "minLength": 1,
            "maxLength": 4096,
            "pattern": "^/"
          },
          "task": {
            "type": ["string", "null"],
            "description": "What kind of work; workers may ask for some kinds only.",
            "minLength": 1,
            "maxLength": 128,
            "pattern": "^[A-Za-z0-9._/-]+$"
          },
          "payload": { "description": "Any JSON, handed to the worker. At most 256 KiB." },
          "broker": {
            "type": ["string", "null"],
            "description": "A broker that the operator configured.",
            "minLength": 1,
            "maxLength": 64,
            "examples": ["rabbitmq"]
          },
          "destination": { "type": ["string", "null"], "minLength": 1, "maxLength": 512 },
          "message": { "description": "Any JSON; a string is sent as it is. At most 256 KiB." }
        },
        "additionalProperties": false,
        "examples": [{"url": "https://example.com/hooks/v2"}]
      },
      "JobPatch": {
        "type": "object",
        "description": "A JSON merge patch (RFC 7396): a field left out stays, null puts its default back, objects are merged. The result is validated as a whole job. Unknown names are refused even with null.",
        "properties": {
          "name": { "$ref": "#/components/schemas/JobName" },
          "description": { "type": ["string", "null"], "maxLength": 2000 },
          "service": { "oneOf": [{"$ref": "#/components/schemas/ServiceName"}, {"type": "null"}] },
          "labels": {
            "type": ["object", "null"],
            "description": "Merged into the job's labels; null takes a label away.",
            "propertyNames": { "type": "string", "minLength": 1, "maxLength": 63, "pattern": "^[A-Za-z0-9._/-]+$" },
            "additionalProperties": { "type": ["string", "null"], "maxLength": 256 }
          },
          "queue": { "oneOf": [{"$ref": "#/components/schemas/QueueName"}, {"type": "null"}] },
          "priority": { "type": ["integer", "null"], "description": "Higher runs first.", "minimum": 0, "maximum": 9 },
          "starts_at": {
            "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}],
            "description": "No occurrence before it."
          },
          "ends_at": {
            "oneOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}],
            "description": "No occurrence after it; not before `starts_at`."
          },
          "max_runs": {
            "type": ["integer", "null"],
            "description": "The job is completed after so many occurrences.",
            "minimum": 1,
            "maximum": 9007199254740991
          },
          "jitter": {
            "description": "Each occurrence is moved by a fixed, seeded part of it. 0s to 24h.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "timeout": {
            "description": "Of one attempt. 100ms to 24h.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "retry_policy": { "oneOf": [{"$ref": "#/components/schemas/RetryPolicyPatch"}, {"type": "null"}] },
          "misfire_policy": {
            "type": ["string", "null"],
            "description": "Which of the instants missed by more than `misfire_threshold` are run: none, the latest, all.",
            "enum": ["skip", "fire_once", "fire_all", null]
          },
          "misfire_threshold": {
            "description": "0s to 24h.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "catchup_window": {
            "description": "Instants older than this are never caught up. 0s to 366d.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "max_catchup": {
            "type": ["integer", "null"],
            "description": "At most so many missed instants are run at once.",
            "minimum": 0,
            "maximum": 10000
          },
          "overlap_policy": {
            "type": ["string", "null"],
            "description": "What happens to an occurrence while an earlier one still runs.",
            "enum": ["skip", "buffer_one", "buffer_all", "cancel_other", "allow_all", null]
          },
          "retention": {
            "description": "How long ended executions are kept, 1m to 3650d; null means as the server keeps those of other jobs.",
            "oneOf": [{"$ref": "#/components/schemas/Duration"}, {"type": "null"}]
          },
          "schedule": { "$ref": "#/components/schemas/SchedulePatch" },
          "target": { "$ref": "#/components/schemas/TargetPatch" }
        },
        "additionalProperties": false,
        "examples": [{"priority": 9, "labels": {"team": null}}, {"schedule": {"expression": "30 2 * * *"}}]
      },
      "Schedule": {
        "type": "object",
        "description": "When the job runs, with every default filled in: the fields of the schedule's type. Readers take unknown types and fields in their stride.",
        "required": ["type"],
        "properties": {
          "type": { "type": "string", "description": "`cron`, `interval`, `fixed_delay`, `once`, `rrule`, `manual`." },
          "expression": { "type": "string" },
          "timezone": { "type": "string" },
          "dialect": { "type": "string" },
          "dst": {
            "type": "object",
            "required": ["gap", "overlap"],
            "properties": { "gap": {"type": "string"}, "overlap": {"type": "string"} }
          },
          "every": { "$ref": "#/components/schemas/DurationText" },
          "anchor": { "$ref": "#/components/schemas/InstantText" },
          "at": { "$ref": "#/components/schemas/InstantText" },
          "local": { "type": "string" },
          "rule": { "type": "string" },
          "start": { "type": "string" }
        }
      },
      "Target": {
        "type": "object",
        "description": "What the job runs, with every default filled in: the fields of the target's type. Readers take unknown types and fields in their stride.",
        "required": ["type"],
        "properties": {
          "type": { "type": "string", "description": "`http`, `command`, `worker`, `publish`, `noop`." },
          "method": { "type": "string" },
          "url": { "type": "string" },
          "headers": { "type": "object", "additionalProperties": {"type": "string"} },
          "body": { "description": "Any JSON." },
          "expect_status": { "type": "string" },
          "argv": { "type": "array", "items": {"type": "string"} },
          "env": { "type": "object", "additionalProperties": {"type": "string"} },
          "directory": { "type": ["string", "null"] },
          "task": { "type": "string" },
          "payload": { "description": "Any JSON." },
          "broker": { "type": "string" },
          "destination": { "type": "string" },
          "message": { "description": "Any JSON." }
        }
      },
      "RetryPolicy": {
        "type": "object",
        "description": "How a failed attempt is repeated.",
        "required": ["maximum_attempts", "initial_interval", "backoff_coefficient", "maximum_interval", "jitter"],
        "properties": {
          "maximum_attempts": {
            "type": "integer",
            "description": "Counts the first attempt; 0 = no limit.",
            "minimum": 0
          },
          "initial_interval": { "$ref": "#/components/schemas/DurationText" },
          "backoff_coefficient": { "type": "number", "minimum": 1 },
          "maximum_interval": { "$ref": "#/components/schemas/DurationText" },
          "jitter": { "type": "number", "minimum": 0, "maximum": 1 }
        }
      },
      "Job": {
        "type": "object",
        "description": "A job with every field.",
        "required": [
          "id",
          "name",
          "description",
          "service",
          "labels",
          "queue",
          "priority",
          "schedule",
          "starts_at",
          "ends_at",
          "max_runs",
          "jitter",
          "target",
          "timeout",
          "retry_policy",
          "misfire_policy",
          "misfire_threshold",
          "catchup_window",
          "max_catchup",
          "overlap_policy",
          "retention",
          "status",
          "pause_reason",
          "next_run_at",
          "last_run_at",
          "last_status",
          "run_count",
          "failure_count",
          "created_by",
          "created_at",
          "updated_at",
          "version"
        ],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "name": { "$ref": "#/components/schemas/JobName" },
          "description": { "type": "string" },
          "service": { "$ref": "#/components/schemas/ServiceName" },
          "labels": { "$ref": "#/components/schemas/Labels" },
          "queue": { "$ref": "#/components/schemas/QueueName" },
          "priority": { "type": "integer", "minimum": 0, "maximum": 9 },
          "schedule": { "$ref": "#/components/schemas/Schedule" },
          "starts_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "ends_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "max_runs": { "type": ["integer", "null"], "minimum": 1 },
          "jitter": { "$ref": "#/components/schemas/DurationText" },
          "target": { "$ref": "#/components/schemas/Target" },
          "timeout": { "$ref": "#/components/schemas/DurationText" },
          "retry_policy": { "$ref": "#/components/schemas/RetryPolicy" },
          "misfire_policy": { "type": "string", "description": "`skip`, `fire_once`, `fire_all`." },
          "misfire_threshold": { "$ref": "#/components/schemas/DurationText" },
          "catchup_window": { "$ref": "#/components/schemas/DurationText" },
          "max_catchup": { "type": "integer", "minimum": 0 },
          "overlap_policy": {
            "type": "string",
            "description": "`skip`, `buffer_one`, `buffer_all`, `cancel_other`, `allow_all`."
          },
          "retention": {
            "description": "How long ended executions are kept; null means as the server keeps those of other jobs.",
            "oneOf": [{"$ref": "#/components/schemas/DurationText"}, {"type": "null"}]
          },
          "status": {
            "type": "string",
            "description": "`active`, `paused`, `completed`. Enums are open for readers."
          },
          "pause_reason": { "type": ["string", "null"] },
          "next_run_at": {
            "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}],
            "description": "Null when nothing is planned."
          },
          "last_run_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "last_status": { "type": ["string", "null"] },
          "run_count": { "type": "integer", "minimum": 0 },
          "failure_count": { "type": "integer", "minimum": 0 },
          "created_by": { "type": ["string", "null"] },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "updated_at": { "$ref": "#/components/schemas/InstantText" },
          "version": { "type": "integer", "description": "The ETag, as `\"1\"`.", "minimum": 1 }
        },
        "examples": [
          {
            "id": "01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a",
            "name": "nightly-report",
            "description": "",
            "service": "default",
            "labels": { "team": "billing" },
            "queue": "default",
            "priority": 5,
            "schedule": {
              "type": "cron",
              "expression": "0 2 * * *",
              "timezone": "Europe/Berlin",
              "dialect": "ocps",
              "dst": { "gap": "next_valid", "overlap": "first" }
            },
            "starts_at": null,
            "ends_at": null,
            "max_runs": null,
            "jitter": "0s",
            "target": {
              "type": "http",
              "method": "POST",
              "url": "https://example.com/hooks/report",
              "headers": {},
              "body": { "report": "daily" },
              "expect_status": "200-299"
            },
            "timeout": "5m",
            "retry_policy": {
              "maximum_attempts": 3,
              "initial_interval": "1s",
              "backoff_coefficient": 2.0,
              "maximum_interval": "1m40s",
              "jitter": 0.1
            },
            "misfire_policy": "fire_once",
            "misfire_threshold": "1m",
            "catchup_window": "1d",
            "max_catchup": 100,
            "overlap_policy": "skip",
            "retention": null,
            "status": "active",
            "pause_reason": null,
            "next_run_at": "2026-03-30T00:00:00.000Z",
            "last_run_at": null,
            "last_status": null,
            "run_count": 0,
            "failure_count": 0,
            "created_by": null,
            "created_at": "2026-03-29T10:00:00.000Z",
            "updated_at": "2026-03-29T10:00:00.000Z",
            "version": 1
          }
        ]
      },
      "Attempt": {
        "type": "object",
        "description": "One try at an execution.",
        "required": ["attempt", "worker", "started_at", "finished_at", "status", "reason", "error"],
        "properties": {
          "attempt": { "type": "integer", "minimum": 1 },
          "worker": { "type": ["string", "null"] },
          "started_at": { "$ref": "#/components/schemas/InstantText" },
          "finished_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "status": { "type": "string" },
          "reason": { "type": ["string", "null"] },
          "error": { "type": ["string", "null"] },
          "result": {
            "description": "What a past attempt gave back, the first 1,024 bytes of its output; of the newest five past ones alone. Absent for nothing, and in the newest attempt, whose answer the execution's `result` is.",
            "$ref": "#/components/schemas/ExecutionResult"
          }
        }
      },
      "Progress": {
        "type": "object",
        "description": "How far an attempt is, as it says.",
        "required": ["percent", "message", "at"],
        "properties": {
          "percent": { "type": ["number", "null"], "minimum": 0, "maximum": 100 },
          "message": { "type": ["string", "null"], "maxLength": 200 },
          "at": { "$ref": "#/components/schemas/InstantText", "description": "When it was told." }
        }
      },
      "Line": {
        "type": "object",
        "required": ["number", "at", "attempt", "level", "text"],
        "properties": {
          "number": { "type": "integer", "description": "From 1, without gaps, over all attempts.", "minimum": 1 },
          "at": { "$ref": "#/components/schemas/InstantText" },
          "attempt": { "type": "integer", "minimum": 1 },
          "level": { "type": "string", "description": "`debug`, `info`, `warn`, `error`." },
          "text": { "type": "string" }
        }
      },
      "LinePage": {
        "type": "object",
        "description": "Lines in order.",
        "required": ["items", "next_after", "ended"],
        "properties": {
          "items": { "type": "array", "items": { "$ref": "#/components/schemas/Line" }, "maxItems": 200 },
          "next_after": { "type": "integer", "description": "What `after` is to be for the lines behind these.", "minimum": 0 },
          "ended": { "type": "boolean", "description": "Whether the execution has ended and there are no lines behind these." }
        },
        "examples": [
          {
            "items": [
              {"number": 1, "at": "2026-03-30T00:00:00.009Z", "attempt": 1, "level": "info", "text": "frame 1"}
            ],
            "next_after": 1,
            "ended": false
          }
        ]
      },
      "ExecutionResult": {
        "type": "object",
        "description": "What the last attempt gave back.",
        "required": ["http_status", "exit_code", "output", "output_truncated"],
        "properties": {
          "http_status": { "type": ["integer", "null"], "minimum": 100, "maximum": 599 },
          "exit_code": { "type": ["integer", "null"] },
          "output": { "type": "string", "description": "Up to the worker's cap." },
          "output_truncated": { "type": "boolean" }
        }
      },
      "Execution": {
        "type": "object",
        "description": "The record of one occurrence, run or not. Its id is derived from job and instant: the same occurrence cannot exist twice.",
        "required": [
          "id",
          "job_id",
          "job_name",
          "service",
          "queue",
          "priority",
          "scheduled_at",
          "available_at",
          "trigger",
          "status",
          "reason",
          "attempt",
          "max_attempts",
          "worker",
          "lease_expires_at",
          "created_at",
          "started_at",
          "finished_at",
          "duration_ms",
          "result",
          "error",
          "progress",
          "attempts"
        ],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "job_id": { "$ref": "#/components/schemas/Id" },
          "job_name": { "$ref": "#/components/schemas/JobName" },
          "service": { "$ref": "#/components/schemas/ServiceName" },
          "queue": { "$ref": "#/components/schemas/QueueName" },
          "priority": { "type": "integer", "minimum": 0, "maximum": 9 },
          "scheduled_at": { "$ref": "#/components/schemas/InstantText", "description": "The nominal instant." },
          "available_at": {
            "$ref": "#/components/schemas/InstantText",
            "description": "Not before this: jitter and retry delays are in it."
          },
          "trigger": { "type": "string", "description": "`schedule`, `misfire`, `manual`, `backfill`, `retry`." },
          "status": {
            "type": "string",
            "description": "`buffered`, `pending`, `running`, `succeeded`, `failed`, `cancelled`, `skipped`, `missed`. Enums are open for readers."
          },
          "reason": {
            "type": ["string", "null"],
            "description": "`timeout`, `lease_expired`, `exit_code`, `http_status`, `connection`, `overlap`, `buffer_full`, `catchup_window`, `misfire`, `paused`, `calendar`, `cancelled`, `shutdown`, or null."
          },
          "attempt": {
            "type": "integer",
            "description": "The current or last attempt; 0 before the first.",
            "minimum": 0
          },
          "max_attempts": { "type": "integer", "description": "0 = no limit.", "minimum": 0 },
          "worker": { "type": ["string", "null"] },
          "lease_expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "created_at": { "$ref": "#/components/schemas/InstantText" },
          "started_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "finished_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] },
          "duration_ms": { "type": ["integer", "null"], "minimum": 0 },
          "result": { "oneOf": [{"$ref": "#/components/schemas/ExecutionResult"}, {"type": "null"}] },
          "error": { "type": ["string", "null"] },
          "progress": {
            "description": "What the newest attempt has told last of how far it is; null while it has told nothing, and while the next attempt is waited for.",
            "oneOf": [ { "$ref": "#/components/schemas/Progress" }, { "type": "null" } ]
          },
          "attempts": {
            "type": "array",
            "description": "In order.",
            "items": { "$ref": "#/components/schemas/Attempt" }
          }
        },
        "examples": [
          {
            "id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77",
            "job_id": "01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a",
            "job_name": "nightly-report",
            "service": "default",
            "queue": "default",
            "priority": 5,
            "scheduled_at": "2026-03-30T00:00:00.000Z",
            "available_at": "2026-03-30T00:00:00.000Z",
            "trigger": "schedule",
            "status": "succeeded",
            "reason": null,
            "attempt": 1,
            "max_attempts": 3,
            "worker": "node-1",
            "lease_expires_at": null,
            "created_at": "2026-03-30T00:00:00.004Z",
            "started_at": "2026-03-30T00:00:00.009Z",
            "finished_at": "2026-03-30T00:00:00.151Z",
            "duration_ms": 142,
            "result": { "http_status": 200, "exit_code": null, "output": "ok", "output_truncated": false },
            "error": null,
            "progress": null,
            "attempts": [
              {
                "attempt": 1,
                "worker": "node-1",
                "started_at": "2026-03-30T00:00:00.009Z",
                "finished_at": "2026-03-30T00:00:00.151Z",
                "status": "succeeded",
                "reason": null,
                "error": null
              }
            ]
          }
        ]
      },
      "JobPage": {
        "type": "object",
        "description": "Jobs, one page.",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Job"}, "maxItems": 200 },
          "next_cursor": {
            "type": ["string", "null"],
            "description": "Pass it as `cursor` for the next page; null on the last."
          }
        }
      },
      "ExecutionPage": {
        "type": "object",
        "description": "Executions, newest first, one page.",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Execution"}, "maxItems": 200 },
          "next_cursor": {
            "type": ["string", "null"],
            "description": "Pass it as `cursor` for the next page; null on the last."
          }
        },
        "examples": [
          {
            "items": [
              {
                "id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77",
                "job_id": "01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a",
                "job_name": "nightly-report",
                "service": "default",
                "queue": "default",
                "priority": 5,
                "scheduled_at": "2026-03-30T00:00:00.000Z",
                "available_at": "2026-03-30T00:00:00.000Z",
                "trigger": "schedule",
                "status": "succeeded",
                "reason": null,
                "attempt": 1,
                "max_attempts": 3,
                "worker": "node-1",
                "lease_expires_at": null,
                "created_at": "2026-03-30T00:00:00.004Z",
                "started_at": "2026-03-30T00:00:00.009Z",
                "finished_at": "2026-03-30T00:00:00.151Z",
                "duration_ms": 142,
                "result": { "http_status": 200, "exit_code": null, "output": "ok", "output_truncated": false },
                "error": null,
                "progress": null,
                "attempts": [
                  {
                    "attempt": 1,
                    "worker": "node-1",
                    "started_at": "2026-03-30T00:00:00.009Z",
                    "finished_at": "2026-03-30T00:00:00.151Z",
                    "status": "succeeded",
                    "reason": null,
                    "error": null
                  }
                ]
              }
            ],
            "next_cursor": null
          }
        ]
      },
      "BulkRequest": {
        "type": "object",
        "description": "Jobs to create, each on its own: one that is refused does not hold up the others. An item is checked as in `POST /jobs`.",
        "required": ["items"],
        "properties": { "items": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 1000} },
        "additionalProperties": false,
        "examples": [
          {
            "items": [
              {
                "name": "nightly-report",
                "labels": { "team": "billing" },
                "schedule": { "type": "cron", "expression": "0 2 * * *", "timezone": "Europe/Berlin" },
                "target": { "type": "http", "url": "https://example.com/hooks/report" },
                "retry_policy": { "maximum_attempts": 5 }
              }
            ]
          }
        ]
      },
      "BulkOutcome": {
        "type": "object",
        "description": "What became of one item.",
        "required": ["status", "job", "problem"],
        "properties": {
          "status": {
            "type": "integer",
            "description": "As `POST /jobs` would answer: 201, 409, 422.",
            "minimum": 200,
            "maximum": 599
          },
          "job": { "oneOf": [{"$ref": "#/components/schemas/Job"}, {"type": "null"}] },
          "problem": { "oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}] }
        }
      },
      "BulkResponse": {
        "type": "object",
        "description": "One outcome per item, in order.",
        "required": ["items"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/BulkOutcome"}, "maxItems": 1000 }
        }
      },
      "PauseRequest": {
        "type": "object",
        "description": "Why.",
        "properties": { "reason": {"type": ["string", "null"], "maxLength": 500} },
        "additionalProperties": false,
        "examples": [{"reason": "the vendor is down until Monday"}]
      },
      "EmptyRequest": {
        "type": "object",
        "description": "Nothing to say: an empty object, or no body at all.",
        "additionalProperties": false,
        "examples": [{}]
      },
      "BackfillRequest": {
        "type": "object",
        "description": "The occurrences of `from` ≤ instant < `to`. Both lie in the past or now; together at most 10,000 occurrences.",
        "required": ["from", "to"],
        "properties": {
          "from": { "$ref": "#/components/schemas/Instant" },
          "to": { "$ref": "#/components/schemas/Instant", "description": "Later than `from`." }
        },
        "additionalProperties": false,
        "examples": [{"from": "2026-03-01T00:00:00Z", "to": "2026-03-08T00:00:00Z"}]
      },
      "BackfillResult": {
        "type": "object",
        "description": "What the backfill added.",
        "required": ["created", "existing"],
        "properties": {
          "created": { "type": "integer", "description": "Executions added.", "minimum": 0 },
          "existing": {
            "type": "integer",
            "description": "Instants that had their row already and were left alone.",
            "minimum": 0
          }
        },
        "examples": [{"created": 6, "existing": 1}]
      },
      "Occurrence": {
        "type": "object",
        "description": "One coming instant.",
        "required": ["at", "local", "note"],
        "properties": {
          "at": { "$ref": "#/components/schemas/InstantText" },
          "local": {
            "type": "string",
            "description": "The same instant in the schedule's zone, with its offset.",
            "format": "date-time"
          },
          "note": {
            "type": ["string", "null"],
            "description": "Tells of a daylight-saving gap or overlap; null otherwise."
          }
        }
      },
      "OccurrenceList": {
        "type": "object",
        "description": "Coming instants, strictly increasing.",
        "required": ["items"],
        "properties": {
          "words": { "type": "string", "description": "The schedule in a sentence; of a preview alone." },
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/Occurrence"}, "maxItems": 1000 }
        },
        "examples": [
          { "items": [{"at": "2026-03-30T07:00:00.000Z", "local": "2026-03-30T09:00:00+02:00", "note": null}] }
        ]
      },
      "PreviewRequest": {
        "type": "object",
        "description": "A schedule to try out. Nothing is stored.",
        "required": ["schedule"],
        "properties": {
          "schedule": { "$ref": "#/components/schemas/ScheduleRequest" },
          "from": {
            "$ref": "#/components/schemas/Instant",
            "description": "Instants strictly after it. Default: now."
          },
          "count": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 10 }
        },
        "additionalProperties": false,
        "examples": [
          {
            "schedule": { "type": "cron", "expression": "0 9 * * MON", "timezone": "Europe/Berlin" },
            "from": "2026-03-29T00:00:00Z",
            "count": 5
          }
        ]
      },
      "Blocker": {
        "type": "object",
        "description": "One thing that keeps the job from running.",
        "required": ["code", "detail"],
        "properties": {
          "code": {
            "type": "string",
            "description": "`paused`, `completed`, `not_started`, `ended`, `max_runs`, `queue_paused`, `limit`, `no_worker`, `overlap`, `command_not_allowed`, `never_due`. Open for readers."
          },
          "detail": { "type": "string", "description": "One sentence." }
        }
      },
      "Decision": {
        "type": "object",
        "description": "What was decided about one instant.",
        "required": ["scheduled_at", "decided_at", "status", "reason", "detail"],
        "properties": {
          "execution_id": { "oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}] },
          "scheduled_at": { "$ref": "#/components/schemas/InstantText" },
          "decided_at": { "$ref": "#/components/schemas/InstantText" },
          "status": { "type": "string" },
          "reason": { "type": ["string", "null"] },
          "detail": { "type": "string", "description": "One sentence." }
        }
      },
      "Explanation": {
        "type": "object",
        "description": "Why a job did or did not run.",
        "required": ["job_id", "status", "summary", "schedule", "next", "blocked_by", "decisions"],
        "properties": {
          "job_id": { "$ref": "#/components/schemas/Id" },
          "status": { "type": "string" },
          "summary": { "type": "string", "description": "One or two sentences." },
          "schedule": { "type": "string", "description": "The schedule in plain words." },
          "next": { "oneOf": [{"$ref": "#/components/schemas/Occurrence"}, {"type": "null"}] },
          "blocked_by": { "type": "array", "items": {"$ref": "#/components/schemas/Blocker"} },
          "decisions": {
            "type": "array",
            "description": "The last ones, newest first.",
            "items": { "$ref": "#/components/schemas/Decision" },
            "maxItems": 50
          }
        },
        "examples": [
          {
            "job_id": "01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a",
            "status": "paused",
            "summary": "The job is paused and will not run until it is resumed.",
            "schedule": "every day at 02:00 in Europe/Berlin",
            "next": null,
            "blocked_by": [{"code": "paused", "detail": "Paused: the vendor is down until Monday."}],
            "decisions": [
              {
                "execution_id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77",
                "scheduled_at": "2026-03-30T00:00:00.000Z",
                "decided_at": "2026-03-30T00:00:00.004Z",
                "status": "succeeded",
                "reason": null,
                "detail": "Ran on time and succeeded at the first attempt."
              }
            ]
          }
        ]
      },
      "Node": {
        "type": "object",
        "description": "One process.",
        "required": ["node_id", "roles", "started_at", "last_seen_at"],
        "properties": {
          "node_id": { "type": "string" },
          "roles": { "type": "array", "items": {"type": "string"} },
          "version": { "type": "string" },
          "address": { "type": ["string", "null"] },
          "started_at": { "$ref": "#/components/schemas/InstantText" },
          "last_seen_at": { "$ref": "#/components/schemas/InstantText" }
        }
      },
      "Shard": {
        "type": "object",
        "description": "One share of the jobs and who ticks it.",
        "required": ["shard", "holder", "term", "expires_at"],
        "properties": {
          "shard": { "type": "integer", "minimum": 0 },
          "holder": { "type": ["string", "null"] },
          "term": { "type": "integer", "minimum": 0 },
          "expires_at": { "oneOf": [{"$ref": "#/components/schemas/InstantText"}, {"type": "null"}] }
        }
      },
      "Part": {
        "type": "object",
        "description": "A part that a node can do without, as it was seen last.",
        "required": ["name", "status", "detail"],
        "properties": {
          "name": {
            "type": "string",
            "description": "`redis`, `rabbitmq`, and `broker` for who tells workers of work. Open for readers."
          },
          "status": { "type": "string", "description": "`ok`, `impaired`, `unavailable`. Open for readers." },
          "detail": { "type": "string", "description": "What it is, or what is wrong and what to do." }
        },
        "examples": [{"name": "redis", "status": "ok", "detail": "10.0.0.7:6379"}]
      },
      "ScheduleStatus": {
        "type": "object",
        "description": "How the schedulers are doing.",
        "required": ["nodes", "shards", "parts", "lag_ms", "due", "queued"],
        "properties": {
          "nodes": { "type": "array", "items": {"$ref": "#/components/schemas/Node"} },
          "parts": {
            "type": "array",
            "description": "The parts that the answering node can do without, such as Redis and the broker.",
            "items": { "$ref": "#/components/schemas/Part" }
          },
          "shards": { "type": "array", "items": {"$ref": "#/components/schemas/Shard"} },
          "lag_ms": {
            "type": "integer",
            "description": "How long the oldest due job has waited to be planned.",
            "minimum": 0
          },
          "due": { "type": "integer", "description": "Jobs due and not yet planned.", "minimum": 0 },
          "queued": { "type": "integer", "description": "Executions that wait for a worker.", "minimum": 0 }
        },
        "examples": [
          {
            "nodes": [
              {
                "node_id": "node-1",
                "roles": ["api", "scheduler", "worker"],
                "started_at": "2026-03-29T10:00:00.000Z",
                "last_seen_at": "2026-03-29T10:05:00.000Z"
              }
            ],
            "shards": [{"shard": 0, "holder": "node-1", "term": 1, "expires_at": "2026-03-29T10:05:10.000Z"}],
            "parts": [],
            "lag_ms": 0,
            "due": 0,
            "queued": 3
          }
        ]
      },
      "Queue": {
        "type": "object",
        "description": "One line of waiting executions.",
        "required": ["name", "paused", "paused_at", "depth", "running", "oldest_age_ms", "workers", "limit", "rate_used"],
        "properties": {
          "name": { "$ref": "#/components/schemas/QueueName" },
          "paused": { "type": "boolean" },
          "paused_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "Since when it is paused; null when it is not, and when it was paused before this was noted."
          },
          "depth": { "type": "integer", "description": "Executions that wait and may run now.", "minimum": 0 },
          "running": { "type": "integer", "minimum": 0 },
          "oldest_age_ms": {
            "type": ["integer", "null"],
            "minimum": 0,
            "description": "How long the oldest of them has waited; null when none waits."
          },
          "workers": {
            "type": "integer",
            "description": "Distinct workers that hold executions of it.",
            "minimum": 0
          },
          "limit": {
            "description": "null when it has none.",
            "oneOf": [{ "$ref": "#/components/schemas/QueueLimit" }, { "type": "null" }]
          },
          "rate_used": { "$ref": "#/components/schemas/RateUsed" }
        },
        "examples": [
          { "name": "default", "paused": false, "paused_at": null, "depth": 3, "running": 2, "oldest_age_ms": 120, "workers": 1, "limit": null, "rate_used": null }
        ]
      },
      "QueueList": {
        "type": "object",
        "description": "By name: every queue that is paused, has waiting or running executions, or is named by a job.",
        "required": ["items"],
        "properties": { "items": {"type": "array", "items": {"$ref": "#/components/schemas/Queue"}} }
      },
      "LogLevelWord": {
        "type": "string",
        "enum": [
          "trace",
          "debug",
          "info",
          "notice",
          "warning",
          "error",
          "critical"
        ]
      },
      "LogLevel": {
        "type": "object",
        "description": "How much a logger of this node says.",
        "required": [
          "label",
          "level",
          "changed",
          "reverts_at"
        ],
        "properties": {
          "label": {
            "type": "string",
            "examples": [
              "punctual.http"
            ]
          },
          "level": {
            "$ref": "#/components/schemas/LogLevelWord"
          },
          "changed": {
            "type": "boolean",
            "description": "Whether somebody has changed this very one since the node was started."
          },
          "reverts_at": {
            "type": [
              "string",
              "null"
            ],
            "format": "date-time",
            "description": "When it changes back; null means when somebody does."
          }
        },
        "examples": [
          {
            "label": "punctual.http",
            "level": "debug",
            "changed": true,
            "reverts_at": "2026-03-29T01:45:00.000Z"
          }
        ]
      },
      "LogLevelList": {
        "type": "object",
        "required": [
          "node_id",
          "items"
        ],
        "properties": {
          "node_id": {
            "type": "string",
            "description": "The node that answers."
          },
          "items": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/LogLevel"
            }
          }
        }
      },
      "LogLevelRequest": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "level"
        ],
        "properties": {
          "level": {
            "$ref": "#/components/schemas/LogLevelWord"
          },
          "for": {
            "type": "string",
            "description": "Changes back after this time, 1s to 7d; without it, when somebody does or the node restarts.",
            "examples": [
              "15m"
            ]
          }
        },
        "examples": [
          {
            "level": "debug",
            "for": "15m"
          }
        ]
      },
      "WorkLimit": {
        "type": "object",
        "description": "How much of a queue, a service or a job may run at once, and begin in a time, over all nodes together.",
        "required": ["kind", "name", "service", "job_name", "concurrency", "rate"],
        "properties": {
          "kind": { "type": "string", "description": "`queues`, `services` or `jobs`.", "examples": ["queues"] },
          "name": { "type": "string", "description": "Of a queue or a service its name, of a job its id." },
          "service": { "type": ["string", "null"], "description": "Whose it is: the service, or the job's; null of a queue." },
          "job_name": { "type": ["string", "null"], "description": "The job's name; null of a queue or a service." },
          "concurrency": { "type": ["integer", "null"], "description": "How many run at once at most; null means any number.", "minimum": 1 },
          "rate": { "oneOf": [{ "$ref": "#/components/schemas/LimitRate" }, { "type": "null" }] }
        },
        "examples": [{ "kind": "queues", "name": "mail", "service": null, "job_name": null, "concurrency": 10, "rate": { "count": 100, "per": "1m" } }]
      },
      "LimitRate": {
        "type": "object",
        "description": "So many begin in a time. After a pause all of them may begin at once; from then on they keep to the pace.",
        "required": ["count", "per"],
        "properties": {
          "count": { "type": "integer", "minimum": 1, "maximum": 1000000 },
          "per": { "$ref": "#/components/schemas/Duration", "description": "1s to 1d." }
        },
        "additionalProperties": false,
        "examples": [{ "count": 100, "per": "1m" }]
      },
      "LimitRequest": {
        "type": "object",
        "description": "A limit in place of what there was: one of the two, or both.",
        "properties": {
          "concurrency": { "type": ["integer", "null"], "minimum": 1, "maximum": 100000 },
          "rate": { "oneOf": [{ "$ref": "#/components/schemas/LimitRate" }, { "type": "null" }] }
        },
        "additionalProperties": false,
        "examples": [{ "concurrency": 10 }, { "concurrency": null, "rate": { "count": 100, "per": "1m" } }]
      },
      "LimitList": {
        "type": "object",
        "description": "By kind and name.",
        "required": ["items", "next_cursor"],
        "properties": {
          "items": {
            "type": "array",
            "items": {
              "allOf": [{ "$ref": "#/components/schemas/WorkLimit" }],
              "required": ["running", "rate_used"],
              "properties": {
                "running": {
                  "type": ["integer", "null"],
                  "minimum": 0,
                  "description": "How many run now; null where nothing limits how many run at once."
                },
                "rate_used": { "$ref": "#/components/schemas/RateUsed" }
              }
            }
          },
          "next_cursor": { "type": ["string", "null"], "description": "For the next page; null on the last." }
        }
      },
      "RateUsed": {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": "How many of the rate's beginnings are used up now: each comes back after its share of the time, so that of 100 in 1m one does every 0.6 s. null where there is no rate.",
        "examples": [37]
      },
      "QueueLimit": {
        "type": "object",
        "description": "What is limited of a queue, over all nodes together.",
        "required": ["concurrency", "rate"],
        "properties": {
          "concurrency": { "type": ["integer", "null"], "minimum": 1 },
          "rate": { "oneOf": [{ "$ref": "#/components/schemas/LimitRate" }, { "type": "null" }] }
        }
      },
      "Calendar": {
        "type": "object",
        "description": "Planned fires.",
        "required": ["from", "to", "zone", "items", "pile_ups", "clock_changes", "count"],
        "properties": {
          "from": { "type": "string", "format": "date-time" },
          "to": { "type": "string", "format": "date-time" },
          "zone": { "type": "string" },
          "items": {
            "type": "array",
            "description": "In order, without gaps. An hour may be shorter at a clock change, and two may have the same name.",
            "items": {
              "type": "object",
              "required": ["at", "local", "fires", "peak", "pile_up"],
              "properties": {
                "at": { "type": "string", "format": "date-time" },
                "local": { "type": "string", "description": "On the zone's clock." },
                "fires": { "type": "integer", "minimum": 0, "description": "What jitter spreads is counted where it is to be expected." },
                "peak": { "type": "integer", "minimum": 0, "description": "The most in one minute." },
                "pile_up": { "type": "boolean", "description": "Whether a minute of it stands out." }
              }
            }
          },
          "pile_ups": {
            "type": "array",
            "description": "Minutes of the day that stand out, the highest first: with ten fires more than half as much again as the minute in the middle has.",
            "maxItems": 10,
            "items": {
              "type": "object",
              "required": ["at", "local", "fires", "days"],
              "properties": {
                "at": { "type": "string", "format": "date-time", "description": "The first minute with the most fires." },
                "local": { "type": "string" },
                "fires": { "type": "integer", "minimum": 0 },
                "days": { "type": "integer", "minimum": 1, "description": "On how many days the same minute of the clock stands out." }
              }
            }
          },
          "clock_changes": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["at", "local", "shift"],
              "properties": {
                "at": { "type": "string", "format": "date-time" },
                "local": { "type": "string", "description": "What the clock shows from then on." },
                "shift": { "type": "string", "description": "How far it is moved: `1h`, `-1h`." }
              }
            }
          },
          "count": { "$ref": "#/components/schemas/CalendarCount" }
        }
      },
      "CalendarCount": {
        "type": "object",
        "description": "How much of what there is was counted.",
        "required": ["complete", "under_way", "jobs", "of", "left_out", "after_end", "by_hand", "at"],
        "properties": {
          "complete": { "type": "boolean", "description": "Whether nothing is missing." },
          "under_way": { "type": "boolean", "description": "Whether counting goes on: ask again." },
          "jobs": { "type": "integer", "minimum": 0, "description": "How many active jobs were looked at." },
          "of": { "type": ["integer", "null"], "minimum": 0, "description": "How many there are; null where that is not known before all were counted." },
          "left_out": { "type": "integer", "minimum": 0, "description": "Jobs whose schedule cannot be computed, or that came too much for one count." },
          "after_end": { "type": "integer", "minimum": 0, "description": "Jobs that fire so long after their last end: only their next fire is planned." },
          "by_hand": { "type": "integer", "minimum": 0, "description": "Jobs that fire when somebody triggers them." },
          "at": { "type": "string", "format": "date-time", "description": "When counting began." }
        }
      },
      "CalendarJobs": {
        "type": "object",
        "description": "Jobs that fire in the same minute.",
        "required": ["at", "jobs", "steady", "named", "items", "next_cursor", "count"],
        "properties": {
          "at": { "type": "string", "format": "date-time", "description": "The beginning of the minute." },
          "jobs": { "type": "integer", "minimum": 0, "description": "How many there are, without the steady ones." },
          "steady": { "type": "integer", "minimum": 0, "description": "How many jobs fire in the minute before as well: what comes all the time is no part of a pile-up, and not listed." },
          "named": { "type": "integer", "minimum": 0, "description": "How many of them can be listed." },
          "items": { "type": "array", "items": { "$ref": "#/components/schemas/Job" }, "description": "As they are now; those that are gone meanwhile are left out." },
          "next_cursor": { "type": ["string", "null"], "description": "For the next page; null on the last." },
          "count": { "$ref": "#/components/schemas/CalendarCount" }
        }
      },
      "MinuteStats": {
        "type": "object",
        "description": "What ended in the last sixty minutes.",
        "required": ["nodes", "complete", "items"],
        "properties": {
          "nodes": {
            "type": "array",
            "description": "The nodes whose figures are in it: those that have seen something end, and the one that answers; by name.",
            "items": { "type": "string" }
          },
          "complete": {
            "type": "boolean",
            "description": "False when what others have told cannot be read, or not all of it: the store does not answer in time, or a newer version has written it."
          },
          "queues": {
            "type": "array",
            "description": "With `by=queue`: those of which something ended, the ones with the most first, at most 200.",
            "maxItems": 200,
            "items": {
              "type": "object",
              "required": ["name", "ended", "failed", "ended_by_minute"],
              "properties": {
                "name": { "type": "string" },
                "ended": { "type": "integer", "minimum": 0 },
                "failed": { "type": "integer", "minimum": 0 },
                "ended_by_minute": { "type": "array", "maxItems": 60, "items": { "type": "integer", "minimum": 0 } }
              }
            }
          },
          "items": {
            "type": "array",
            "maxItems": 60,
            "items": {
              "type": "object",
              "required": ["at", "succeeded", "failed", "cancelled", "skipped", "missed", "lateness_ms"],
              "properties": {
                "at": { "type": "string", "format": "date-time" },
                "succeeded": { "type": "integer", "minimum": 0 },
                "failed": { "type": "integer", "minimum": 0 },
                "cancelled": { "type": "integer", "minimum": 0 },
                "skipped": { "type": "integer", "minimum": 0 },
                "missed": { "type": "integer", "minimum": 0 },
                "lateness_ms": {
                  "type": "object",
                  "description": "How late first attempts by the schedule began; each the upper end of a step, null when none began.",
                  "required": ["p50", "p95", "max"],
                  "properties": {
                    "p50": { "type": ["integer", "null"], "minimum": 0 },
                    "p95": { "type": ["integer", "null"], "minimum": 0 },
                    "max": { "type": ["integer", "null"], "minimum": 0 }
                  }
                }
              }
            }
          }
        }
      },
      "Stats": {
        "type": "object",
        "description": "Dashboard figures.",
        "required": ["jobs", "executions"],
        "properties": {
          "jobs": {
            "type": "object",
            "required": ["active", "paused", "completed"],
            "properties": {
              "active": { "type": "integer", "minimum": 0 },
              "paused": { "type": "integer", "minimum": 0 },
              "completed": { "type": "integer", "minimum": 0 }
            }
          },
          "executions": {
            "type": "object",
            "required": ["buffered", "pending", "running", "succeeded", "failed", "cancelled", "skipped", "missed"],
            "properties": {
              "buffered": { "type": "integer", "minimum": 0 },
              "pending": { "type": "integer", "minimum": 0 },
              "running": { "type": "integer", "minimum": 0 },
              "succeeded": { "type": "integer", "minimum": 0 },
              "failed": { "type": "integer", "minimum": 0 },
              "cancelled": { "type": "integer", "minimum": 0 },
              "skipped": { "type": "integer", "minimum": 0 },
              "missed": { "type": "integer", "minimum": 0 }
            },
            "description": "Waiting and running now; ended ones as far as history reaches."
          }
        },
        "examples": [
          {
            "jobs": { "active": 12, "paused": 1, "completed": 3 },
            "executions": {
              "buffered": 0,
              "pending": 3,
              "running": 2,
              "succeeded": 5120,
              "failed": 4,
              "cancelled": 0,
              "skipped": 7,
              "missed": 0
            }
          }
        ]
      },
      "DeadLetters": {
        "type": "object",
        "description": "Failed executions by job and error.",
        "required": ["items", "looked_at", "oldest_scheduled_at", "next_cursor"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/DeadLetterGroup"}, "maxItems": 2000 },
          "looked_at": { "type": "integer", "description": "How many executions the groups hold.", "minimum": 0 },
          "oldest_scheduled_at": {
            "description": "How far back was looked.",
            "anyOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}]
          },
          "next_cursor": {
            "type": ["string", "null"],
            "description": "Pass it as `cursor` to look further back; null when there is nothing."
          }
        },
        "examples": [
          {
            "items": [
              {
                "key": "9f2c41d07a3e",
                "job_id": "01970b2e-7c1a-7d3e-9a52-3f6f0d1c2b4a",
                "job_name": "nightly-report",
                "service": "default",
                "queue": "default",
                "reason": "http_status",
                "error": "status 503, expected 200-299",
                "count": 1,
                "newest_scheduled_at": "2026-03-30T00:00:00.000Z",
                "oldest_scheduled_at": "2026-03-30T00:00:00.000Z",
                "execution_ids": ["7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77"]
              }
            ],
            "looked_at": 1,
            "oldest_scheduled_at": "2026-03-30T00:00:00.000Z",
            "next_cursor": null
          }
        ]
      },
      "DeadLetterGroup": {
        "type": "object",
        "description": "Executions of one job that failed in the same way.",
        "required": [
          "key", "job_id", "job_name", "service", "queue", "reason", "error", "count", "newest_scheduled_at",
          "oldest_scheduled_at", "execution_ids"
        ],
        "properties": {
          "key": { "type": "string", "description": "The way in which they failed: the same in every answer, and for other jobs." },
          "job_id": { "$ref": "#/components/schemas/Id" },
          "job_name": { "$ref": "#/components/schemas/JobName" },
          "service": { "$ref": "#/components/schemas/ServiceName" },
          "queue": { "$ref": "#/components/schemas/QueueName" },
          "reason": { "type": ["string", "null"], "description": "As an execution's." },
          "error": { "type": ["string", "null"], "description": "The newest one's." },
          "count": { "type": "integer", "minimum": 1, "maximum": 2000 },
          "newest_scheduled_at": { "$ref": "#/components/schemas/Instant" },
          "oldest_scheduled_at": { "$ref": "#/components/schemas/Instant" },
          "execution_ids": {
            "type": "array",
            "description": "The newest first.",
            "items": { "$ref": "#/components/schemas/Id" },
            "minItems": 1,
            "maxItems": 2000
          }
        }
      },
      "RetryRequest": {
        "type": "object",
        "description": "Which execution; default: the job's last failed one.",
        "properties": { "execution_id": {"$ref": "#/components/schemas/Id"} },
        "additionalProperties": false,
        "examples": [{"execution_id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77"}]
      },
      "ClaimRequest": {
        "type": "object",
        "description": "What an outside worker can take.",
        "required": ["worker", "queues"],
        "properties": {
          "worker": {
            "type": "string",
            "description": "The worker's own name, stable over its life.",
            "minLength": 1,
            "maxLength": 128
          },
          "queues": {
            "type": "array",
            "items": { "$ref": "#/components/schemas/QueueName" },
            "minItems": 1,
            "maxItems": 64
          },
          "tasks": {
            "type": "array",
            "description": "Only these tasks; default: every task.",
            "items": { "type": "string", "minLength": 1, "maxLength": 128 },
            "minItems": 1,
            "maxItems": 64
          },
          "services": {
            "type": "array",
            "description": "Only executions of these services; default: of every service that the caller may see.",
            "items": { "type": "string", "minLength": 1, "maxLength": 64 },
            "minItems": 1,
            "maxItems": 64
          },
          "least_priority": {
            "type": "integer",
            "description": "Only executions of at least this priority.",
            "minimum": 0,
            "maximum": 9,
            "default": 0
          },
          "max": { "type": "integer", "minimum": 1, "maximum": 100, "default": 1 },
          "wait": {
            "$ref": "#/components/schemas/Duration",
            "description": "How long to wait for work. 0s to 60s.",
            "default": "20s"
          },
          "lease": {
            "$ref": "#/components/schemas/Duration",
            "description": "How long the claim holds without a heartbeat. 5s to 1h.",
            "default": "60s"
          }
        },
        "additionalProperties": false,
        "examples": [{"worker": "render-1", "queues": ["default"], "max": 1, "wait": "0s"}]
      },
      "ClaimedExecution": {
        "description": "An execution with what the worker needs.",
        "allOf": [
          { "$ref": "#/components/schemas/Execution" },
          {
            "type": "object",
            "required": ["payload"],
            "properties": {
              "task": { "type": "string" },
              "payload": { "description": "The target's payload; null when it has none." },
              "traceparent": {
                "type": "string",
                "description": "Names the attempt's span, in W3C Trace Context's form: send it along, and what is called belongs to the execution's trace.",
                "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$"
              }
            }
          }
        ]
      },
      "ClaimResponse": {
        "type": "object",
        "description": "The claimed executions; empty when nothing came in time.",
        "required": ["items"],
        "properties": {
          "items": { "type": "array", "items": {"$ref": "#/components/schemas/ClaimedExecution"}, "maxItems": 100 }
        }
      },
      "LineRequest": {
        "type": "object",
        "description": "A line and what there is to say of it. Secrets that the job's target refers to are kept as `***`.",
        "required": ["text"],
        "properties": {
          "text": { "type": "string", "description": "At most 8 KiB in UTF-8; NUL is kept as U+FFFD.", "maxLength": 8192 },
          "level": { "type": ["string", "null"], "enum": ["debug", "info", "warn", "error", null], "default": "info" },
          "at": {
            "description": "When it was said; the instant at which it is kept unless given.",
            "oneOf": [ { "$ref": "#/components/schemas/Instant" }, { "type": "null" } ]
          }
        },
        "additionalProperties": false,
        "examples": [ {"text": "frame 18 is empty", "level": "warn", "at": "2026-03-30T00:00:00.009Z"} ]
      },
      "ProgressRequest": {
        "type": "object",
        "properties": {
          "percent": { "type": ["number", "null"], "minimum": 0, "maximum": 100 },
          "message": { "type": ["string", "null"], "maxLength": 200 }
        },
        "additionalProperties": false,
        "examples": [ {"percent": 42.9, "message": "rendering"} ]
      },
      "HeartbeatRequest": {
        "type": "object",
        "description": "Names the claim to prolong.",
        "required": ["id", "attempt", "worker"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "attempt": { "type": "integer", "minimum": 1, "maximum": 2147483647 },
          "worker": {
            "type": "string",
            "description": "The worker's own name, stable over its life.",
            "minLength": 1,
            "maxLength": 128
          },
          "lease": {
            "$ref": "#/components/schemas/Duration",
            "description": "How long the claim holds from now on without a heartbeat; a longer claim is not shortened. 5s to 1h.",
            "default": "60s"
          },
          "lines": {
            "type": ["array", "null"],
            "description": "What the attempt says, in order, each line a string or an object.",
            "items": {
              "oneOf": [
                { "type": "string", "description": "At most 8 KiB in UTF-8; NUL is kept as U+FFFD.", "maxLength": 8192 },
                { "$ref": "#/components/schemas/LineRequest" }
              ]
            },
            "maxItems": 200
          },
          "lines_from": {
            "type": ["integer", "null"],
            "description": "The number of the first of `lines` among all that this attempt sends, from 1. A call that is made again, since its answer was lost, brings no line twice then; a gap is told of in the output. What begins more than 10,000 lines before the last line is no repetition: the number of that one was wrong.",
            "minimum": 1,
            "maximum": 2147483647
          },
          "progress": {
            "description": "How far the attempt is; null or nothing leaves it as it was.",
            "oneOf": [ { "$ref": "#/components/schemas/ProgressRequest" }, { "type": "null" } ]
          }
        },
        "additionalProperties": false,
        "examples": [
          {"id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77", "attempt": 1, "worker": "render-1", "lease": "60s"},
          {
            "id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77",
            "attempt": 1,
            "worker": "render-1",
            "lines": ["frame 17", {"text": "frame 18 is empty", "level": "warn"}],
            "lines_from": 17,
            "progress": {"percent": 42.9, "message": "rendering"}
          }
        ]
      },
      "HeartbeatResponse": {
        "type": "object",
        "description": "The prolonged claim.",
        "required": ["lease_expires_at", "cancel_requested"],
        "properties": {
          "lease_expires_at": { "$ref": "#/components/schemas/InstantText" },
          "cancel_requested": {
            "type": "boolean",
            "description": "The worker should stop: someone cancelled the execution."
          }
        }
      },
      "CompleteRequest": {
        "type": "object",
        "description": "Names the claim and how it ended.",
        "required": ["id", "attempt", "worker", "status"],
        "properties": {
          "id": { "$ref": "#/components/schemas/Id" },
          "attempt": { "type": "integer", "minimum": 1, "maximum": 2147483647 },
          "worker": {
            "type": "string",
            "description": "The worker's own name, stable over its life.",
            "minLength": 1,
            "maxLength": 128
          },
          "status": {
            "type": "string",
            "description": "`released` gives the execution back unfinished, for a worker that shuts down: it waits again, and no attempt is spent.",
            "enum": ["succeeded", "failed", "released"]
          },
          "output": { "type": ["string", "null"], "maxLength": 262144 },
          "error": { "type": ["string", "null"], "maxLength": 4096 },
          "lines": {
            "type": ["array", "null"],
            "description": "What the attempt says, in order, each line a string or an object.",
            "items": {
              "oneOf": [
                { "type": "string", "description": "At most 8 KiB in UTF-8; NUL is kept as U+FFFD.", "maxLength": 8192 },
                { "$ref": "#/components/schemas/LineRequest" }
              ]
            },
            "maxItems": 200
          },
          "lines_from": {
            "type": ["integer", "null"],
            "description": "The number of the first of `lines` among all that this attempt sends, from 1. A call that is made again, since its answer was lost, brings no line twice then; a gap is told of in the output. What begins more than 10,000 lines before the last line is no repetition: the number of that one was wrong.",
            "minimum": 1,
            "maximum": 2147483647
          },
          "progress": {
            "description": "How far the attempt is; null or nothing leaves it as it was.",
            "oneOf": [ { "$ref": "#/components/schemas/ProgressRequest" }, { "type": "null" } ]
          }
        },
        "additionalProperties": false,
        "examples": [
          {
            "id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77",
            "attempt": 1,
            "worker": "render-1",
            "status": "succeeded",
            "output": "42 frames"
          }
        ]
      },
      "HeartbeatsRequest": {
        "type": "object",
        "description": "Names the claims to prolong.",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": { "description": "An object with what the call for one takes, but for `lease`. One that is none, or names nothing that can be found, has its own outcome." }
          },
          "lease": {
            "$ref": "#/components/schemas/Duration",
            "description": "How long the claims hold from now on without a heartbeat; a longer claim is not shortened. 5s to 1h.",
            "default": "60s"
          }
        },
        "additionalProperties": false,
        "examples": [
          {
            "items": [{"id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77", "attempt": 1, "worker": "render-1"}],
            "lease": "60s"
          }
        ]
      },
      "HeartbeatsResponse": {
        "type": "object",
        "description": "An outcome for each item, in order.",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["status", "problem"],
              "properties": {
                "status": {
                  "type": "integer",
                  "description": "200, or the problem's: 404 for an execution that is not there, 409 for a lease that is lost."
                },
                "lease_expires_at": { "$ref": "#/components/schemas/InstantText" },
                "cancel_requested": { "type": "boolean" },
                "problem": {
                  "anyOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]
                }
              }
            }
          }
        }
      },
      "CompletesRequest": {
        "type": "object",
        "description": "Names the claims and how they ended.",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": { "description": "An object with what the call for one takes. One that is none, or names nothing that can be found, has its own outcome." }
          }
        },
        "additionalProperties": false,
        "examples": [
          {
            "items": [
              {"id": "7d0c6a51-2f4e-5b1a-8c33-90aa6f1e2d77", "attempt": 1, "worker": "render-1", "status": "succeeded"}
            ]
          }
        ]
      },
      "CompletesResponse": {
        "type": "object",
        "description": "An outcome for each item, in order.",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["status", "execution", "problem"],
              "properties": {
                "status": {
                  "type": "integer",
                  "description": "200, or the problem's: 404 for an execution that is not there, 409 for a lease that is lost."
                },
                "execution": {
                  "anyOf": [{"$ref": "#/components/schemas/Execution"}, {"type": "null"}]
                },
                "problem": {
                  "anyOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]
                }
              }
            }
          }
        }
      },
      "Health": {
        "type": "object",
        "description": "The node's state.",
        "required": ["status", "node_id", "timestamp", "services", "metrics"],
        "properties": {
          "status": {
            "type": "string",
            "description": "`healthy`; `degraded` when a part is missing that the node can do without; `unhealthy`; `draining`. Open for readers."
          },
          "node_id": { "type": "string" },
          "timestamp": { "$ref": "#/components/schemas/InstantText" },
          "services": {
            "type": "object",
            "description": "Each part of the node by name, `store` among them.",
            "additionalProperties": { "$ref": "#/components/schemas/PartHealth" }
          },
          "metrics": {
            "type": "object",
            "description": "A few figures by name: `due`, `lag_ms`, `pending` and `running` of the installation; `uptime_seconds`, `memory_bytes`, `memory_limit_bytes`, `cpu_seconds`, `cpu_percent` of one processor since the reading before, `open_files` and `connections` of this process. What the system does not tell is null, and so is what the store does not.",
            "additionalProperties": true
          }
        },
        "examples": [
          {
            "status": "healthy",
            "node_id": "node-1",
            "timestamp": "2026-03-29T10:05:00.000Z",
            "services": {
              "store": { "status": "ok", "latency_ms": 0.8, "last_error": null, "last_error_at": null },
              "redis": {
                "status": "ok",
                "latency_ms": 0.3,
                "last_error": "unavailable",
                "last_error_at": "2026-03-29T09:58:12.000Z"
              }
            },
            "metrics": {
              "due": 0,
              "lag_ms": 0,
              "pending": 3,
              "running": 1,
              "uptime_seconds": 86400,
              "memory_bytes": 73400320,
              "memory_limit_bytes": 536870912,
              "cpu_seconds": 412.07,
              "cpu_percent": 3.2,
              "open_files": 41,
              "connections": { "http": 12, "http_limit": 10000, "database_busy": 1, "database_limit": 8 }
            }
          }
        ]
      },
      "PartHealth": {
        "type": "object",
        "description": "How a part of the node is.",
        "required": ["status"],
        "properties": {
          "status": {
            "type": "string",
            "description": "`ok`; `impaired` when it is reached and something of it does not work; `unavailable`. Open for readers."
          },
          "latency_ms": {
            "type": ["number", "null"],
            "description": "How long it took to answer just now; null when it was not asked, or did not answer."
          },
          "last_error": {
            "type": ["string", "null"],
            "description": "What was last wrong with it, as far as somebody asked for health meanwhile; where there is access control, only the state that it was."
          },
          "last_error_at": { "type": ["string", "null"], "format": "date-time" }
        }
      },
      "Probe": {
        "type": "object",
        "description": "A probe's answer.",
        "required": ["status"],
        "properties": { "status": {"type": "string", "examples": ["ok"]} }
      },
      "FieldFault": {
        "type": "object",
        "description": "One fault of the request.",
        "required": ["detail"],
        "properties": {
          "pointer": {
            "type": "string",
            "description": "An RFC 6901 JSON pointer into the body; the empty string is the whole body.",
            "pattern": "^(?:/|$)"
          },
          "parameter": {
            "type": "string",
            "description": "The query parameter or header at fault, when it is not the body."
          },
          "detail": { "type": "string", "description": "One sentence for people." }
        },
        "examples": [{"pointer": "/schedule/expression", "detail": "column 3: the hour must be 0 to 23"}]
      },
      "Problem": {
        "type": "object",
        "description": "RFC 9457. Branch on `type` or `status`, never on `detail`.",
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
          "type": {
            "type": "string",
            "description": "A relative reference, `/docs/problems#name`. Names: malformed_json, validation, not_found, method_not_allowed, not_acceptable, unsupported_media_type, body_too_large, version_conflict, name_taken, last_administrator, idempotency_mismatch, idempotency_in_progress, conflict, lease_lost, bad_request, overloaded, unavailable, internal, unauthorized, forbidden, host_not_allowed, second_factor_required, rate_limited, quota_exceeded.",
            "format": "uri-reference",
            "pattern": "^/docs/problems#[a-z_]+$"
          },
          "title": { "type": "string" },
          "status": { "type": "integer", "minimum": 400, "maximum": 599 },
          "detail": { "type": "string" },
          "request_id": { "type": "string" },
          "errors": {
            "type": "array",
            "description": "Every fault at once; only where fields are at fault.",
            "items": { "$ref": "#/components/schemas/FieldFault" }
          }
        },
        "examples": [
          {
            "type": "/docs/problems#validation",
            "title": "The request has faults",
            "status": 422,
            "detail": "1 field is wrong.",
            "request_id": "5d0f3c0e8a4b4b0f",
            "errors": [{"pointer": "/schedule/expression", "detail": "column 3: the hour must be 0 to 23"}]
          }
        ]
      }
    },
    "parameters": {
      "ProviderOfPath": { "name": "provider", "in": "path", "required": true, "description": "A provider's name in the settings.", "schema": {"type": "string", "minLength": 1}, "example": "corp" },
      "ReturnTo": { "name": "return_to", "in": "query", "description": "The path of this installation where the browser goes in the end.", "schema": {"type": "string", "pattern": "^/([^/\\\\].*)?$", "maxLength": 512, "default": "/"} },
      "NotificationName": {
        "name": "name",
        "in": "path",
        "required": true,
        "description": "The notification.",
        "schema": { "$ref": "#/components/schemas/NotificationNameText" }
      },
      "ThingId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": { "$ref": "#/components/schemas/Id" }
      },
      "OwnerFilter": {
        "name": "owner",
        "in": "query",
        "description": "`user:ID` or `service_account:ID`.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "SubjectFilter": {
        "name": "subject",
        "in": "query",
        "description": "`user:ID`, `service_account:ID` or `group:NAME`; may be there several times: the grants of any of them.",
        "schema": { "type": "array", "maxItems": 200, "items": {"type": "string", "minLength": 1, "maxLength": 256} }
      },
      "UserNameFilter": {
        "name": "name",
        "in": "query",
        "description": "The user of this name alone.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "LastNotice": {
        "name": "last",
        "in": "query",
        "description": "Whether each has a `last_notice`: the newest of what it wanted told, and what became of it.",
        "schema": { "type": "boolean", "default": false }
      },
      "ServiceOfSecrets": {
        "name": "service",
        "in": "query",
        "required": true,
        "schema": { "$ref": "#/components/schemas/ServiceName" }
      },
      "SecretService": {
        "name": "service",
        "in": "path",
        "required": true,
        "schema": { "$ref": "#/components/schemas/ServiceName" }
      },
      "SecretName": {
        "name": "name",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 128,
          "pattern": "^[A-Za-z0-9._-]+$"
        }
      },
      "PrincipalFilter": {
        "name": "principal",
        "in": "query",
        "description": "`user:ID`, `service_account:ID`, `external:…`, `anonymous` or `system`.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "OperationFilter": {
        "name": "operation",
        "in": "query",
        "description": "An operationId of this document.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "ResourceFilter": {
        "name": "resource",
        "in": "query",
        "description": "Such as `job:ID`.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "AuditFrom": {
        "name": "from",
        "in": "query",
        "description": "Not before this instant.",
        "schema": { "$ref": "#/components/schemas/Instant" }
      },
      "AuditTo": {
        "name": "to",
        "in": "query",
        "description": "Before this instant.",
        "schema": { "$ref": "#/components/schemas/Instant" }
      },
      "FromSequence": {
        "name": "from_sequence",
        "in": "query",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "default": 1
        }
      },
      "JobId": {
        "name": "id",
        "in": "path",
        "description": "The job.",
        "required": true,
        "schema": { "$ref": "#/components/schemas/Id" }
      },
      "JobIdOfPath": {
        "name": "job_id",
        "in": "path",
        "description": "The job.",
        "required": true,
        "schema": { "$ref": "#/components/schemas/Id" }
      },
      "ExecutionId": {
        "name": "id",
        "in": "path",
        "description": "The execution.",
        "required": true,
        "schema": { "$ref": "#/components/schemas/Id" }
      },
      "LoggerOfPath": {
        "name": "label",
        "in": "path",
        "required": true,
        "description": "The label of a logger.",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 64
        },
        "example": "punctual.http"
      },
      "QueueOfPath": {
        "name": "name",
        "in": "path",
        "description": "The queue.",
        "required": true,
        "schema": { "$ref": "#/components/schemas/QueueName" }
      },
      "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Only if the job still is this version: one or more ETags, or `*`.",
        "example": "\"1\"",
        "schema": { "type": "string", "minLength": 1 }
      },
      "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body replay the first answer for 24 hours; another body is 422, one still under way 409. After an answer of 500 or above the same key and body try again, and find what the first request did: it never takes effect twice.",
        "example": "order-4711",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }
      },
      "RequestIdIn": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Taken over when it is 1 to 128 of `A–Z a–z 0–9 . _ -`; otherwise a new one is made.",
        "schema": { "type": "string" }
      },
      "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "Go on after this event.",
        "schema": { "type": "string", "maxLength": 64 }
      },
      "Limit": {
        "name": "limit",
        "in": "query",
        "description": "Items on a page.",
        "schema": { "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }
      },
      "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "`next_cursor` of the page before, with the same filters.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 1024 }
      },
      "Count": {
        "name": "count",
        "in": "query",
        "description": "How many instants.",
        "schema": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 10 }
      },
      "Service": {
        "name": "service",
        "in": "query",
        "description": "Only this service.",
        "schema": { "$ref": "#/components/schemas/ServiceName" }
      },
      "QueueFilter": {
        "name": "queue",
        "in": "query",
        "description": "Only this queue.",
        "schema": { "$ref": "#/components/schemas/QueueName" }
      },
      "JobStatus": {
        "name": "status",
        "in": "query",
        "description": "Only this status.",
        "schema": { "type": "string", "enum": ["active", "paused", "completed"] }
      },
      "ExecutionStatus": {
        "name": "status",
        "in": "query",
        "description": "Only this status.",
        "schema": {
          "type": "string",
          "enum": ["buffered", "pending", "running", "succeeded", "failed", "cancelled", "skipped", "missed"]
        }
      },
      "Reason": {
        "name": "reason",
        "in": "query",
        "description": "Only this reason.",
        "schema": {
          "type": "string",
          "enum": [
            "timeout",
            "lease_expired",
            "exit_code",
            "http_status",
            "connection",
            "overlap",
            "buffer_full",
            "catchup_window",
            "misfire",
            "paused",
            "calendar",
            "cancelled",
            "shutdown"
          ]
        }
      },
      "NameFilter": {
        "name": "name",
        "in": "query",
        "description": "Exactly this name.",
        "schema": { "$ref": "#/components/schemas/JobName" }
      },
      "LabelFilter": {
        "name": "label",
        "in": "query",
        "description": "`key=value`. May be repeated; all must hold.",
        "style": "form",
        "explode": true,
        "schema": {
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 320,
            "pattern": "^[A-Za-z0-9._/-]{1,63}=.{0,256}$"
          },
          "maxItems": 32
        }
      },
      "Search": {
        "name": "q",
        "in": "query",
        "description": "Part of the name or the description, in any case.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "ExecutionSearch": {
        "name": "q",
        "in": "query",
        "description": "Part of the job's name or of the error, in any case of the letters A–Z.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 256 }
      },
      "Brief": {
        "name": "brief",
        "in": "query",
        "description": "Leaves out what may be large: `result` is null, and `attempts` holds the newest alone.",
        "schema": { "type": "boolean", "default": false }
      },
      "Sort": {
        "name": "sort",
        "in": "query",
        "description": "The order; `-` turns it round. Ties are broken by id.",
        "schema": {
          "type": "string",
          "enum": [
            "name",
            "-name",
            "created_at",
            "-created_at",
            "updated_at",
            "-updated_at",
            "next_run_at",
            "-next_run_at"
          ],
          "default": "name"
        }
      },
      "JobIdFilter": {
        "name": "job_id",
        "in": "query",
        "description": "Only this job.",
        "schema": { "$ref": "#/components/schemas/Id" }
      },
      "From": {
        "name": "from",
        "in": "query",
        "description": "`scheduled_at` at or after it.",
        "schema": { "$ref": "#/components/schemas/Instant" }
      },
      "To": {
        "name": "to",
        "in": "query",
        "description": "`scheduled_at` before it.",
        "schema": { "$ref": "#/components/schemas/Instant" }
      }
    },
    "headers": {
      "WWWAuthenticate": { "schema": {"type": "string"}, "description": "RFC 6750." },
      "SetCookie": {
        "schema": { "type": "string" },
        "description": "The session's cookie, when one was asked for or ends."
      },
      "RequestId": {
        "description": "The request's id, taken from the request or made here.",
        "required": true,
        "schema": { "type": "string", "minLength": 1, "maxLength": 128 }
      },
      "ETag": {
        "description": "The job's version in quotes.",
        "required": true,
        "schema": { "type": "string", "pattern": "^\"[0-9]+\"$" },
        "example": "\"1\""
      },
      "CacheStatus": {
        "description": "What the server's copies of answers did for this one (RFC 9211); absent from a server that keeps none. A request with `Cache-Control: no-cache` gets no copy.",
        "schema": { "type": "string" },
        "example": "punctual; hit; ttl=42"
      },
      "Location": {
        "description": "Where the new thing is.",
        "required": true,
        "schema": { "type": "string", "format": "uri-reference" }
      },
      "RetryAfter": {
        "description": "Seconds to wait.",
        "required": true,
        "schema": { "type": "integer", "minimum": 0 }
      },
      "Allow": { "description": "The methods that this path knows.", "required": true, "schema": {"type": "string"} },
      "IdempotentReplayed": {
        "description": "`true` when this is the first answer once more.",
        "schema": { "type": "string", "const": "true" }
      }
    },
    "responses": {
      "RefusalPage": {
        "description": "A page that says why, with the request's id.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "text/html": {"schema": {"type": "string"}} }
      },
      "Unauthorized": {
        "description": "`unauthorized`: no key, token or session, or one that is not valid here and now; `second_factor_required` from sign-ins.",
        "headers": {
          "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
          "WWW-Authenticate": { "$ref": "#/components/headers/WWWAuthenticate" }
        },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Forbidden": {
        "description": "`forbidden`: your role is too low for this. What you may not know of is 404.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "OAuthFault": {
        "description": "RFC 6749, section 5.2.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/json": {"schema": {"$ref": "#/components/schemas/OAuthProblem"}} }
      },
      "OAuthClientFault": {
        "description": "`invalid_client`.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/json": {"schema": {"$ref": "#/components/schemas/OAuthProblem"}} }
      },
      "BadRequest": {
        "description": "`malformed_json`: the body is no JSON, nested too deep, or names a key twice. `bad_request`: the request itself makes no sense.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "NotFound": {
        "description": "`not_found`: no such thing, or the id is none.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "MethodNotAllowed": {
        "description": "`method_not_allowed`.",
        "headers": {
          "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
          "Allow": { "$ref": "#/components/headers/Allow" }
        },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "NotAcceptable": {
        "description": "`not_acceptable`: this call answers `text/event-stream` only.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Conflict": {
        "description": "`name_taken`, `conflict` (the thing's state does not allow it), `idempotency_in_progress`.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "LeaseLost": {
        "description": "`lease_lost`: the claim has expired, was cancelled, or belongs to another attempt or worker. Stop the work; nothing was changed.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "VersionConflict": {
        "description": "`version_conflict`: the thing is no longer the version of `If-Match`.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "BodyTooLarge": {
        "description": "`body_too_large`: more than 1 MiB.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "UnsupportedMediaType": {
        "description": "`unsupported_media_type`.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Unprocessable": {
        "description": "`validation` with every fault at once in `errors`, or `idempotency_mismatch`.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Overloaded": {
        "description": "`overloaded`: the node, or you, have as many requests under way as may be. `rate_limited`: you, your address or the service have asked too often; `RateLimit` tells what is left. `quota_exceeded`: the service has all the jobs that it may have, or its share of a queue; nothing was added.",
        "headers": {
          "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
          "Retry-After": { "$ref": "#/components/headers/RetryAfter" }
        },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Internal": {
        "description": "`internal`: a defect of the server. The log has the request id.",
        "headers": { "X-Request-Id": {"$ref": "#/components/headers/RequestId"} },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      },
      "Unavailable": {
        "description": "`unavailable`: the store cannot be reached or the node is stopping.",
        "headers": {
          "X-Request-Id": { "$ref": "#/components/headers/RequestId" },
          "Retry-After": { "$ref": "#/components/headers/RetryAfter" }
        },
        "content": { "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}} }
      }
    }
  }
}

"""#)

    /// `problems.html`
    package static let problemsHTML = File(
        name: "problems.html", contentType: "text/html; charset=utf-8", etag: "\"6862daa0199fc185\"",
        text: #"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Punctual API: problems</title>
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<header>
<p class="brand"><a href="/docs">Punctual <span>API</span></a></p>
<p class="links"><a href="/docs">Calls</a> <a href="/openapi.json">openapi.json</a></p>
</header>
<main class="problems">
<h1>Problems</h1>
<p>Every answer other than 2xx is <code>application/problem+json</code> (RFC 9457). Its <code>type</code> leads here; branch on it or on the status, never on <code>detail</code>. Give <code>request_id</code> when you ask for help.</p>
<dl>
<dt id="malformed_json">The body is no JSON <code>malformed_json</code> <span class="soft">400</span></dt>
<dd>The body is not valid UTF-8 or JSON, is nested too deep, or names a key twice. Mend it; a repeat gives the same answer.</dd>
<dt id="bad_request">The request makes no sense <code>bad_request</code> <span class="soft">400</span></dt>
<dd>The request itself makes no sense, such as an Idempotency-Key of 300 characters. Mend it; a repeat gives the same answer.</dd>
<dt id="unauthorized">Sign in first <code>unauthorized</code> <span class="soft">401</span></dt>
<dd>The call needs a key or token, or the one that was shown is not valid here and now: mistyped, expired, revoked, used up, or not for this address. The answer is the same for all of these.</dd>
<dt id="second_factor_required">A second factor is needed <code>second_factor_required</code> <span class="soft">401</span></dt>
<dd>The password is right, and the user has an authenticator app. Sign in again with its code, or a recovery code.</dd>
<dt id="forbidden">Not for you <code>forbidden</code> <span class="soft">403</span></dt>
<dd>Your role is too low for this, or the address is not one for administration. What you may not even know of is 404.</dd>
<dt id="host_not_allowed">Not under this host <code>host_not_allowed</code> <span class="soft">403</span></dt>
<dd>An installation without access control answers to localhost, 127.0.0.1 and [::1] alone, so that no page of a stranger reaches it by a name of its own.</dd>
<dt id="not_found">No such thing <code>not_found</code> <span class="soft">404</span></dt>
<dd>Nothing has this address: no such route, or no job, execution or claim with this id. A text that is no id is answered in the same way.</dd>
<dt id="method_not_allowed">Not with this method <code>method_not_allowed</code> <span class="soft">405</span></dt>
<dd>The address exists, but not with this method. The Allow field lists the right ones.</dd>
<dt id="not_acceptable">Not in this form <code>not_acceptable</code> <span class="soft">406</span></dt>
<dd>The Accept field rules out the only form there is: text/event-stream, for /api/v1/events.</dd>
<dt id="name_taken">The name is taken <code>name_taken</code> <span class="soft">409</span></dt>
<dd>The service has a job of this name already. Read it, or choose another name.</dd>
<dt id="last_administrator">An administrator must be left <code>last_administrator</code> <span class="soft">409</span></dt>
<dd>Nobody would be left who can sign in and decide who may what. Make another administrator first.</dd>
<dt id="conflict">Not in this state <code>conflict</code> <span class="soft">409</span></dt>
<dd>The thing exists, but its state does not allow this: to cancel what has ended, to pause a completed job, to retry when nothing failed.</dd>
<dt id="idempotency_in_progress">Still under way <code>idempotency_in_progress</code> <span class="soft">409</span></dt>
<dd>A request with the same Idempotency-Key is being worked on. Ask again a little later with the same key.</dd>
<dt id="lease_lost">The claim is lost <code>lease_lost</code> <span class="soft">409</span></dt>
<dd>The claim expired, was cancelled, or belongs to another attempt or worker. Stop the work: nothing was changed, and another attempt may be running.</dd>
<dt id="version_conflict">The job has changed <code>version_conflict</code> <span class="soft">412</span></dt>
<dd>The job is no longer the version that If-Match names. Read it again, and decide again.</dd>
<dt id="body_too_large">The body is too large <code>body_too_large</code> <span class="soft">413</span></dt>
<dd>A body may have 1 MiB.</dd>
<dt id="unsupported_media_type">Not this kind of body <code>unsupported_media_type</code> <span class="soft">415</span></dt>
<dd>Bodies are application/json; PATCH takes application/merge-patch+json as well.</dd>
<dt id="validation">The request has faults <code>validation</code> <span class="soft">422</span></dt>
<dd>Every fault is in errors, each with a JSON pointer into the body, or the name of the query parameter or header. Nothing was stored.</dd>
<dt id="idempotency_mismatch">The key was used for something else <code>idempotency_mismatch</code> <span class="soft">422</span></dt>
<dd>This Idempotency-Key was used within the last 24 hours with another call or body. Choose a new key.</dd>
<dt id="overloaded">Too much at once <code>overloaded</code> <span class="soft">429</span></dt>
<dd>The node, or you, have as many requests under way as may be. Ask again after Retry-After seconds, with some chance added.</dd>
<dt id="rate_limited">Too often <code>rate_limited</code> <span class="soft">429</span></dt>
<dd>Your address, you or the service have asked more often than they may; the RateLimit field tells what is left. Ask again after Retry-After seconds.</dd>
<dt id="quota_exceeded">No more of it <code>quota_exceeded</code> <span class="soft">429</span></dt>
<dd>The service has all the jobs that it may have, or its share of a queue. Nothing was added. Make room, or have the quota raised; asking again soon does not help.</dd>
<dt id="internal">A defect of the server <code>internal</code> <span class="soft">500</span></dt>
<dd>The log has the details under request_id. Safe to repeat with an Idempotency-Key.</dd>
<dt id="unavailable">Not now <code>unavailable</code> <span class="soft">503</span></dt>
<dd>The store cannot be reached, or the node is starting or stopping. Ask again after Retry-After seconds.</dd>
</dl>
</main>
</body>
</html>

"""#)

    /// `setup.html`
    package static let setupHTML = File(
        name: "setup.html", contentType: "text/html; charset=utf-8", etag: "\"d70c893f1c318c0b\"",
        text: #"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Punctual: the first administrator</title>
<link rel="stylesheet" href="/docs/docs.css">
<script src="/docs/setup.js" defer></script>
</head>
<body>
<header>
<p class="brand"><a href="/docs">Punctual <span>set-up</span></a></p>
</header>
<main class="problems">
<h1>The first administrator</h1>
<noscript><p>This page needs JavaScript. Without it, send <code>POST /api/v1/setup</code> with <code>{"token", "name", "password"}</code>.</p></noscript>
<p id="said" role="status">Whoever holds the token that <code>punctual serve</code> has printed makes the first user here, who may do everything.</p>
<form id="form">
<p><label for="token">Token</label><br><input id="token" autocomplete="off" required size="48" maxlength="256"></p>
<p><label for="name">Name</label><br><input id="name" autocomplete="username" required size="48" maxlength="64"></p>
<p><label for="password">Password, 15 characters or more</label><br><input id="password" type="password" autocomplete="new-password" required size="48" minlength="15" maxlength="256"></p>
<p><button>Create</button></p>
</form>
<ul id="providers" hidden></ul>
</main>
</body>
</html>

"""#)

    /// `setup.js`
    package static let setupJS = File(
        name: "setup.js", contentType: "text/javascript; charset=utf-8", etag: "\"43f9bcb00f335aa1\"",
        text: #"""
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

"""#)

    /// Every file, by name.
    package static let all = [docsCSS, docsHTML, docsJS, openAPI, problemsHTML, setupHTML, setupJS]
}
