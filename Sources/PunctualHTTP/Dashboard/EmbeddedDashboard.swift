// Made by script/embed-resources from Resources/dashboard/; don't edit.
// swift-format-ignore-file

extension EmbeddedResources {
    /// The dashboard's templates, style and modules, by name.
    package static let dashboard: [File] = [
        File(
            name: "actions.js", contentType: "text/javascript; charset=utf-8", etag: "\"737532b779cf07e0\"",
            text: #"""
// Choosing rows, asking before what cannot be taken back, and a few seconds in which a deletion has not happened yet.
import { ask, paragraph, toast } from "./dialog.js";
import { inParts } from "./parts.js";

const verbs = { pause: "Pause", resume: "Resume", trigger: "Trigger", delete: "Delete", retry: "Run again", redrive: "Run again", cancel: "Cancel" };
// What is asked first whatever the number; and what some mean.
const dangerous = ["delete", "cancel"];
const careful = ["trigger", "retry"];
const meanings = {
  delete: "What waits is cancelled. The history stays until its time is over.",
  cancel: "What waits is cancelled at once; what runs is asked to stop.",
  retry: "Each goes on with its next attempt, as the same occurrence.",
  redrive: "Each goes on with its next attempt, as the same occurrence.",
};
const patience = 6000;

export function count(number, form) {
  return `${number.toLocaleString("en")} ${form?.dataset.noun ?? "job"}${number === 1 ? "" : "s"}`;
}

/** How many are meant: a row may stand for more than one. */
function sum(things) {
  return things.reduce((all, thing) => all + thing.size, 0);
}

function pickedBoxes() {
  return [...document.querySelectorAll("[data-pick]:checked")];
}

function chosen(form) {
  return form.dataset.one !== undefined
    ? [{ name: form.dataset.one, row: null, size: 1 }]
    : pickedBoxes().map((box) => {
        const row = box.closest("tr");
        return { name: box.dataset.pick, row, size: Number(row.querySelector("[data-size]")?.dataset.size ?? 1) };
      });
}

/** Sends the form with what was decided. Not by the button: the page may have been renewed while somebody thought. */
function send(form, action) {
  for (const [name, value] of [["action", action], ["confirmed", "yes"]])
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
}

/** Deletes after a while, unless somebody changes his mind; leaving the page deletes at once. */
function later(form, jobs) {
  const data = new URLSearchParams(new FormData(form));
  data.set("action", "delete");
  data.set("confirmed", "yes");
  const rows = jobs.map((job) => job.row).filter(Boolean);
  for (const row of rows) row.classList.add("going");
  const end = () => {
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    line.remove();
  };
  const leave = () => {
    end();
    // The form's own `action` is its button of that name.
    fetch(form.getAttribute("action"), { method: "POST", body: data, keepalive: true, redirect: "manual" });
  };
  const line = toast(`Deleting ${count(jobs.length, form)}…`, "Undo", () => {
    end();
    for (const row of rows) row.classList.remove("going");
  });
  const timer = setTimeout(() => {
    end();
    send(form, "delete");
  }, patience);
  addEventListener("pagehide", leave);
}

async function decide(form, action, jobs) {
  if (jobs.length === 0) {
    await ask(`No ${form.dataset.noun ?? "job"} is chosen`, [paragraph("Tick the boxes of those that are meant.")], [{ word: "Close", value: "" }]);
    return;
  }
  const names = document.createElement("ul");
  for (const job of jobs.slice(0, 8)) names.append(Object.assign(document.createElement("li"), { textContent: job.name }));
  if (jobs.length > 8) names.append(Object.assign(document.createElement("li"), { textContent: `and ${jobs.length - 8} more` }));
  const content = [names];
  if (meanings[action]) content.push(paragraph(meanings[action]));
  const what = verbs[action].replace("again", "").trim() + ` ${count(sum(jobs), form)}` + (verbs[action].endsWith("again") ? " again" : "");
  const answer = await ask(`${what}?`, content, [
    { word: "Leave it", value: "" },
    { word: what, value: "yes", kind: dangerous.includes(action) ? "danger" : "primary" },
  ]);
  if (answer !== "yes") return;
  if (action === "delete") later(form, jobs);
  else if ("parts" in form.dataset) inParts(form, action, sum(jobs), count);
  else send(form, action);
}

function watch(form) {
  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value;
    const jobs = chosen(form);
    const isHarmless = !dangerous.includes(action) && !("parts" in form.dataset) && (!careful.includes(action) || jobs.length === 1);
    if (jobs.length > 0 && isHarmless) return;
    event.preventDefault();
    decide(form, action, jobs);
  });
}

/** Says how many rows are chosen. */
export function told() {
  const words = document.querySelector("[data-picked]");
  if (!words) return;
  const boxes = [...document.querySelectorAll("[data-pick]")];
  const number = pickedBoxes().length;
  const form = document.querySelector("[data-bulk]");
  words.textContent = number === 0 ? "None chosen" : `${count(sum(chosen(form)), form)} chosen`;
  for (const button of words.parentElement.querySelectorAll("button")) button.disabled = number === 0;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = number > 0 && number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
  }
}

export function actions() {
  for (const form of document.querySelectorAll("[data-bulk], [data-one]")) watch(form);
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll("[data-pick]")) box.checked = all.checked;
      told();
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) told();
  });
  addEventListener("pageshow", told);
  told();
}

"""#),
        File(
            name: "chart.mustache", contentType: "text/html; charset=utf-8", etag: "\"db190e51320e86d6\"",
            text: #"""
<figure class="chart">
<svg viewBox="0 0 600 72" preserveAspectRatio="none" role="img" aria-label="{{chartSummary}}">
<path class="grid" d="M0 .5h600M0 36h600M0 71.5h600"/>
{{#bars}}<g><title>{{barTitle}}</title><rect class="hit" x="{{barX}}" y="0" width="{{barWidth}}" height="72"/>{{#parts}}<rect class="{{kind}}" x="{{x}}" y="{{y}}" width="{{w}}" height="{{h}}"/>{{/parts}}</g>{{/bars}}
</svg>
<figcaption><span>{{chartFrom}}</span><span class="muted">{{#isEmptyChart}}nothing yet{{/isEmptyChart}}{{^isEmptyChart}}top: {{chartTop}}{{/isEmptyChart}}</span><span>{{chartTo}}</span></figcaption>
</figure>

"""#),
        File(
            name: "confirm-executions.mustache", contentType: "text/html; charset=utf-8", etag: "\"bf7e93a16273d961\"",
            text: #"""
<div class="card narrow">
<h1>{{title}}</h1>
{{#hasPicked}}<ul>{{#picked}}<li>{{pickedName}}</li>{{/picked}}{{#morePicked}}<li class="muted">and {{morePicked}} more</li>{{/morePicked}}</ul>{{/hasPicked}}
<p>{{explained}}</p>
<form method="post" action="{{formPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{returnTo}}"><input type="hidden" name="confirmed" value="yes">{{#formKey}}<input type="hidden" name="key" value="{{formKey}}">{{/formKey}}
{{#sent}}<input type="hidden" name="{{sentName}}" value="{{sentValue}}">{{/sent}}
<p class="row"><button name="action" value="{{action}}" class="{{#isDangerous}}danger{{/isDangerous}}{{^isDangerous}}primary{{/isDangerous}}">{{verb}}</button> <a class="button" href="{{returnTo}}">Leave it</a></p></form>
</div>

"""#),
        File(
            name: "confirm.mustache", contentType: "text/html; charset=utf-8", etag: "\"f2981c01704eb3f6\"",
            text: #"""
<div class="card narrow">
<h1>{{title}}</h1>
{{#hasNames}}<ul>{{#names}}<li><code>{{jobName}}</code></li>{{/names}}{{#moreNames}}<li class="muted">and {{moreNames}} more</li>{{/moreNames}}</ul>{{/hasNames}}
{{#isDelete}}<p>What waits is cancelled. The history stays until its time is over.</p>{{/isDelete}}
<form method="post" action="/jobs/actions"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{returnTo}}"><input type="hidden" name="confirmed" value="yes">
{{#formVersion}}<input type="hidden" name="version" value="{{formVersion}}">{{/formVersion}}{{#formKey}}<input type="hidden" name="key" value="{{formKey}}">{{/formKey}}
{{#ids}}<input type="hidden" name="id" value="{{pickedID}}">{{/ids}}
<p class="row"><button name="action" value="{{action}}" class="{{#isDelete}}danger{{/isDelete}}{{^isDelete}}primary{{/isDelete}}">{{verb}}</button> <a class="button" href="{{returnTo}}">Leave it</a></p></form>
</div>

"""#),
        File(
            name: "dashboard.css", contentType: "text/css; charset=utf-8", etag: "\"41430caea2c959f7\"",
            text: #"""
/* Colours first: each pair of text and ground has a contrast of 4.5 or more, in light and in dark. */
:root {
  color-scheme: light;
  --ground: #f7f8fa; --card: #fff; --raised: #fff; --line: #e1e4ea; --line-strong: #868e9c;
  --text: #1b1f27; --muted: #5c6470; --link: #2f4fc4; --accent: #3451c6; --on-accent: #fff; --tint: #eceffd;
  --good: #1a7a3f; --bad: #b3261e; --warn: #8a5300; --run: #2f4fc4; --on: #fff;
  --good-tint: #e5f4ea; --bad-tint: #fcebea; --warn-tint: #fdf1dc; --other: #8a93a3; --hover: #f0f2f6;
  --shadow: 0 1px 2px #1b1f270d; --float: 0 6px 24px #1b1f2726;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) {
    color-scheme: dark;
    --ground: #101216; --card: #16191f; --raised: #1d2129; --line: #282d37; --line-strong: #6f7887;
    --text: #e6e9ee; --muted: #9aa3b2; --link: #9db2ff; --accent: #4a66dc; --on-accent: #fff; --tint: #20284a;
    --good: #5bc98a; --bad: #ff8a80; --warn: #e9b25c; --run: #9db2ff; --on: #16191f;
    --good-tint: #15301f; --bad-tint: #3a1a19; --warn-tint: #35270f; --other: #7b8494; --hover: #1c2027;
    --shadow: none; --float: 0 6px 24px #0009;
  }
}
:root[data-theme=dark] {
  color-scheme: dark;
  --ground: #101216; --card: #16191f; --raised: #1d2129; --line: #282d37; --line-strong: #6f7887;
  --text: #e6e9ee; --muted: #9aa3b2; --link: #9db2ff; --accent: #4a66dc; --on-accent: #fff; --tint: #20284a;
  --good: #5bc98a; --bad: #ff8a80; --warn: #e9b25c; --run: #9db2ff; --on: #16191f;
  --good-tint: #15301f; --bad-tint: #3a1a19; --warn-tint: #35270f; --other: #7b8494; --hover: #1c2027;
  --shadow: none; --float: 0 6px 24px #0009;
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
body { margin: 0; background: var(--ground); color: var(--text); display: grid; grid-template-columns: 208px minmax(0, 1fr); min-height: 100vh; }
body.bare { display: block; }
h1 { font-size: 20px; line-height: 1.3; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 14px; margin: 0 0 10px; }
h2 .muted, h3 { font-weight: 400; font-size: 12px; }
h3 { margin: 14px 0 4px; color: var(--muted); }
p { margin: 0 0 8px; }
a { color: var(--link); text-decoration: none; text-underline-offset: 2px; }
a:hover { text-decoration: underline; }
code { font: 12.5px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
ul { margin: 0; padding: 0 0 0 18px; }
.muted, .sub { color: var(--muted); }
.bad { color: var(--bad); }
.warn { color: var(--warn); }
.clip { overflow: hidden; text-overflow: ellipsis; }
.hidden, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0; }
.skip:focus { position: fixed; z-index: 9; left: 8px; top: 8px; padding: 8px 14px; background: var(--accent); color: var(--on-accent); border-radius: 6px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
:root[data-theme=dark] :focus-visible { outline-color: var(--link); }
main:focus { outline: none; }
.icon { width: 14px; height: 14px; flex: none; vertical-align: -2px; }
.logo { width: 18px; height: 18px; vertical-align: -4px; margin-right: 8px; color: var(--link); }

/* The frame */
.side { position: sticky; top: 0; height: 100vh; display: flex; flex-direction: column; gap: 14px; padding: 16px 10px; border-right: 1px solid var(--line); background: var(--card); }
.brand { color: var(--text); font-weight: 650; font-size: 15px; padding: 0 8px; letter-spacing: -.01em; }
.brand:hover { text-decoration: none; }
.side nav ul { list-style: none; padding: 0; display: grid; gap: 2px; }
.side nav a { display: flex; align-items: center; gap: 9px; padding: 6px 8px; border-radius: 6px; color: var(--muted); }
.side nav a:hover { background: var(--hover); color: var(--text); text-decoration: none; }
.side nav a[aria-current] { background: var(--tint); color: var(--text); font-weight: 600; }
.foot { margin-top: auto; display: grid; gap: 8px; }
.who { display: flex; justify-content: space-between; gap: 8px; padding: 8px 8px 0; border-top: 1px solid var(--line); }
main { padding: 20px 28px 60px; max-width: 1280px; width: 100%; }
.bare main { max-width: none; padding-top: 8vh; }
.head { display: flex; align-items: center; gap: 12px; margin-bottom: 16px; flex-wrap: wrap; }
.head > :last-child:not(h1) { margin-left: auto; }
.crumbs { color: var(--muted); margin-bottom: 4px; }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
.actions { display: flex; gap: 6px; flex-wrap: wrap; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; margin-bottom: 14px; box-shadow: var(--shadow); }
.card.narrow { max-width: 400px; margin: 0 auto; padding: 24px; }
.narrow h1 { margin: 12px 0; }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; }
.two { margin-bottom: 14px; }
.two > .card { margin: 0; }
.two.uneven { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); }
.empty { color: var(--muted); margin: 6px 0; }
.empty.card { text-align: center; padding: 40px; }

/* Buttons and fields */
button, .button { font: inherit; display: inline-flex; align-items: center; gap: 6px; min-height: 30px; padding: 3px 11px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--raised); color: var(--text); cursor: pointer; white-space: nowrap; }
button:hover, .button:hover { background: var(--hover); text-decoration: none; }
button[disabled] { opacity: .5; cursor: default; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 550; }
.primary:hover { background: color-mix(in srgb, var(--accent) 88%, #000); }
.danger { color: var(--bad); }
.wide { width: 100%; justify-content: center; }
.link { border: 0; background: none; padding: 0; min-height: 24px; color: var(--link); }
.link:hover { background: none; text-decoration: underline; }
.ghost { border-color: transparent; background: none; color: var(--muted); width: 100%; padding: 3px 8px; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--good); margin: 0 3px; }
[aria-pressed=true] .dot { border-radius: 1px; background: var(--warn); }
input:not([type=checkbox], [type=radio]), select, textarea { font: inherit; width: 100%; min-height: 32px; padding: 4px 9px; color: var(--text); background: var(--card); border: 1px solid var(--line-strong); border-radius: 6px; }
textarea { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; resize: vertical; }
input[type=checkbox], input[type=radio] { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; }
[aria-invalid] { border-color: var(--bad) !important; }
label { font-weight: 550; }
.field { margin: 0 0 12px; display: grid; gap: 4px; align-content: start; }
.field label, .hint, .fault { font-size: 12.5px; }
.fault { color: var(--bad); }
.menu { position: relative; }
.menu summary { list-style: none; cursor: pointer; display: flex; align-items: center; gap: 9px; }
.menu summary::-webkit-details-marker { display: none; }
.foot summary { padding: 5px 8px; border-radius: 6px; color: var(--muted); }
.foot summary:hover { background: var(--hover); }
.menu summary.button { display: inline-flex; }
.panel { position: absolute; z-index: 5; bottom: calc(100% + 6px); left: 0; width: 260px; padding: 14px; background: var(--raised); border: 1px solid var(--line-strong); border-radius: 8px; box-shadow: var(--float); }
.panel.left { bottom: auto; top: calc(100% + 6px); }
.panel p:last-child { margin: 0; }
.themes { border: 0; padding: 0; margin: 0 0 12px; display: flex; }
.themes legend { font-weight: 550; padding: 0 0 4px; }
.themes button { flex: 1; justify-content: center; border-radius: 0; margin-left: -1px; }
.themes button[aria-pressed] { background: var(--tint); font-weight: 600; }
.panel .row { flex-wrap: nowrap; margin: 4px 0; }

/* What is said */
.flash, .warn:is(p) { display: flex; gap: 8px; align-items: baseline; padding: 8px 12px; border-radius: 6px; margin-bottom: 14px; }
.flash { background: var(--good-tint); color: var(--good); }
.flash.bad { background: var(--bad-tint); color: var(--bad); }
.warn:is(p) { background: var(--warn-tint); }
div.flash { display: block; }
.toast { position: fixed; z-index: 8; bottom: 20px; left: 50%; translate: -50% 0; display: flex; gap: 14px; align-items: center; padding: 8px 10px 8px 16px; background: var(--text); color: var(--ground); border-radius: 8px; box-shadow: var(--float); }
.explain { border-left: 3px solid var(--good); padding: 8px 14px; margin: 10px 0 16px; background: var(--card); border-radius: 0 8px 8px 0; }
.explain.blocked { border-color: var(--warn); }
.explain p { margin: 0; }
.description { max-width: 75ch; white-space: pre-line; }

/* Status: a word and a shape beside the colour */
.status { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; color: var(--muted); }
.s-succeeded, .s-active, .s-ok { color: var(--good); }
.s-failed, .s-unavailable { color: var(--bad); }
.s-missed, .s-paused, .s-degraded { color: var(--warn); }
.s-running { color: var(--run); }
.tag, .count { display: inline-block; font-size: 12px; padding: 0 7px; border-radius: 9px; background: var(--hover); border: 1px solid var(--line); color: var(--muted); }
.count { color: var(--bad); background: var(--bad-tint); border: 0; }

/* Overview */
.strip { display: flex; flex-wrap: wrap; gap: 1px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; margin-bottom: 14px; }
.strip > div { flex: 1 1 112px; }
.strip > div, .sums > div { background: var(--card); padding: 10px 14px; display: flex; flex-direction: column; min-height: 66px; box-shadow: 0 0 0 1px var(--line); }
.label { color: var(--muted); font-size: 12px; }
.label::first-letter { text-transform: uppercase; }
.value { font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.strip .status, .sums .status { font-weight: 600; min-height: 25px; }
.list { list-style: none; padding: 0; }
.list li { padding: 7px 0; border-top: 1px solid var(--line); }
.list li:first-child { border: 0; padding-top: 0; }
.line { display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap; }
.line a { overflow-wrap: anywhere; }
.push { margin-left: auto; }
.error .icon { margin-right: 5px; }
.error { font-size: 13px; color: var(--bad); overflow-wrap: anywhere; }
.sum { margin-bottom: 8px; }
.chart { margin: 0; }
.chart svg { display: block; width: 100%; height: 84px; }
.grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.hit { fill: transparent; }
g:hover > .hit { fill: var(--hover); }
.b-good { fill: var(--good); background: var(--good); }
.b-bad { fill: var(--bad); background: repeating-linear-gradient(45deg, var(--bad) 0 2px, var(--card) 2px 3px); }
.b-other { fill: var(--other); background: var(--other); }
.chart figcaption { display: flex; justify-content: space-between; font-size: 12px; color: var(--muted); margin-top: 4px; }
.legend { font-size: 12px; color: var(--muted); margin: 6px 0 0; }
.k { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin: 0 5px 0 8px; }
.k:first-child { margin-left: 0; }

/* Lists */
.bar { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; margin-bottom: 10px; }
.search { position: relative; flex: 0 1 280px; }
.search .icon { position: absolute; left: 10px; top: 9px; color: var(--muted); }
.search input { padding-left: 30px !important; }
.tabs { display: flex; gap: 2px; margin-left: auto; flex-wrap: wrap; }
.tabs a { padding: 4px 10px; border-radius: 6px; color: var(--muted); }
.tabs a:hover { background: var(--hover); text-decoration: none; }
.tabs a[aria-current] { background: var(--tint); color: var(--text); font-weight: 600; }
.chips { list-style: none; padding: 0; display: flex; gap: 6px; flex-wrap: wrap; margin-bottom: 10px; }
.chips a { display: inline-block; padding: 2px 10px; border-radius: 12px; background: var(--tint); color: var(--text); }
.chips a.plain { background: none; color: var(--link); }
.bulk { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; min-height: 38px; }
.new-rows { text-align: center; margin: 0; }
.new-rows button { border-radius: 14px; margin: 4px; color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.jobs { background: var(--card); border: 1px solid var(--line); border-radius: 8px; border-collapse: separate; border-spacing: 0; }
th, td { text-align: left; padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
.jobs th, .jobs td { padding: 8px 12px; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: 12px; color: var(--muted); white-space: nowrap; }
thead th a { color: inherit; }
tbody tr:hover { background: var(--hover); }
tbody th > a:first-child { font-weight: 550; overflow-wrap: anywhere; }
.pick { width: 16px; padding-right: 0 !important; }
.num { text-align: right; white-space: nowrap; }
.jobs tbody th { min-width: 230px; }
time span { white-space: nowrap; }
td .sub, th .sub { display: block; font-size: 12px; }
.why { max-width: 46ch; overflow-wrap: anywhere; }
time { white-space: nowrap; }
.jobs td time { white-space: normal; }
.jobs time .at { white-space: nowrap; }
.list time { text-align: right; font-size: 12.5px; }
.going { opacity: .45; }
.pages { display: flex; gap: 8px; justify-content: flex-end; margin-top: 12px; }

/* Job */
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(92px, 1fr)); gap: 1px; overflow: hidden; border: 1px solid var(--line); border-radius: 6px; margin-bottom: 12px; }
.marks { display: flex; flex-wrap: wrap; gap: 3px; }
.mark { display: inline-flex; }
.mark .icon { width: 16px; height: 16px; }
.mark.s-skipped, .mark.s-cancelled, .mark.s-pending { color: var(--other); }
.facts { display: grid; gap: 0; margin: 0; }
.facts > div { display: grid; grid-template-columns: 130px minmax(0, 1fr); gap: 10px; padding: 5px 0; border-top: 1px solid var(--line); }
.facts > div:first-child { border: 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.words { margin-bottom: 10px; }

.preview:is(aside) time, .preview:is(aside) td { white-space: normal; }

/* Form of a job */
.form { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(280px, 1fr); gap: 14px; align-items: start; margin-top: 14px; }
.preview:is(aside) { position: sticky; top: 14px; }
.fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 14px; }
.span { grid-column: 1 / -1; }
.types { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px 6px; align-items: center; }
.types > input { position: absolute; opacity: 0; }
.types > label { padding: 4px 11px; border: 1px solid var(--line-strong); border-radius: 6px; cursor: pointer; font-weight: 400; }
.types > input:checked + label { background: var(--tint); border-color: var(--accent); font-weight: 600; }
.types > input:focus-visible + label { outline: 2px solid var(--link); outline-offset: 2px; }
.types > .fields { display: none; order: 1; width: 100%; margin-top: 6px; }
.types > input:checked + label + .fields:not(:empty) { display: grid; }
details.card summary { cursor: pointer; }
details.card summary h2 { display: inline; }
details.card .fields { margin-top: 12px; }
.providers { list-style: none; padding: 0; display: grid; gap: 8px; margin-bottom: 14px; }
dialog { border: 1px solid var(--line-strong); border-radius: 10px; padding: 20px; max-width: 440px; width: calc(100% - 32px); background: var(--raised); color: var(--text); box-shadow: var(--float); }
dialog::backdrop { background: #0007; }
dialog h2 { font-size: 16px; }
dialog .row { justify-content: flex-end; margin: 14px 0 0; }
dialog dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 14px; margin: 0; }
kbd { font: 12px ui-monospace, monospace; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; }

@media (max-width: 1000px) { .two, .two.uneven, .form { grid-template-columns: minmax(0, 1fr); } .preview:is(aside) { position: static; } }
@media (max-width: 720px) {
  body { display: block; }
  .side { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); padding: 10px 12px; gap: 8px; }
  .side nav ul { display: flex; overflow-x: auto; }
  .foot { display: flex; align-items: center; margin: 0; flex-wrap: wrap; }
  .foot .menu { position: static; }
  .foot .panel { top: 100px; bottom: auto; left: 12px; }
  .who { border: 0; padding: 0; margin-left: auto; }
  .ghost { width: auto; }
  .live { order: 1; }
  main { padding: 14px 12px 60px; }
  .tabs { margin: 0; width: 100%; }
  .search { flex: 1; }
  .fields { grid-template-columns: minmax(0, 1fr); }
  .actions { width: 100%; margin: 0 !important; }
  .cards thead { display: none; }
  .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block; width: auto; }
  .cards { border: 0; background: none; }
  .cards tr { position: relative; border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 8px 12px; margin-bottom: 8px; }
  .cards th, .cards td { border: 0; padding: 3px 0 !important; }
  .cards td[data-label] { display: grid; grid-template-columns: 92px minmax(0, 1fr); column-gap: 8px; text-align: left; }
  .cards td[data-label]::before { content: attr(data-label); color: var(--muted); grid-row: 1 / span 3; }
  .cards td > * { grid-column: 2; justify-self: start; }
  .cards .pick { position: absolute; right: 12px; top: 10px; width: auto; }
  .jobs tbody th { padding-right: 30px !important; }
  td .why { max-width: none; }
  .at { white-space: normal; }
  button, .button, .types > label { min-height: 36px; }
}
@media (prefers-reduced-motion: no-preference) { .toast { animation: rise .15s ease-out; } @keyframes rise { from { opacity: 0; } } }
@media (forced-colors: active) { .status .icon, .b-good, .b-bad, .b-other { forced-color-adjust: none; } }

/* Executions, Execution, Dead letters */
.new-rows { min-height: 40px; }
[data-bulk] + .new-rows { min-height: 0; height: 0; position: relative; }
[data-bulk] + .new-rows button { position: absolute; bottom: 1px; left: 50%; translate: -50% 0; }
.lead { max-width: 80ch; }
.wide-panel { width: 300px; max-height: 80vh; overflow: auto; }
.wide-panel .field { margin-bottom: 8px; }
.spans { display: flex; gap: 10px; flex-wrap: wrap; font-size: 12.5px; }
.spans a[aria-current] { font-weight: 600; color: var(--text); }
.runs tbody th { min-width: 0 !important; white-space: nowrap; }
.runs td, .dead td { font-size: 13px; }
.runs .why { max-width: 44ch; min-width: 200px; }
.runs td:nth-last-child(5) { max-width: 290px; }
.explain p { overflow-wrap: anywhere; }
.runs th .muted, .dead th .muted { font-weight: 400; }
.runs td a, .dead th a { overflow-wrap: anywhere; }
.dead .error { display: block; margin-top: 2px; font-weight: 400; }
.causes { display: flex; gap: 6px; flex-wrap: wrap; }
.of { font-size: 15px; font-weight: 400; color: var(--muted); }
.run { display: grid; grid-template-columns: minmax(0, 1.9fr) minmax(260px, 1fr); gap: 14px; align-items: start; }
.run dl { font-size: 13px; }
.run dd time { white-space: normal; }
.code { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; }
.progress { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
progress { accent-color: var(--accent); width: 180px; }
dialog progress { width: 100%; }
.attempts { list-style: none; margin: 0; padding: 0; }
.attempts > li { padding: 8px 0; }
.attempts .line { align-items: center; }
.attempts > li + li:not(.pause) { border-top: 1px solid var(--line); }
.attempts > .pause { padding: 0 0 8px; font-size: 12px; }
.attempts .pause + li { border: 0 !important; padding-top: 0; }
.attempts .error { margin: 4px 0 0; white-space: pre-line; }
.answered summary { cursor: pointer; font-size: 12.5px; color: var(--muted); margin-top: 4px; width: max-content; }
.span-bar { display: block; width: 100%; height: 8px; margin-top: 6px; border-radius: 2px; }
.rail { fill: var(--hover); }
.b-run { fill: var(--run); }
.lines, .answer { max-height: 420px; overflow: auto; margin: 0; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); font: 12.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-anchor: none; }
.answer { padding: 8px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.lines ol { list-style: none; margin: 0; padding: 6px 0; }
.lines li { padding: 0 12px 0 60px; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.55em; }
.lines li[value]::before { content: attr(value); float: left; width: 40px; margin-left: -52px; text-align: right; color: var(--muted); user-select: none; }
.lines .turn { color: var(--muted); padding: 6px 12px 2px; }
.l-error { color: var(--bad); }
.l-warn { color: var(--warn); }
.l-debug { color: var(--muted); }
.edited { max-width: 760px; margin-top: 12px; }
.edited textarea { min-height: 120px; }
@media (max-width: 1000px) { .run { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 720px) {
  .side nav a { white-space: nowrap; }
  .runs td:nth-last-child(5), .runs .why { max-width: none; min-width: 0; }
  [data-bulk] + .new-rows { min-height: 46px; }
  .runs-bar { position: relative; }
  .runs-bar .menu { position: static; }
  .runs-bar .panel { left: 0; right: 0; top: 40px; width: auto; }
  .runs tbody th { padding-right: 30px !important; white-space: normal; }
  .dead tbody th { padding-right: 30px !important; }
}

"""#),
        File(
            name: "dashboard.js", contentType: "text/javascript; charset=utf-8", etag: "\"19a492077e892ffd\"",
            text: #"""
// Everything works without this; it only makes it quicker.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { actions } from "./actions.js";
import { jobForm } from "./job-form.js";
import { lines } from "./lines.js";
import { display } from "./display.js";

display();
keys();
actions();
jobForm();
lines();
live();

"""#),
        File(
            name: "dead-letters.mustache", contentType: "text/html; charset=utf-8", etag: "\"52d8ae7ae1bfc8d8\"",
            text: #"""
<div class="head"><h1>Dead letters</h1></div>
<p class="muted lead">Executions that have spent their attempts, by job and error. Whoever mends the cause runs them again here; each goes on as the same occurrence.</p>
<div class="bar runs-bar">
<p class="sum" id="dead-sum" data-live>{{#hasGroups}}<strong>{{deadCount}}</strong> {{deadNoun}} in {{groupCount}}{{#since}}, since {{>time}}{{/since}}{{/hasGroups}}</p>
<details class="menu push" data-menu><summary class="button">Filter</summary>
<form method="get" action="/dead-letters" class="panel left wide-panel">
{{#fJob}}<input type="hidden" name="job_id" value="{{fJob}}">{{/fJob}}
{{>execution-filter}}
</form></details>
</div>
{{>execution-chips}}
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
<p class="causes" id="causes" data-live>{{#causes}}{{#causePath}}<a class="tag" href="{{causePath}}">{{cause}} <strong>{{causeCount}}</strong></a>{{/causePath}}{{^causePath}}<span class="tag">{{cause}} <strong>{{causeCount}}</strong></span>{{/causePath}} {{/causes}}</p>
{{#hasGroups}}
{{#mayAct}}<form method="post" action="/dead-letters/actions" id="bulk" data-bulk data-noun="execution" data-parts><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}"><input type="hidden" name="key" value="{{formKey}}">
<div class="bulk"><span class="muted" data-picked aria-live="polite">With the chosen:</span><button name="action" value="redrive">Run again</button></div></form>{{/mayAct}}
<p class="new-rows"><button type="button" class="button" hidden data-new-rows></button></p>
<div class="scroll"><table class="cards jobs dead" data-rows>
<caption class="hidden">{{groupCount}}, the largest first</caption>
<thead><tr>{{#mayAct}}<th scope="col" class="pick"><input type="checkbox" aria-label="Choose all on this page" data-pick-all hidden></th>{{/mayAct}}<th scope="col">What broke</th><th scope="col" class="num">Executions</th><th scope="col">Newest</th><th scope="col">Oldest</th></tr></thead>
<tbody>
{{#groups}}<tr id="group-{{groupID}}" data-row="{{groupID}}">{{#mayAct}}<td class="pick">{{#mayRedrive}}<input type="checkbox" name="group" value="{{groupName}}" form="bulk" aria-label="Choose {{groupLabel}}" data-pick="{{groupLabel}}">{{/mayRedrive}}</td>{{/mayAct}}
<th scope="row" data-cell><a href="{{groupJobPath}}">{{groupJob}}</a> <span class="muted">{{groupService}}</span><span class="error">{{#groupReason}}<strong>{{groupReason}}</strong> {{/groupReason}}{{groupError}}</span></th>
<td data-label="Executions" data-cell class="num"><a href="{{groupPath}}" data-size="{{groupSize}}">{{groupCount}}</a></td>
<td data-label="Newest" data-cell>{{#groupNewest}}<a href="{{groupNewestPath}}">{{>time}}</a>{{/groupNewest}}</td>
<td data-label="Oldest" data-cell>{{#groupOldest}}{{>time}}{{/groupOldest}}{{^groupOldest}}<span class="muted">–</span>{{/groupOldest}}</td></tr>
{{/groups}}</tbody></table></div>
{{#hiddenGroups}}<p class="muted">And {{hiddenGroups}} smaller groups: narrow the list to see them.</p>{{/hiddenGroups}}
{{/hasGroups}}
{{^hasGroups}}{{^fault}}<div class="empty card">{{#isFiltered}}<p>No dead letter is like that.</p><p><a class="button" href="/dead-letters">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>None: everything that failed has run well since, or has attempts left.</p>{{/isFiltered}}</div>{{/fault}}{{/hasGroups}}
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">Newest</a>{{/firstPath}}{{#nextPath}}<span class="muted">These are the newest {{deadCount}}.</span><a class="button" href="{{nextPath}}" rel="next">Older ones</a>{{/nextPath}}</nav>

"""#),
        File(
            name: "dialog.js", contentType: "text/javascript; charset=utf-8", etag: "\"cbd3414fd528bb52\"",
            text: #"""
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

"""#),
        File(
            name: "display.js", contentType: "text/javascript; charset=utf-8", etag: "\"ecb1fddf07e215fc\"",
            text: #"""
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

"""#),
        File(
            name: "execution-chips.mustache", contentType: "text/html; charset=utf-8", etag: "\"bc088538f44bfb45\"",
            text: #"""
{{#hasChips}}<ul class="chips" aria-label="Filters">{{#chips}}<li><a href="{{chipPath}}" aria-label="Remove the filter {{chipText}}">{{chipText}} <span aria-hidden="true">×</span></a></li>{{/chips}}<li><a class="plain" href="{{clearPath}}">Clear</a></li></ul>{{/hasChips}}

"""#),
        File(
            name: "execution-edited.mustache", contentType: "text/html; charset=utf-8", etag: "\"f38a64c4f2059402\"",
            text: #"""
<p class="crumbs"><a href="{{backPath}}">Back to the execution</a></p>
<h1>{{title}}</h1>
<p class="lead">It runs once, as a job of its own beside <strong>{{jobName}}</strong>, with everything else as that has it now. The execution itself stays as it is: receivers tell repeats by its id, so it cannot come with something else.</p>
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{^fault}}{{#isFaulty}}<p class="flash bad" role="alert">Something is to mend; nothing was run.</p>{{/isFaulty}}{{/fault}}
<form method="post" action="{{formAction}}" class="card edited"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="key" value="{{formKey}}"><input type="hidden" name="target_type" value="{{targetType}}">
<div class="fields">{{#editFields}}{{>field}}{{/editFields}}</div>
<p class="row"><button class="primary">Run once</button><a class="button" href="{{backPath}}">Leave it</a></p>
</form>

"""#),
        File(
            name: "execution-filter.mustache", contentType: "text/html; charset=utf-8", etag: "\"908136a3b80b8aba\"",
            text: #"""
<p class="field"><label for="f-reason">Reason</label><select id="f-reason" name="reason"><option value="">Any</option>{{#fReasons}}<option value="{{choice}}"{{#isChoice}} selected{{/isChoice}}>{{choiceName}}</option>{{/fReasons}}</select></p>
<p class="field"><label for="f-service">Service</label><input id="f-service" name="service" value="{{fService}}" maxlength="64" spellcheck="false"></p>
<p class="field"><label for="f-queue">Queue</label><input id="f-queue" name="queue" value="{{fQueue}}" maxlength="64" spellcheck="false"></p>
<p class="field"><label for="f-from">Scheduled from <span class="muted">{{fZone}}</span></label><input id="f-from" type="datetime-local" name="from" value="{{fFrom}}"></p>
<p class="field"><label for="f-to">before <span class="muted">{{fZone}}</span></label><input id="f-to" type="datetime-local" name="to" value="{{fTo}}"></p>
<p class="spans">{{#spans}}<a href="{{spanPath}}"{{#isSpan}} aria-current="true"{{/isSpan}}>{{spanName}}</a> {{/spans}}</p>
<p><button class="primary">Apply</button></p>

"""#),
        File(
            name: "execution.mustache", contentType: "text/html; charset=utf-8", etag: "\"8d5dc632ac926c51\"",
            text: #"""
<p class="crumbs"><a href="/executions">Executions</a> <span aria-hidden="true">/</span> {{#jobIsThere}}<a href="{{jobPath}}">{{jobName}}</a>{{/jobIsThere}}{{^jobIsThere}}{{jobName}} <span class="tag">job deleted</span>{{/jobIsThere}}</p>
<div class="head"><h1 class="clip">{{jobName}} {{#executionTime}}<time class="of" datetime="{{timeISO}}" title="{{timeTitle}}">{{timeText}}</time>{{/executionTime}}</h1><span id="run-status" data-live>{{#executionStatus}}{{>status}}{{/executionStatus}}{{#isOpen}}<span hidden data-is-open></span>{{/isOpen}}</span>
<form method="post" action="/executions/actions" class="actions" data-one="{{executionLabel}}" data-noun="execution"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="id" value="{{executionName}}"><input type="hidden" name="return_to" value="{{executionPath}}"><input type="hidden" name="key" value="{{formKey}}">
<span class="actions" id="run-actions" data-live>{{#mayRetry}}<button name="action" value="retry">Run again</button>{{/mayRetry}}{{#mayEditRetry}}<a class="button" href="{{executionPath}}/edited">Run with edited input</a>{{/mayEditRetry}}{{#mayCancel}}<button name="action" value="cancel" class="danger">Cancel</button>{{/mayCancel}}</span></form></div>
<section class="explain{{#isBlocked}} blocked{{/isBlocked}}" aria-label="Why it did or does not run" id="run-explain" data-live><p><strong>{{explanation}}</strong></p>{{#blockers}}<p>{{blocker}}</p>{{/blockers}}
{{#progress}}<p class="progress">{{#percent}}<progress max="100" value="{{percent}}" aria-label="Progress"></progress> {{percent}} %{{/percent}} {{progressText}} <span class="muted">{{#progressTime}}{{>time}}{{/progressTime}}</span></p>{{/progress}}</section>
<div class="run">
<div>
<section class="card" aria-labelledby="attempts-head"><h2 id="attempts-head">Attempts</h2><div id="attempts" data-live>
{{#hasAttempts}}{{#lostAttempts}}<p class="muted">{{lostAttempts}} not kept.</p>{{/lostAttempts}}
<ol class="attempts">
{{#attempts}}{{#attemptPause}}<li class="pause muted">{{attemptPause}} later</li>{{/attemptPause}}
<li><div class="line"><strong>Attempt {{attempt}}</strong> {{#attemptStatus}}{{>status}}{{/attemptStatus}} {{#attemptWorker}}<span class="muted">at <code>{{attemptWorker}}</code></span>{{/attemptWorker}}<span class="push">{{#attemptTook}}{{attemptTook}} {{/attemptTook}}<span class="muted">{{#attemptStart}}{{>time}}{{/attemptStart}}</span></span></div>
{{#hasBars}}<svg class="span-bar" viewBox="0 0 600 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="600" height="8"/><rect class="{{barKind}}" x="{{barX}}" width="{{barWidth}}" height="8"/></svg>{{/hasBars}}
{{#attemptError}}<p class="error">{{#attemptReason}}<strong>{{attemptReason}}</strong> {{/attemptReason}}{{attemptError}}</p>{{/attemptError}}{{^attemptError}}{{#attemptReason}}<p class="error"><strong>{{attemptReason}}</strong></p>{{/attemptReason}}{{/attemptError}}
{{#attemptAnswer}}<details class="answered"><summary>Answered: {{attemptCode}}</summary>{{#attemptOutput}}<pre class="answer" tabindex="0">{{attemptOutput}}{{#isAttemptCut}}…{{/isAttemptCut}}</pre>{{/attemptOutput}}{{^attemptOutput}}<p class="empty">Nothing was said.</p>{{/attemptOutput}}</details>{{/attemptAnswer}}</li>
{{/attempts}}</ol>
{{#hasBars}}<p class="legend">{{wholeTime}} from the first attempt on</p>{{/hasBars}}{{/hasAttempts}}
{{^hasAttempts}}<p class="empty">No attempt was made{{#isOpen}} yet{{/isOpen}}.</p>{{/hasAttempts}}
</div></section>
{{#showLines}}<section class="card" aria-labelledby="lines-head"><h2 id="lines-head">Output <button type="button" class="link" hidden data-lines-end>To the end</button></h2>
{{#firstLinesPath}}<p><a href="{{firstLinesPath}}">From the beginning</a></p>{{/firstLinesPath}}
<div class="lines" tabindex="0" role="log" aria-live="off" aria-labelledby="lines-head"><ol data-lines="{{linesPath}}" data-after="{{lastLine}}" data-turn="{{lastTurn}}"{{#hasMoreLines}} data-more{{/hasMoreLines}}>
{{#lines}}{{#lineTurn}}<li class="turn">Attempt {{lineTurn}}</li>{{/lineTurn}}<li class="l-{{lineLevel}}" value="{{lineNumber}}" title="{{lineTime}}">{{lineText}}</li>
{{/lines}}</ol></div>
{{^hasLines}}<p class="muted" data-no-lines>Nothing has been said yet.</p>{{/hasLines}}
{{#moreLinesPath}}<p data-more-lines><a href="{{moreLinesPath}}">More lines</a></p>{{/moreLinesPath}}</section>{{/showLines}}
<section id="answer" data-live>{{#answer}}<div class="card"><h2>Answer of the last attempt <span class="muted">{{answerCode}}</span></h2>
{{#answerText}}<pre class="answer" tabindex="0">{{answerText}}</pre>{{/answerText}}{{^answerText}}<p class="empty">Nothing was said.</p>{{/answerText}}
{{#isAnswerCut}}<p class="muted">Cut here; <a href="{{answerAPI}}">the API</a> has more.</p>{{/isAnswerCut}}{{#isAnswerTruncated}}<p class="muted">More came than is kept.</p>{{/isAnswerTruncated}}</div>{{/answer}}</section>
{{#request}}<section class="card" aria-labelledby="request-head"><h2 id="request-head">Request <span class="muted">as the job has it now</span></h2><dl class="facts" id="request" data-live>{{#requestFacts}}<div><dt>{{requestName}}</dt><dd class="code">{{requestValue}}</dd></div>{{/requestFacts}}</dl></section>{{/request}}
</div>
<div>
<section class="card" aria-labelledby="run-facts-head"><h2 id="run-facts-head">Facts</h2><dl class="facts" id="run-facts" data-live>{{#facts}}<div><dt>{{factName}}</dt><dd>{{#factTime}}{{>time}}{{/factTime}}{{#factCode}}<code>{{factCode}}</code>{{/factCode}}{{factText}}</dd></div>{{/facts}}</dl>
{{#hasNoLinks}}<p class="muted">Search logs and traces for these: <code>punctual.execution.id</code>, <code>trace.id</code>.</p>{{/hasNoLinks}}{{^hasNoLinks}}<p class="row">{{#tracesPath}}<a class="button" href="{{tracesPath}}" rel="noreferrer">Trace</a>{{/tracesPath}}{{#logsPath}}<a class="button" href="{{logsPath}}" rel="noreferrer">Logs</a>{{/logsPath}}</p>{{/hasNoLinks}}</section>
</div>
</div>

"""#),
        File(
            name: "executions.mustache", contentType: "text/html; charset=utf-8", etag: "\"2567a4822bcc0ab9\"",
            text: #"""
<div class="head"><h1>Executions</h1></div>
<div class="bar runs-bar">
<form method="get" action="/executions" role="search" class="search">
<svg class="icon" aria-hidden="true"><use href="#i-search"/></svg>
<label class="hidden" for="q">Search executions by job or error</label>
<input id="q" type="search" name="q" value="{{q}}" placeholder="Search by job or error" autocomplete="off" spellcheck="false" maxlength="256" data-search>
{{#kept}}<input type="hidden" name="{{keptName}}" value="{{keptValue}}">{{/kept}}
<button class="hidden">Search</button>
</form>
<details class="menu" data-menu><summary class="button">Filter</summary>
<form method="get" action="/executions" class="panel left wide-panel">
{{#fQ}}<input type="hidden" name="q" value="{{fQ}}">{{/fQ}}{{#fJob}}<input type="hidden" name="job_id" value="{{fJob}}">{{/fJob}}
<p class="field"><label for="f-status">Status</label><select id="f-status" name="status"><option value="">Any</option>{{#fStatuses}}<option value="{{choice}}"{{#isChoice}} selected{{/isChoice}}>{{choiceName}}</option>{{/fStatuses}}</select></p>
{{>execution-filter}}
</form></details>
<nav class="tabs" aria-label="Status">
{{#tabs}}<a href="{{tabPath}}"{{#isTab}} aria-current="true"{{/isTab}}>{{tabName}}{{#tabCount}} <span class="muted">{{tabCount}}</span>{{/tabCount}}</a>{{/tabs}}
</nav>
</div>
{{>execution-chips}}
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{#hasRows}}
{{#mayAct}}<form method="post" action="/executions/actions" id="bulk" data-bulk data-noun="execution"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}"><input type="hidden" name="key" value="{{formKey}}">
<div class="bulk"><span class="muted" data-picked aria-live="polite">With the chosen:</span>
<button name="action" value="retry">Run again</button><button name="action" value="cancel" class="danger">Cancel</button></div></form>{{/mayAct}}
<p class="new-rows"><button type="button" class="button" hidden data-new-rows></button></p>
<div class="scroll"><table class="cards jobs runs" data-rows>
<caption class="hidden">{{rowCount}} executions on this page, the newest first</caption>
<thead><tr>{{#mayAct}}<th scope="col" class="pick"><input type="checkbox" aria-label="Choose all on this page" data-pick-all hidden></th>{{/mayAct}}<th scope="col">Scheduled</th><th scope="col">Job</th><th scope="col">Status</th><th scope="col">Why</th><th scope="col" class="num">Attempt</th><th scope="col" class="num">Took</th></tr></thead>
<tbody>
{{#rows}}<tr id="run-{{rowID}}" data-row="{{rowID}}"{{#isEnded}} data-ended{{/isEnded}}>{{#mayAct}}<td class="pick">{{#mayPick}}<input type="checkbox" name="id" value="{{rowName}}" form="bulk" aria-label="Choose {{rowLabel}}" data-pick="{{rowLabel}}">{{/mayPick}}</td>{{/mayAct}}
<th scope="row" data-cell><a href="{{rowPath}}">{{#rowTime}}{{>time}}{{/rowTime}}</a></th>
<td data-label="Job" data-cell><span><a href="{{rowJobPath}}">{{rowJob}}</a> <span class="muted">{{rowService}}{{#rowQueue}} · {{rowQueue}}{{/rowQueue}}</span></span></td>
<td data-label="Status" data-cell>{{#rowStatus}}{{>status}}{{/rowStatus}}{{#rowPercent}} <span class="sub">{{rowPercent}}</span>{{/rowPercent}}</td>
<td data-label="Why" data-cell class="why"><span>{{#rowReason}}{{rowReason}} {{/rowReason}}{{#rowError}}<span class="bad">{{rowError}}</span> {{/rowError}}{{#rowTrigger}}<span class="tag">{{rowTrigger}}</span>{{/rowTrigger}}</span></td>
<td data-label="Attempt" data-cell class="num">{{#rowAttempt}}{{rowAttempt}}{{/rowAttempt}}{{^rowAttempt}}<span class="muted">–</span>{{/rowAttempt}}</td>
<td data-label="Took" data-cell class="num">{{#rowTook}}{{rowTook}}{{/rowTook}}{{^rowTook}}{{#rowRuns}}<time datetime="{{timeISO}}" title="{{timeTitle}}">began <span data-ago>{{timeAgo}}</span></time>{{/rowRuns}}{{^rowRuns}}<span class="muted">–</span>{{/rowRuns}}{{/rowTook}}{{#rowWait}}<span class="sub">{{rowWait}} late</span>{{/rowWait}}</td></tr>
{{/rows}}</tbody></table></div>
{{/hasRows}}
{{^hasRows}}{{^fault}}<div class="empty card">{{#isFiltered}}{{#isSearching}}<p>None of the newest 10,000 that were looked at is like that.</p>{{/isSearching}}{{^isSearching}}<p>No execution is like that.</p>{{/isSearching}}<p><a class="button" href="/executions">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>Nothing has run yet. Executions appear when a <a href="/jobs">job</a> is due or triggered.</p>{{/isFiltered}}</div>{{/fault}}{{/hasRows}}
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">First page</a>{{/firstPath}}{{#nextPath}}{{#isSearching}}<span class="muted">10,000 executions were looked at.</span>{{/isSearching}}<a class="button" href="{{nextPath}}" rel="next">{{#isSearching}}Search older ones{{/isSearching}}{{^isSearching}}Next page{{/isSearching}}</a>{{/nextPath}}</nav>

"""#),
        File(
            name: "field.mustache", contentType: "text/html; charset=utf-8", etag: "\"8640d2c0a8222247\"",
            text: #"""
<div class="field{{#isWide}} span{{/isWide}}"><label for="{{fieldName}}">{{fieldLabel}}{{#isRequired}} <span class="muted">required</span>{{/isRequired}}</label>
{{#isLine}}<input id="{{fieldName}}" name="{{fieldName}}" value="{{fieldText}}" autocomplete="off" spellcheck="false"{{#fieldNotes}} aria-describedby="{{fieldNotes}}"{{/fieldNotes}}{{#fieldFault}} aria-invalid="true"{{/fieldFault}}{{#isRequired}} required{{/isRequired}}>{{/isLine}}{{#isZone}}<input id="{{fieldName}}" name="{{fieldName}}" value="{{fieldText}}" list="zones" autocomplete="off" spellcheck="false"{{#fieldNotes}} aria-describedby="{{fieldNotes}}"{{/fieldNotes}}{{#fieldFault}} aria-invalid="true"{{/fieldFault}}>{{/isZone}}{{#isArea}}<textarea id="{{fieldName}}" name="{{fieldName}}" rows="2" spellcheck="false"{{#fieldNotes}} aria-describedby="{{fieldNotes}}"{{/fieldNotes}}{{#fieldFault}} aria-invalid="true"{{/fieldFault}}>
{{fieldText}}</textarea>{{/isArea}}{{#isChoice}}<select id="{{fieldName}}" name="{{fieldName}}"{{#fieldNotes}} aria-describedby="{{fieldNotes}}"{{/fieldNotes}}{{#fieldFault}} aria-invalid="true"{{/fieldFault}}>{{#options}}<option{{#isChosen}} selected{{/isChosen}}>{{option}}</option>{{/options}}</select>{{/isChoice}}
{{#fieldFault}}<span class="fault" id="{{fieldName}}-fault">{{fieldFault}}</span>{{/fieldFault}}{{^fieldFault}}{{#fieldHint}}<span class="muted hint" id="{{fieldName}}-hint">{{fieldHint}}</span>{{/fieldHint}}{{/fieldFault}}
</div>

"""#),
        File(
            name: "frame.mustache", contentType: "text/html; charset=utf-8", etag: "\"eea9161635d3e96c\"",
            text: #"""
<!doctype html>
<html lang="en" data-theme="{{theme}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}} · Punctual</title>
<link rel="icon" href="{{assets}}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{{assets}}/dashboard.css">
<script type="module" src="{{assets}}/dashboard.js"></script>
</head>
<body{{#isBare}} class="bare"{{/isBare}} data-csrf="{{csrf}}">
<a class="skip" href="#main">Skip to content</a>
{{>icons}}
{{#isKnown}}
<header class="side">
<a class="brand" href="/"><svg class="logo" aria-hidden="true"><use href="#i-logo"/></svg>Punctual</a>
<nav aria-label="Main">
<ul>
{{#entries}}
<li><a href="{{entryPath}}"{{#isHere}} aria-current="page"{{/isHere}} data-key="{{entryKey}}"><svg class="icon" aria-hidden="true"><use href="{{entryIcon}}"/></svg>{{entryName}}</a></li>
{{/entries}}
<li><a href="/docs"><svg class="icon" aria-hidden="true"><use href="#i-docs"/></svg>API</a></li>
</ul>
</nav>
<div class="foot">
<div class="live" hidden data-live-control><button type="button" class="ghost" aria-pressed="false" data-live-toggle><span class="dot" aria-hidden="true"></span><span data-live-word>Live</span></button></div>
<details class="menu" data-menu>
<summary><svg class="icon" aria-hidden="true"><use href="#i-settings"/></svg>Display</summary>
<div class="panel">
<form method="post" action="/preferences">
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}">
<fieldset class="themes"><legend>Theme</legend>
{{#themes}}<button name="theme" value="{{themeValue}}"{{#isTheme}} aria-pressed="true"{{/isTheme}}>{{themeName}}</button>{{/themes}}
</fieldset>
</form>
<form method="post" action="/preferences">
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}">
<label for="zone">Time zone</label>
<div class="row"><input id="zone" name="zone" value="{{zone}}" autocomplete="off" spellcheck="false" maxlength="64"><button>Use</button></div>
<p class="row"><button type="button" class="link" hidden data-own-zone></button></p>
</form>
{{^isUTC}}<form method="post" action="/preferences"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}"><button class="link" name="zone" value="UTC" data-zone-utc>UTC</button></form>{{/isUTC}}
</div>
</details>
{{#userName}}
<form method="post" action="/sign-out" class="who"><input type="hidden" name="csrf" value="{{csrf}}"><span class="muted clip" title="{{userName}}">{{userName}}</span><button class="link">Sign out</button></form>
{{/userName}}
</div>
</header>
{{/isKnown}}
<main id="main" tabindex="-1">
<div class="said" role="status" aria-live="polite" data-said>
{{#flash}}<p class="flash{{#isBad}} bad{{/isBad}}"><svg class="icon" aria-hidden="true"><use href="{{#isBad}}#i-failed{{/isBad}}{{^isBad}}#i-succeeded{{/isBad}}"/></svg>{{flashText}}</p>{{/flash}}
</div>
{{>*template}}
</main>
</body>
</html>

"""#),
        File(
            name: "icon.svg", contentType: "image/svg+xml", etag: "\"157adb4394b1f5a4\"",
            text: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3b5bdb"/><circle cx="8" cy="8" r="4.6" fill="none" stroke="#fff" stroke-width="1.4"/><path d="M8 5.400V8l1.800 1.2" fill="none" stroke="#fff" stroke-width="1.4" stroke-linecap="round"/></svg>

"""#),
        File(
            name: "icons.mustache", contentType: "text/html; charset=utf-8", etag: "\"4bc70298d02ef567\"",
            text: #"""
<svg hidden aria-hidden="true" width="0" height="0">
<symbol id="i-logo" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 4.2V8l2.6 1.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="i-overview" viewBox="0 0 16 16"><path d="M2 13h12M4 11V7m4 4V3m4 8V6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-jobs" viewBox="0 0 16 16"><path d="M5.5 4H14M5.5 8H14m-8.5 4H14M2 4h.5M2 8h.5M2 12h.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-executions" viewBox="0 0 16 16"><path d="M2 4h6M5 8h8M4 12h5" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></symbol>
<symbol id="i-dead-letters" viewBox="0 0 16 16"><path d="M2 4.500h12v8H2zm.3.300L8 9l5.700-4.200" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></symbol>
<symbol id="i-docs" viewBox="0 0 16 16"><path d="M6 4 2 8l4 4m4-8 4 4-4 4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-settings" viewBox="0 0 16 16"><path d="M2 5h7m4 0h1M2 11h1m4 0h7" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><circle cx="11" cy="5" r="1.8" fill="none" stroke="currentColor" stroke-width="1.4"/><circle cx="5" cy="11" r="1.8" fill="none" stroke="currentColor" stroke-width="1.4"/></symbol>
<symbol id="i-search" viewBox="0 0 16 16"><circle cx="7" cy="7" r="4.5" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="m10.5 10.5 3.5 3.5" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-succeeded" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/><path d="m5 8.2 2.1 2.100L11 6.2" fill="none" stroke="var(--on)" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-failed" viewBox="0 0 16 16"><path d="M5.1 1h5.800L15 5.100v5.800L10.9 15H5.100L1 10.900V5.100z" fill="currentColor"/><path d="m5.7 5.7 4.6 4.600m0-4.6-4.6 4.6" stroke="var(--on)" stroke-width="1.7" stroke-linecap="round"/></symbol>
<symbol id="i-running" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="26 12" stroke-linecap="round"/></symbol>
<symbol id="i-pending" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 5v3l2 1.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-paused" viewBox="0 0 16 16"><rect x="3.5" y="3" width="3" height="10" rx="1" fill="currentColor"/><rect x="9.5" y="3" width="3" height="10" rx="1" fill="currentColor"/></symbol>
<symbol id="i-skipped" viewBox="0 0 16 16"><path d="M3 4l5 4-5 4zm6 0 5 4-5 4z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></symbol>
<symbol id="i-missed" viewBox="0 0 16 16"><path d="M8 2 14.5 13.500h-13z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/><path d="M8 6.500v3m0 1.800v.1" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-cancelled" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="m4 12 8-8" stroke="currentColor" stroke-width="1.8"/></symbol>
<symbol id="i-active" viewBox="0 0 16 16"><path d="M4.5 3v10l8-5z" fill="currentColor"/></symbol>
<symbol id="i-completed" viewBox="0 0 16 16"><path d="m3 8.5 3.3 3.300L13 5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-buffered" viewBox="0 0 16 16"><circle cx="3.5" cy="8" r="1.5" fill="currentColor"/><circle cx="8" cy="8" r="1.5" fill="currentColor"/><circle cx="12.5" cy="8" r="1.5" fill="currentColor"/></symbol>
<symbol id="i-ok" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5" fill="currentColor"/></symbol>
<symbol id="i-degraded" viewBox="0 0 16 16"><path d="M8 2 14.5 13.500h-13z" fill="currentColor"/></symbol>
<symbol id="i-unavailable" viewBox="0 0 16 16"><rect x="3" y="3" width="10" height="10" rx="1.5" fill="currentColor"/></symbol>
</svg>

"""#),
        File(
            name: "job-form.js", contentType: "text/javascript; charset=utf-8", etag: "\"a78a72a700aea31b\"",
            text: #"""
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

"""#),
        File(
            name: "job-form.mustache", contentType: "text/html; charset=utf-8", etag: "\"483fcbc031c9883e\"",
            text: #"""
<p class="crumbs"><a href="{{backPath}}">{{#isNew}}Jobs{{/isNew}}{{^isNew}}Back to the job{{/isNew}}</a></p>
<h1>{{title}}</h1>
{{#isFaulty}}<div class="flash bad" role="alert"><p>{{faultCount}} to mend; nothing was changed.</p><ul>{{#otherFaults}}<li>{{otherFault}}</li>{{/otherFaults}}</ul>{{#isConflict}}<p>Somebody else changed the job meanwhile. Save once more to put your form in its place, or go back to see it.</p>{{/isConflict}}</div>{{/isFaulty}}
<form method="post" action="{{formAction}}" class="form" data-job-form>
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="key" value="{{formKey}}">{{#formVersion}}<input type="hidden" name="version" value="{{formVersion}}">{{/formVersion}}
<div class="main">
<section class="card"><h2>Job</h2><div class="fields">{{#identity}}{{>field}}{{/identity}}</div></section>
<section class="card"><h2>Schedule</h2><fieldset class="types"><legend class="hidden">Type of schedule</legend>{{#schedules}}{{>types}}{{/schedules}}</fieldset></section>
<section class="card"><h2>Target</h2><fieldset class="types"><legend class="hidden">Type of target</legend>{{#targets}}{{>types}}{{/targets}}</fieldset></section>
<details class="card"{{#isPolicyFaulty}} open{{/isPolicyFaulty}}><summary><h2>Policies</h2></summary><div class="fields">{{#policies}}{{>field}}{{/policies}}</div></details>
<p class="row"><button class="primary">{{saveWord}}</button><button name="preview" value="1" data-preview-button>Preview</button><a class="button" href="{{backPath}}">Cancel</a></p>
</div>
<aside class="card preview" aria-labelledby="preview-head"><h2 id="preview-head">Next fires</h2><div data-preview aria-live="polite">{{>preview}}</div></aside>
<datalist id="zones">{{#zoneNames}}<option value="{{zoneName}}"></option>{{/zoneNames}}</datalist>
</form>

"""#),
        File(
            name: "job.mustache", contentType: "text/html; charset=utf-8", etag: "\"2624012622fc5346\"",
            text: #"""
<p class="crumbs"><a href="/jobs">Jobs</a> <span aria-hidden="true">/</span> {{jobService}}</p>
<div class="head"><h1 class="clip">{{jobTitle}}</h1><span id="job-status" data-live>{{#jobStatus}}{{>status}}{{/jobStatus}}</span>
<form method="post" action="/jobs/actions" class="actions" data-one="{{jobTitle}}"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="id" value="{{jobID}}"><input type="hidden" name="return_to" value="{{here}}"><input type="hidden" name="key" value="{{formKey}}">
<span class="actions" id="job-actions" data-live><input type="hidden" name="version" value="{{jobVersion}}">{{#mayTrigger}}<button name="action" value="trigger">Trigger now</button>{{/mayTrigger}}{{#mayPause}}<button name="action" value="pause">Pause</button>{{/mayPause}}{{#mayResume}}<button name="action" value="resume">Resume</button>{{/mayResume}}{{#mayEdit}}<a class="button" href="/jobs/{{jobID}}/edit">Edit</a>{{/mayEdit}}{{#mayDelete}}<button name="action" value="delete" class="danger">Delete</button>{{/mayDelete}}</span></form></div>
{{#jobDescription}}<p class="description">{{jobDescription}}</p>{{/jobDescription}}
{{#jobLabels}}<a class="tag" href="{{labelPath}}">{{labelText}}</a> {{/jobLabels}}
<section class="explain{{#isBlocked}} blocked{{/isBlocked}}" aria-label="Why it does or does not run" id="explain" data-live><p><strong>{{explanation}}</strong>{{^isBlocked}}{{#jobNext}} <span class="muted">{{>time}}</span>{{/jobNext}}{{/isBlocked}}</p>{{#blockers}}<p>{{blocker}}</p>{{/blockers}}</section>
<section class="card" aria-labelledby="timeline-head"><h2 id="timeline-head">Timeline</h2><div id="timeline" data-live>
{{#hasHistory}}
<div class="sums"><div><span class="label">Succeeded</span><span class="value">{{#ratio}}{{ratio}}{{/ratio}}{{^ratio}}–{{/ratio}}</span><span class="muted">of {{ratioOf}}</span></div><div><span class="label">Half within</span><span class="value">{{#median}}{{median}}{{/median}}{{^median}}–{{/median}}</span></div><div><span class="label">Last</span>{{#jobLastStatus}}{{>status}}{{/jobLastStatus}}{{^jobLastStatus}}<span class="value">–</span>{{/jobLastStatus}}{{#jobLast}}{{>time}}{{/jobLast}}</div></div>
<p class="hidden">{{timelineSummary}}</p>
<div class="marks" aria-hidden="true">{{#marks}}<span class="mark {{markClass}}" title="{{markTitle}}"><svg class="icon"><use href="{{markStatus.statusIcon}}"/></svg></span>{{/marks}}</div>
{{#durations}}<h3>Durations</h3>{{>chart}}{{/durations}}
{{/hasHistory}}
{{^hasHistory}}<p class="empty">It has not run yet.</p>{{/hasHistory}}
</div></section>
<div class="two uneven">
<section class="card" aria-labelledby="next-head"><h2 id="next-head">Next</h2><div id="next" data-live>{{>preview}}</div></section>
<section class="card" aria-labelledby="facts-head"><h2 id="facts-head">Definition</h2>
<dl class="facts" id="facts" data-live><div><dt>Schedule</dt><dd>{{#jobSchedule}}{{>schedule}}{{/jobSchedule}}</dd></div>{{#facts}}<div><dt>{{factName}}</dt><dd>{{fact}}</dd></div>{{/facts}}</dl></section>
</div>
<section class="card" aria-labelledby="executions-head"><h2 id="executions-head">Executions</h2><div id="executions" data-live>
{{#hasHistory}}<div class="scroll" tabindex="0" role="group" aria-label="Executions"><table class="cards"><thead><tr><th scope="col">Scheduled</th><th scope="col">Status</th><th scope="col">Why</th><th scope="col" class="num">Attempt</th><th scope="col" class="num">Took</th></tr></thead><tbody>
{{#executions}}<tr><th scope="row" data-label="Scheduled"><a href="/executions/{{jobID}}/{{executionID}}">{{#executionTime}}{{>time}}{{/executionTime}}</a></th><td data-label="Status">{{#executionStatus}}{{>status}}{{/executionStatus}}</td><td data-label="Why" class="why">{{executionWords}} <span class="muted">{{executionTrigger}}</span></td><td data-label="Attempt" class="num">{{executionAttempt}}</td><td data-label="Took" class="num">{{#executionDuration}}{{executionDuration}}{{/executionDuration}}{{^executionDuration}}<span class="muted">–</span>{{/executionDuration}}</td></tr>
{{/executions}}</tbody></table></div><p><a href="/executions?job_id={{jobID}}">All executions</a></p>{{/hasHistory}}
{{^hasHistory}}<p class="empty">None yet.</p>{{/hasHistory}}
</div></section>

"""#),
        File(
            name: "jobs.mustache", contentType: "text/html; charset=utf-8", etag: "\"9930961ad386e566\"",
            text: #"""
<div class="head"><h1>Jobs</h1>{{#mayCreate}}<a class="button primary" href="/jobs/new" data-key-new>New job</a>{{/mayCreate}}</div>
<div class="bar">
<form method="get" action="/jobs" role="search" class="search">
<svg class="icon" aria-hidden="true"><use href="#i-search"/></svg>
<label class="hidden" for="q">Search jobs by name</label>
<input id="q" type="search" name="q" value="{{q}}" placeholder="Search by name" autocomplete="off" spellcheck="false" maxlength="256" data-search>
{{#kept}}<input type="hidden" name="{{keptName}}" value="{{keptValue}}">{{/kept}}
<button class="hidden">Search</button>
</form>
<details class="menu" data-menu><summary class="button">Filter</summary>
<form method="get" action="/jobs" class="panel left">
{{#fStatus}}<input type="hidden" name="status" value="{{fStatus}}">{{/fStatus}}{{#fSort}}<input type="hidden" name="sort" value="{{fSort}}">{{/fSort}}{{#fQ}}<input type="hidden" name="q" value="{{fQ}}">{{/fQ}}
<p class="field"><label for="f-service">Service</label><input id="f-service" name="service" value="{{fService}}" maxlength="64" spellcheck="false"></p>
<p class="field"><label for="f-queue">Queue</label><input id="f-queue" name="queue" value="{{fQueue}}" maxlength="64" spellcheck="false"></p>
<p class="field"><label for="f-label">Label <span class="muted">team=billing</span></label><input id="f-label" name="label" value="{{fLabel}}" spellcheck="false"></p>
<p><button class="primary">Apply</button></p>
</form></details>
<nav class="tabs" aria-label="Status">
{{#tabs}}<a href="{{tabPath}}"{{#isTab}} aria-current="true"{{/isTab}}>{{tabName}}{{#tabCount}} <span class="muted">{{tabCount}}</span>{{/tabCount}}</a>{{/tabs}}
</nav>
</div>
{{#hasChips}}<ul class="chips" aria-label="Filters">{{#chips}}<li><a href="{{chipPath}}" aria-label="Remove the filter {{chipText}}">{{chipText}} <span aria-hidden="true">×</span></a></li>{{/chips}}<li><a class="plain" href="/jobs">Clear</a></li></ul>{{/hasChips}}
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{#hasRows}}
{{#mayAct}}<form method="post" action="/jobs/actions" id="bulk" data-bulk><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}">
<div class="bulk"><span class="muted" data-picked aria-live="polite">With the chosen:</span>
{{#mayRun}}<button name="action" value="pause">Pause</button><button name="action" value="resume">Resume</button><button name="action" value="trigger">Trigger</button>{{/mayRun}}{{#mayDelete}}<button name="action" value="delete" class="danger">Delete</button>{{/mayDelete}}</div></form>{{/mayAct}}
<p class="new-rows"><button type="button" class="button" hidden data-new-rows></button></p>
<div class="scroll"><table class="cards jobs" data-rows>
<caption class="hidden">{{rowCount}} jobs on this page</caption>
<thead><tr>{{#mayAct}}<th scope="col" class="pick"><input type="checkbox" aria-label="Choose all on this page" data-pick-all hidden></th>{{/mayAct}}
<th scope="col"{{#sort_name.sortState}} aria-sort="{{sort_name.sortState}}"{{/sort_name.sortState}}><a href="{{sort_name.sortPath}}">Name {{sort_name.sortArrow}}</a></th><th scope="col">Status</th><th scope="col">Schedule</th><th scope="col"{{#sort_next_run_at.sortState}} aria-sort="{{sort_next_run_at.sortState}}"{{/sort_next_run_at.sortState}}><a href="{{sort_next_run_at.sortPath}}">Next {{sort_next_run_at.sortArrow}}</a></th><th scope="col">Last</th><th scope="col" class="num">Runs</th></tr></thead>
<tbody>
{{#rows}}<tr id="job-{{rowID}}" data-row="{{rowID}}">{{#mayAct}}<td class="pick">{{#mayPick}}<input type="checkbox" name="id" value="{{rowID}}" form="bulk" aria-label="Choose {{rowName}}" data-pick="{{rowName}}">{{/mayPick}}</td>{{/mayAct}}
<th scope="row" data-cell><a href="{{rowPath}}">{{rowName}}</a><span class="sub"><a class="muted" href="{{rowServicePath}}">{{rowService}}</a>{{#rowLabels}} <a class="tag" href="{{labelPath}}">{{labelText}}</a>{{/rowLabels}}</span></th>
<td data-label="Status" data-cell>{{#rowStatus}}{{>status}}{{/rowStatus}}</td>
<td data-label="Schedule" data-cell class="schedule">{{#rowSchedule}}{{>schedule}}{{/rowSchedule}}</td>
<td data-label="Next" data-cell>{{#rowNext}}{{>time}}{{/rowNext}}{{^rowNext}}<span class="muted">–</span>{{/rowNext}}</td>
<td data-label="Last" data-cell>{{#rowLast}}{{>status}}{{/rowLast}}{{^rowLast}}<span class="muted">not yet</span>{{/rowLast}}{{#rowLastTime}} <span class="sub"><time datetime="{{timeISO}}" title="{{timeTitle}}"><span data-ago>{{timeAgo}}</span></time></span>{{/rowLastTime}}</td>
<td data-label="Runs" data-cell class="num">{{rowRuns}}{{#rowFailures}} <span class="sub bad">{{rowFailures}} failed</span>{{/rowFailures}}</td></tr>
{{/rows}}</tbody></table></div>
{{/hasRows}}
{{^hasRows}}{{^fault}}<div class="empty card">{{#isFiltered}}<p>No job is like that.</p><p><a class="button" href="/jobs">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>There are no jobs here yet.</p>{{#mayCreate}}<p><a class="button primary" href="/jobs/new">Make the first</a></p>{{/mayCreate}}{{/isFiltered}}</div>{{/fault}}{{/hasRows}}
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">First page</a>{{/firstPath}}{{#nextPath}}<a class="button" href="{{nextPath}}" rel="next">Next page</a>{{/nextPath}}</nav>

"""#),
        File(
            name: "keys.js", contentType: "text/javascript; charset=utf-8", etag: "\"1f8d9f0d2dbafd5d\"",
            text: #"""
// Keys for those who keep their hands there.
import { ask } from "./dialog.js";

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]") !== null;
}

function help() {
  const list = document.createElement("dl");
  const add = (key, words) => {
    const term = document.createElement("dt");
    for (const part of key.split(" ")) term.append(Object.assign(document.createElement("kbd"), { textContent: part }), " ");
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  };
  if (document.querySelector("[data-search]")) add("/", "search");
  for (const link of document.querySelectorAll("[data-key]")) add(`g ${link.dataset.key}`, link.textContent.trim());
  if (document.querySelector("[data-key-new]")) add("n", "new job");
  if (document.querySelector("[data-live-toggle]")) add("p", "pause or go on live");
  add("?", "this list");
  ask("Keys", [list], [{ word: "Close", value: "" }]);
}

export function keys() {
  let leader = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const click = (selector) => {
      const element = document.querySelector(selector);
      if (!element) return;
      event.preventDefault();
      element.click();
    };
    if (event.timeStamp - leader < 1200) {
      leader = -Infinity;
      click(`[data-key="${CSS.escape(event.key)}"]`);
    } else if (event.key === "g") {
      leader = event.timeStamp;
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "n") click("[data-key-new]");
    else if (event.key === "p") click("[data-live-toggle]");
    else if (event.key === "?") help();
  });
}

"""#),
        File(
            name: "lines.js", contentType: "text/javascript; charset=utf-8", etag: "\"535fab686e7d6643\"",
            text: #"""
// Adds lines of output as they come. Whoever has scrolled up stays where he reads; whoever is at the end stays there.

export function lines() {
  const list = document.querySelector("[data-lines]");
  if (!list || !window.EventSource) return;
  const box = list.parentElement;
  const end = document.querySelector("[data-lines-end]");
  let [source, waiting, last, turn] = [null, [], Number(list.dataset.after), list.dataset.turn];

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
  }

  // What the page says of how far the execution is: with each change there may be more lines, even if it has ended already.
  const state = () => document.querySelector("#run-status").textContent + document.querySelectorAll(".attempts > li").length;
  const isOpen = document.querySelector("[data-is-open]") !== null;
  let known = isOpen || "more" in list.dataset ? "" : state();
  document.querySelector("[data-more-lines]")?.remove();
  setInterval(() => {
    if (end) end.hidden = isAtEnd();
    if (sessionStorage.getItem("paused") === "yes" || document.hidden) return;
    if (!source && state() !== known) {
      known = state();
      open();
    }
    add();
  }, 250);
  end?.addEventListener("click", goToEnd);
  addEventListener("pagehide", () => source?.close());
  if (isOpen) goToEnd();
}

"""#),
        File(
            name: "live.js", contentType: "text/javascript; charset=utf-8", etag: "\"2a11c0978a324ebc\"",
            text: #"""
// Keeps a page as it is now: news come as server-sent events, and the page is then fetched once more and its parts put in
// place. So the server alone says how things look. Nothing that is pointed at moves: parts and rows are renewed where they
// stand, and new rows wait for a button.
import { told } from "./actions.js";

const shortest = 400;

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

  function show(text) {
    if (word.textContent !== text) word.textContent = text;
  }

  async function renew() {
    timer = 0;
    if (isFetching) return void (isStale = true);
    isFetching = true;
    isStale = false;
    const began = performance.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      // Whoever is signed out meanwhile sees it with the next click.
      if (answer.ok && !answer.redirected) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The stream tells when the server is back.
    }
    last = performance.now();
    // A page that takes long is asked for less often: at most a tenth of the time is spent on it.
    pause = Math.max(shortest, (last - began) * 9);
    isFetching = false;
    if (isStale) news();
  }

  function news() {
    if (isPaused || document.hidden) return void (isStale = true);
    // Whoever is being asked something sees what he was asked about.
    if (document.querySelector("dialog[open], .toast")) return void setTimeout(news, 500);
    if (!timer) timer = setTimeout(renew, Math.max(60, last + pause - performance.now()));
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
      show(isPaused ? "Paused" : "Live");
      // Nobody told what happened since the page was made, or during a break.
      news();
    };
    source.onerror = () => show("Waiting for the server");
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
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  set(isPaused);
  open();
}

"""#),
        File(
            name: "overview.mustache", contentType: "text/html; charset=utf-8", etag: "\"be336c0ba3189876\"",
            text: #"""
<div class="head"><h1>Overview</h1>{{#mayCreate}}<a class="button primary" href="/jobs/new" data-key-new>New job</a>{{/mayCreate}}</div>
<section class="strip" aria-label="Health" id="strip" data-live>
{{#health}}<div><span class="label">Health</span><span class="status {{healthClass}}"><svg class="icon" aria-hidden="true"><use href="{{healthIcon}}"/></svg>{{healthWord}}</span></div>{{/health}}
<div><span class="label">Lag</span><span class="value{{#isLate}} bad{{/isLate}}">{{lag}}</span><span class="muted">{{due}} due</span></div>
{{#hasNodes}}<div><span class="label">Nodes</span><span class="value">{{nodeCount}}</span><span class="muted">{{shardCount}}{{#orphans}}, <strong class="bad">{{orphans}} without a holder</strong>{{/orphans}}</span></div>{{/hasNodes}}
{{#parts}}<div><span class="label">{{partName}}</span>{{#partStatus}}{{>status}}{{/partStatus}}</div>{{/parts}}
{{#figures}}<div><span class="label">{{figureName}}</span><span class="value">{{#figurePath}}<a href="{{figurePath}}">{{figure}}</a>{{/figurePath}}{{^figurePath}}{{figure}}{{/figurePath}}</span></div>{{/figures}}
</section>
{{#hasCharts}}
<div class="two">
<section class="card" aria-labelledby="throughput-head"><h2 id="throughput-head">Throughput <span class="muted">last hour, this node</span></h2><div id="throughput" data-live>
<p class="sum"><strong>{{endedCount}}</strong> ended · <strong>{{failedCount}}</strong> failed{{#successRatio}} · <strong>{{successRatio}}</strong> succeeded{{/successRatio}}</p>
{{#throughput}}{{>chart}}{{/throughput}}
<p class="legend"><span class="k b-good"></span>succeeded <span class="k b-other"></span>skipped, missed, cancelled <span class="k b-bad"></span>failed</p>
</div></section>
<section class="card" aria-labelledby="lateness-head"><h2 id="lateness-head">Lateness <span class="muted">95 % began within</span></h2><div id="lateness" data-live>
<p class="sum muted">From the due instant to the start of the first attempt</p>
{{#lateness}}{{>chart}}{{/lateness}}
<p class="legend"><span class="k b-good"></span>within a second <span class="k b-bad"></span>later</p>
</div></section>
</div>
{{/hasCharts}}
<div class="two">
<section class="card" aria-labelledby="failing-head"><h2 id="failing-head">Failing now <span class="muted">last 24 hours</span></h2>
<div id="failing" data-live>
{{#hasFailing}}<ul class="list">
{{#failing}}<li><div class="line"><a href="{{failingPath}}"><strong>{{failingName}}</strong></a> <span class="muted">{{failingService}}</span>{{#isOften}} <span class="count">{{failingCount}} times</span>{{/isOften}}<a class="push" href="{{failingRun}}">{{#failingTime}}{{>time}}{{/failingTime}}</a></div>
<div class="error"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>{{#failingReason}}{{failingReason}} {{/failingReason}}<span class="muted">{{failingError}}</span></div></li>
{{/failing}}</ul><p><a href="/dead-letters">All dead letters</a></p>{{/hasFailing}}
{{^hasFailing}}<p class="empty">Nothing failed.</p>{{/hasFailing}}
</div></section>
<section class="card" aria-labelledby="coming-head"><h2 id="coming-head">The next hour</h2>
<div id="coming" data-live>
{{#hasComing}}<ul class="list">
{{#coming}}<li><div class="line"><a href="{{comingPath}}">{{comingName}}</a> <span class="muted">{{comingService}}</span><span class="push">{{#comingTime}}{{>time}}{{/comingTime}}</span></div></li>
{{/coming}}</ul>{{#hasMoreComing}}<p><a href="/jobs?status=active&amp;sort=next_run_at">All that comes</a></p>{{/hasMoreComing}}{{/hasComing}}
{{^hasComing}}<p class="empty">Nothing is due in the next hour.</p>{{/hasComing}}
</div></section>
</div>
{{#hasNodes}}
<section class="card" aria-labelledby="nodes-head"><h2 id="nodes-head">Nodes and shards</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Nodes and shards"><table class="cards" id="nodes" data-live><thead><tr><th scope="col">Node</th><th scope="col">Roles</th><th scope="col">Version</th><th scope="col">Shards held</th><th scope="col">Seen</th></tr></thead><tbody>
{{#nodes}}<tr><th scope="row" data-label="Node"><code>{{node}}</code></th><td data-label="Roles">{{roles}}</td><td data-label="Version">{{nodeVersion}}</td><td data-label="Shards held">{{#held}}{{held}}{{/held}}{{^held}}<span class="muted">none</span>{{/held}}</td><td data-label="Seen">{{#nodeSeen}}{{>time}}{{/nodeSeen}}</td></tr>
{{/nodes}}</tbody></table></div></section>
{{/hasNodes}}

"""#),
        File(
            name: "parts.js", contentType: "text/javascript; charset=utf-8", etag: "\"1c471e293b1bbb11\"",
            text: #"""
// Sends a form that means many things bit by bit, and shows how far it is; it can be stopped between two bits.

export async function inParts(form, action, total, count) {
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

  const data = new URLSearchParams(new FormData(form));
  data.set("action", action);
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

"""#),
        File(
            name: "preview.mustache", contentType: "text/html; charset=utf-8", etag: "\"ae1c7d48e54f55ef\"",
            text: #"""
{{#hasPreview}}
{{#isBadPreview}}<ul class="flash bad">{{#previewFaults}}<li>{{previewFault}}</li>{{/previewFaults}}</ul>{{/isBadPreview}}
{{^isBadPreview}}
{{#words}}<p class="words">Runs <strong>{{words}}</strong></p>{{/words}}
{{#hasNotes}}<p class="warn"><svg class="icon" aria-hidden="true"><use href="#i-missed"/></svg>The clock changes on one of these days; see the notes.</p>{{/hasNotes}}
{{#hasNexts}}<div class="scroll" tabindex="0" role="group" aria-label="Next fires"><table class="cards"><thead><tr><th scope="col">{{previewZone}}</th>{{#showLocal}}<th scope="col">The schedule’s clock</th>{{/showLocal}}{{#showUTC}}<th scope="col">UTC</th>{{/showUTC}}</tr></thead><tbody>
{{#nexts}}<tr><td data-label="{{previewZone}}">{{#nextTime}}{{>time}}{{/nextTime}}{{#nextNote}}<span class="sub warn">{{nextNote}}</span>{{/nextNote}}</td>{{#showLocal}}<td data-label="The schedule’s clock">{{nextLocal}}</td>{{/showLocal}}{{#showUTC}}<td data-label="UTC">{{nextUTC}}</td>{{/showUTC}}</tr>
{{/nexts}}</tbody></table></div>{{/hasNexts}}
{{^hasNexts}}<p class="empty">Nothing is to come by itself.</p>{{/hasNexts}}
{{/isBadPreview}}
{{/hasPreview}}

"""#),
        File(
            name: "refusal.mustache", contentType: "text/html; charset=utf-8", etag: "\"319733250be7481f\"",
            text: #"""
<div class="card narrow">
<h1>{{title}}</h1>
<p>{{refusalDetail}}</p>
<p class="muted">Request id: <code>{{requestID}}</code></p>
<p><a class="button" href="/">Overview</a></p>
</div>

"""#),
        File(
            name: "schedule.mustache", contentType: "text/html; charset=utf-8", etag: "\"f2d5b3fb44665741\"",
            text: #"""
{{#scheduleCode}}<code>{{scheduleCode}}</code>{{/scheduleCode}}{{scheduleText}}{{#scheduleNote}} <span class="muted">{{scheduleNote}}</span>{{/scheduleNote}}

"""#),
        File(
            name: "sign-in.mustache", contentType: "text/html; charset=utf-8", etag: "\"7b44d8159cf83a63\"",
            text: #"""
<div class="card narrow">
<p class="brand"><svg class="logo" aria-hidden="true"><use href="#i-logo"/></svg>Punctual</p>
<h1>Sign in</h1>
{{#message}}<p class="flash bad" role="alert">{{message}}</p>{{/message}}
<form method="post" action="/sign-in">
<input type="hidden" name="return_to" value="{{returnTo}}">
<p class="field"><label for="name">Name</label><input id="name" name="name" value="{{name}}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256"{{^name}} autofocus{{/name}}></p>
<p class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"{{#name}} autofocus{{/name}}></p>
<p class="field"><label for="code">Code <span class="muted">{{#needsCode}}of the authenticator app, or a recovery code{{/needsCode}}{{^needsCode}}if you use an authenticator app{{/needsCode}}</span></label><input id="code" name="code" autocomplete="one-time-code" inputmode="text" maxlength="64"{{#needsCode}} required{{/needsCode}}></p>
<p><button class="primary wide">Sign in</button></p>
</form>
{{#hasProviders}}<ul class="providers">
{{#providers}}<li><a class="button wide" href="{{providerPath}}">Sign in with {{providerName}}</a></li>
{{/providers}}</ul>{{/hasProviders}}
<p class="muted">A new installation? <a href="/setup">Make the first administrator.</a></p>
</div>

"""#),
        File(
            name: "status.mustache", contentType: "text/html; charset=utf-8", etag: "\"24b7d4b0ae8d99dd\"",
            text: #"""
<span class="status {{statusClass}}"><svg class="icon" aria-hidden="true"><use href="{{statusIcon}}"/></svg>{{statusWord}}</span>

"""#),
        File(
            name: "time.mustache", contentType: "text/html; charset=utf-8", etag: "\"a7242d6aad2bbcab\"",
            text: #"""
<time datetime="{{timeISO}}" title="{{timeTitle}}"><span class="at">{{timeText}}</span> <span class="muted" data-ago>{{timeAgo}}</span></time>

"""#),
        File(
            name: "types.mustache", contentType: "text/html; charset=utf-8", etag: "\"a9fe80ba72bd7a5f\"",
            text: #"""
<input type="radio" name="{{typeKind}}_type" value="{{type}}" id="{{typeKind}}-{{type}}"{{#isType}} checked{{/isType}}><label for="{{typeKind}}-{{type}}">{{typeLabel}}</label>
<div class="fields">{{#typeFields}}{{>field}}{{/typeFields}}</div>

"""#),
    ]
}
