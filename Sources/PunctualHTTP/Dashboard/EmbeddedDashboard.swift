// Made by script/embed-resources from Resources/dashboard/; don't edit.
// swift-format-ignore-file

extension EmbeddedResources {
    /// The dashboard's templates, style and modules, by name.
    package static let dashboard: [File] = [
        File(
            name: "actions.js", contentType: "text/javascript; charset=utf-8", etag: "\"6d5bb6d17ea61846\"",
            text: #"""
// Choosing rows, asking before what cannot be taken back, and a few seconds in which a deletion has not happened yet.
import { ask, paragraph, toast } from "./dialog.js";

const verbs = { pause: "Pause", resume: "Resume", trigger: "Trigger", delete: "Delete" };
const patience = 6000;

function count(number) {
  return `${number} job${number === 1 ? "" : "s"}`;
}

function chosen(form) {
  return form.dataset.one !== undefined
    ? [{ name: form.dataset.one, row: null }]
    : [...document.querySelectorAll("[data-pick]:checked")].map((box) => ({ name: box.dataset.pick, row: box.closest("tr") }));
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
  const line = toast(`Deleting ${count(jobs.length)}…`, "Undo", () => {
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
    await ask("No job is chosen", [paragraph("Tick the boxes of those that are meant.")], [{ word: "Close", value: "" }]);
    return;
  }
  const names = document.createElement("ul");
  for (const job of jobs.slice(0, 8)) names.append(Object.assign(document.createElement("li"), { textContent: job.name }));
  if (jobs.length > 8) names.append(Object.assign(document.createElement("li"), { textContent: `and ${jobs.length - 8} more` }));
  const content = [names];
  if (action === "delete") content.push(paragraph("What waits is cancelled. The history stays until its time is over."));
  const answer = await ask(`${verbs[action]} ${count(jobs.length)}?`, content, [
    { word: "Leave it", value: "" },
    { word: `${verbs[action]} ${count(jobs.length)}`, value: "yes", kind: action === "delete" ? "danger" : "primary" },
  ]);
  if (answer !== "yes") return;
  if (action === "delete") later(form, jobs);
  else send(form, action);
}

function watch(form) {
  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value;
    const jobs = chosen(form);
    const isHarmless = action !== "delete" && (action !== "trigger" || jobs.length === 1);
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
  const number = boxes.filter((box) => box.checked).length;
  words.textContent = number === 0 ? "None chosen" : `${count(number)} chosen`;
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
            name: "calendar.mustache", contentType: "text/html; charset=utf-8", etag: "\"2ca806dcfb38f4a6\"",
            text: #"""
<div class="head"><h1>Calendar</h1><span class="muted">{{weekText}} · {{zoneName}}</span></div>
<div class="bar">
<nav class="row" aria-label="Weeks">{{#lastWeek}}<a class="button" href="{{lastWeek}}" rel="prev">Week before</a>{{/lastWeek}}{{#today}}<a class="button" href="{{today}}">This week</a>{{/today}}<a class="button" href="{{nextWeek}}" rel="next">Next week</a></nav>
<form method="get" action="/calendar" role="search" class="search push"><svg class="icon" aria-hidden="true"><use href="#i-search"/></svg><label class="hidden" for="service">Only this service</label><input id="service" type="search" name="service" value="{{service}}" placeholder="Only this service" autocomplete="off" spellcheck="false" maxlength="64" data-search>{{#weekDay}}<input type="hidden" name="week" value="{{weekDay}}">{{/weekDay}}<button class="hidden">Show</button></form>
</div>
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{#hasHeat}}
<section class="card" aria-labelledby="heat-head"><h2 id="heat-head">Planned fires <span class="muted">by the hour</span></h2><div id="heat" data-live>
<p class="sum"><strong>{{total}}</strong> fires of <strong>{{countedJobs}}</strong> active jobs · busiest hour <strong>{{busiest}}</strong>{{#countedAt}} <span class="muted">· counted <time datetime="{{timeISO}}" title="{{timeTitle}}"><span data-ago>{{timeAgo}}</span></time></span>{{/countedAt}}</p>
{{#hasNotes}}<ul class="notes">{{#notes}}<li>{{note}}</li>{{/notes}}</ul>{{/hasNotes}}
{{#isUnderWay}}<p data-renew="1"><a class="button" href="{{here}}">Look again</a></p>{{/isUnderWay}}
<div class="scroll" tabindex="0" role="group" aria-label="Planned fires by day and hour"><table class="heat"><thead><tr><th scope="col">Day</th>{{#heatColumns}}<th scope="col">{{column}}</th>{{/heatColumns}}<th scope="col" class="num">Sum</th></tr></thead><tbody>
{{#heatRows}}{{>heat-row}}
{{/heatRows}}</tbody></table></div>
<p class="legend">Fewer <span class="key f1"></span><span class="key f2"></span><span class="key f3"></span><span class="key f4"></span><span class="key f5"></span> more <span class="key past"></span> past{{#hasPileUps}} <span class="key pile"></span> with a pile-up{{/hasPileUps}}{{#hasChanges}} <span class="key gap"></span> an hour that does not exist{{/hasChanges}}</p>
{{#isEmptyWeek}}<p class="empty">Nothing is planned in this week.</p>{{/isEmptyWeek}}
</div></section>
<section class="card" aria-labelledby="piles-head"><h2 id="piles-head">Pile-ups <span class="muted">minutes with far more fires than others</span></h2><div id="piles" data-live>
{{#hasPileUps}}<ul class="list">{{#pileUps}}<li><div class="line"><span><strong>{{pileFires}}</strong> fire at <strong>{{pileTime}}</strong></span> <span class="muted">{{pileDays}}</span><span class="push row"><a class="button" href="{{pilePath}}" aria-label="Which jobs fire at {{pileTime}}">Which jobs</a>{{#pileSpread}}<a class="button" href="{{pileSpread}}" aria-label="Spread what fires at {{pileTime}} over 15 minutes">Spread over 15 minutes</a>{{/pileSpread}}</span></div></li>
{{/pileUps}}</ul>{{/hasPileUps}}
{{^hasPileUps}}<p class="empty">None: no minute has many more fires than the others.</p>{{/hasPileUps}}
</div></section>
{{/hasHeat}}
{{#hourFault}}<p class="flash bad" role="alert">{{hourFault}}</p>{{/hourFault}}
{{#hasHour}}
<section class="card" id="hour" aria-labelledby="hour-head"><h2 id="hour-head">The hour of {{hourText}} <span class="muted">by the minute</span></h2><div id="hour-heat" data-live>
<p class="sum"><strong>{{hourTotal}}</strong> fires</p>
<div class="scroll" tabindex="0" role="group" aria-label="Planned fires by minute"><table class="heat minutes"><thead><tr><th scope="col">From</th>{{#minuteColumns}}<th scope="col">{{column}}</th>{{/minuteColumns}}<th scope="col" class="num">Sum</th></tr></thead><tbody>
{{#hourRows}}{{>heat-row}}
{{/hourRows}}</tbody></table></div></div></section>
{{/hasHour}}
{{#minuteFault}}<p class="flash bad" role="alert">{{minuteFault}}</p>{{/minuteFault}}
{{#hasMinute}}
<section class="card" id="minute" aria-labelledby="minute-head"><h2 id="minute-head">{{minuteCount}} {{minuteVerb}} at {{minuteText}} <span class="muted">{{#minuteTime}}{{timeAgo}}{{/minuteTime}}</span></h2>
{{#maySpread}}<form method="get" action="/calendar/spread" class="offer"><input type="hidden" name="at" value="{{minuteAt}}">{{#service}}<input type="hidden" name="service" value="{{service}}">{{/service}}<label for="over">Spread them over</label><select id="over" name="over">{{#spans}}<option value="{{span}}"{{#isSpan}} selected{{/isSpan}}>{{span}} minutes</option>{{/spans}}</select><button class="primary">Preview</button></form>{{/maySpread}}
{{#isMinuteEmpty}}<p class="empty">No job fires in this minute alone; jitter may bring some here.</p>{{/isMinuteEmpty}}
{{^isMinuteEmpty}}<div class="scroll" tabindex="0" role="group" aria-label="Jobs of this minute"><table class="cards"><thead><tr><th scope="col">Job</th><th scope="col">Schedule</th><th scope="col">Queue</th><th scope="col">Jitter</th></tr></thead><tbody>
{{#minuteJobs}}<tr><th scope="row"><a href="{{jobPath}}">{{jobName}}</a> <span class="sub">{{jobService}}</span></th><td data-label="Schedule">{{#jobSchedule}}{{>schedule}}{{/jobSchedule}}</td><td data-label="Queue">{{jobQueue}}</td><td data-label="Jitter">{{#jobJitter}}{{jobJitter}}{{/jobJitter}}{{^jobJitter}}<span class="muted">none</span>{{/jobJitter}}</td></tr>
{{/minuteJobs}}</tbody></table></div>{{#moreMinuteJobs}}<p class="muted">and {{moreMinuteJobs}} more</p>{{/moreMinuteJobs}}{{/isMinuteEmpty}}{{#steadyJobs}}<p class="muted">Besides {{steadyJobs}} that fire in the minute before as well.</p>{{/steadyJobs}}
</section>
{{/hasMinute}}

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
            name: "dashboard.css", contentType: "text/css; charset=utf-8", etag: "\"175174e3c39f83b2\"",
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

/* Queues and workers */
.lines { margin-bottom: 14px; }
.bar h2 { margin: 0; }
.queues tbody th { min-width: 120px !important; }
.does { white-space: nowrap; }
.does form { display: inline-block; margin-right: 6px; }
.use { display: inline-grid; gap: 2px; min-width: 84px; }
.use svg { width: 100%; height: 6px; border-radius: 3px; }
.b-rest { fill: var(--line); }
.b-use { fill: var(--accent); }
.b-full { fill: var(--warn); }
.spark { width: 96px; height: 20px; display: block; stroke: var(--accent); stroke-width: .8; fill: none; }
.pair { flex-wrap: nowrap; }
.narrow .flash.bad { padding-left: 28px; }

/* Calendar */
.heat { border-collapse: separate; border-spacing: 2px; font-size: 11.5px; }
.heat th, .heat td { position: relative; padding: 0; border: 0; text-align: center; vertical-align: middle; }
.heat thead th:first-child { text-align: left; }
.way input { flex: none; }
.heat tbody th { text-align: left; white-space: nowrap; padding-right: 8px; font-size: 13px; }
.heat tbody th .sub { font-size: 11.5px; }
.heat .today > th { font-weight: 650; }
.heat tbody tr:hover { background: none; }
.heat td > a, .heat td > span { display: grid; place-items: center; min-width: 27px; height: 30px; border-radius: 4px; color: var(--text); }
.heat td > a:hover { outline: 2px solid var(--text); text-decoration: none; }
.heat .num { text-align: right; padding-left: 8px; min-width: 44px; }
.minutes td > a, .minutes td > span { min-width: 40px; }
.key { display: inline-block; width: 14px; height: 12px; border-radius: 3px; margin: 0 2px; vertical-align: -1px; }
.f0 > a { background: var(--hover); }
.f1 > a, .key.f1 { background: color-mix(in srgb, var(--accent) 14%, var(--card)); }
.f2 > a, .key.f2 { background: color-mix(in srgb, var(--accent) 28%, var(--card)); }
.f3 > a, .key.f3 { background: color-mix(in srgb, var(--accent) 42%, var(--card)); }
.f4 > a, .key.f4 { background: color-mix(in srgb, var(--accent) 56%, var(--card)); }
.f5 > a, .key.f5 { background: var(--accent); color: var(--on-accent) !important; }
.heat .pile > a, .key.pile { box-shadow: inset 0 0 0 2px var(--warn); }
.past > span, .key.past { background: none; box-shadow: inset 0 0 0 1px var(--line); }
.gap > span, .key.gap { background: repeating-linear-gradient(45deg, var(--line) 0 2px, transparent 2px 5px); }
.notes { padding: 0; list-style: none; color: var(--warn); }
.offer { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; margin-bottom: 12px; }
.offer select, .row > select { width: auto; }
.ways { border: 0; padding: 0; margin: 0 0 10px; }
.ways legend { font-weight: 550; padding: 0; }
.way { display: flex; gap: 8px; align-items: baseline; margin: 6px 0; }
.way label { font-weight: 400; }
.way .sub { display: block; font-size: 12.5px; }

"""#),
        File(
            name: "dashboard.js", contentType: "text/javascript; charset=utf-8", etag: "\"74f56afd7bd5c3b6\"",
            text: #"""
// Everything works without this; it only makes it quicker.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { actions } from "./actions.js";
import { jobForm } from "./job-form.js";
import { display } from "./display.js";

display();
keys();
actions();
jobForm();
live();

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
            name: "heat-row.mustache", contentType: "text/html; charset=utf-8", etag: "\"233daa298ca597f0\"",
            text: #"""
<tr{{#isToday}} class="today"{{/isToday}}><th scope="row">{{rowHead}}{{#rowNote}}<span class="sub warn"><svg class="icon" aria-hidden="true"><use href="#i-missed"/></svg> {{rowNote}}</span>{{/rowNote}}</th>{{#rowCells}}<td class="{{cellClass}}">{{#cellPath}}<a href="{{cellPath}}" title="{{cellTitle}}" aria-label="{{cellTitle}}">{{cellText}}</a>{{/cellPath}}{{^cellPath}}<span title="{{cellTitle}}"><span class="hidden">{{cellTitle}}</span></span>{{/cellPath}}</td>{{/rowCells}}<td class="num">{{rowSum}}</td></tr>

"""#),
        File(
            name: "icon.svg", contentType: "image/svg+xml", etag: "\"157adb4394b1f5a4\"",
            text: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3b5bdb"/><circle cx="8" cy="8" r="4.6" fill="none" stroke="#fff" stroke-width="1.4"/><path d="M8 5.400V8l1.800 1.2" fill="none" stroke="#fff" stroke-width="1.4" stroke-linecap="round"/></svg>

"""#),
        File(
            name: "icons.mustache", contentType: "text/html; charset=utf-8", etag: "\"c43b0bcd125cd8ab\"",
            text: #"""
<svg hidden aria-hidden="true" width="0" height="0">
<symbol id="i-logo" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 4.2V8l2.6 1.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="i-overview" viewBox="0 0 16 16"><path d="M2 13h12M4 11V7m4 4V3m4 8V6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-jobs" viewBox="0 0 16 16"><path d="M5.5 4H14M5.5 8H14m-8.5 4H14M2 4h.5M2 8h.5M2 12h.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-queues" viewBox="0 0 16 16"><path d="M2 4h12M2 8h8m-8 4h5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><path d="m11.500 10.500 2.500 1.900-2.500 1.900z" fill="currentColor"/></symbol>
<symbol id="i-calendar" viewBox="0 0 16 16"><rect x="2" y="3" width="12" height="11" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M2 6.800h12M5.500 1.500v3m5-3v3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></symbol>
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
            name: "job.mustache", contentType: "text/html; charset=utf-8", etag: "\"9ffde98004cae1c4\"",
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
{{#executions}}<tr><th scope="row" data-label="Scheduled">{{#executionTime}}{{>time}}{{/executionTime}}</th><td data-label="Status">{{#executionStatus}}{{>status}}{{/executionStatus}}</td><td data-label="Why" class="why">{{executionWords}} <span class="muted">{{executionTrigger}}</span></td><td data-label="Attempt" class="num">{{executionAttempt}}</td><td data-label="Took" class="num">{{#executionDuration}}{{executionDuration}}{{/executionDuration}}{{^executionDuration}}<span class="muted">–</span>{{/executionDuration}}</td></tr>
{{/executions}}</tbody></table></div>{{/hasHistory}}
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
            name: "limit.mustache", contentType: "text/html; charset=utf-8", etag: "\"0526088b11fc0039\"",
            text: #"""
<p class="crumbs"><a href="/queues">Queues and workers</a></p>
<div class="card narrow">
<h1 class="clip">{{title}}</h1>
{{#isFaulty}}<ul class="flash bad" role="alert">{{#faults}}<li>{{fault}}</li>{{/faults}}</ul>{{/isFaulty}}
<p class="muted">Over all nodes together. Leave a field empty for no such limit; what runs goes on.</p>
<form method="post" action="/queues/limit"><input type="hidden" name="csrf" value="{{csrf}}">
{{#isNamed}}<input type="hidden" name="named" value="yes"><input type="hidden" name="kind" value="{{kind}}"><input type="hidden" name="name" value="{{limitName}}">{{#jobName}}<input type="hidden" name="label" value="{{jobName}}">{{/jobName}}{{#isSet}}<input type="hidden" name="set" value="yes">{{/isSet}}{{/isNamed}}
{{^isNamed}}<p class="field"><label for="kind">What</label><select id="kind" name="kind">{{#kinds}}<option value="{{kindWord}}"{{#isKind}} selected{{/isKind}}>{{kindTitle}}</option>{{/kinds}}</select></p>
<p class="field"><label for="limit-name">Name</label><input id="limit-name" name="name" value="{{limitName}}" maxlength="64" autocomplete="off" spellcheck="false" required></p>{{/isNamed}}
<p class="field"><label for="concurrency">How many run at once</label><input id="concurrency" name="concurrency" value="{{concurrency}}" inputmode="numeric" maxlength="6" autocomplete="off" placeholder="any number"></p>
<div class="field"><label for="rate-count">How many begin</label><div class="row pair"><input id="rate-count" name="rate_count" value="{{rateCount}}" inputmode="numeric" maxlength="7" autocomplete="off" placeholder="any number"><label for="rate-per" class="muted">in</label><input id="rate-per" name="rate_per" value="{{ratePer}}" maxlength="16" autocomplete="off" placeholder="1m"></div><span class="muted hint">For example 100 in 1m; 1s to 1d.</span></div>
<p class="row"><button class="primary" name="action" value="set">Set limit</button>{{#isSet}}<button class="danger" name="action" value="remove" formnovalidate>Remove</button>{{/isSet}}<a class="button" href="/queues">Cancel</a></p>
</form>
</div>

"""#),
        File(
            name: "live.js", contentType: "text/javascript; charset=utf-8", etag: "\"94e1074fb2931a4c\"",
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

  // What no event tells of is looked at again after so many seconds.
  function later() {
    const seconds = document.querySelector("[data-renew]")?.dataset.renew;
    if (seconds) setTimeout(() => (news(), later()), seconds * 1000);
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
    for (const [id, row] of known) row.classList.toggle("going", !there.has(id));
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
      // Once more after a break, since nobody told what was missed.
      if (last) news();
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
  later();
}

"""#),
        File(
            name: "overview.mustache", contentType: "text/html; charset=utf-8", etag: "\"5c496452f1de2472\"",
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
{{#failing}}<li><div class="line"><a href="{{failingPath}}"><strong>{{failingName}}</strong></a> <span class="muted">{{failingService}}</span>{{#isOften}} <span class="count">{{failingCount}} times</span>{{/isOften}}<span class="push">{{#failingTime}}{{>time}}{{/failingTime}}</span></div>
<div class="error"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>{{#failingReason}}{{failingReason}} {{/failingReason}}<span class="muted">{{failingError}}</span></div></li>
{{/failing}}</ul>{{/hasFailing}}
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
            name: "queues.mustache", contentType: "text/html; charset=utf-8", etag: "\"2d9de148bc7ad360\"",
            text: #"""
<div class="head" data-renew="5"><h1>Queues and workers</h1>{{#mayLimitServices}}<a class="button" href="/queues/limit">Limit a service</a>{{/mayLimitServices}}</div>
{{#seesQueues}}
<section class="strip" aria-label="Figures" id="strip" data-live>
<div><span class="label">Waiting</span><span class="value">{{waiting}}</span><span class="muted">in {{queueCount}}</span></div>
<div><span class="label">Oldest waits</span><span class="value{{#isOld}} bad{{/isOld}}">{{#oldest}}{{oldest}}{{/oldest}}{{^oldest}}–{{/oldest}}</span></div>
<div><span class="label">Running</span><span class="value">{{running}}</span><span class="muted">held by {{workerCount}}{{#isManyRunning}} or more{{/isManyRunning}}</span></div>
<div><span class="label">Paused queues</span><span class="value">{{#pausedCount}}{{pausedCount}}{{/pausedCount}}{{^pausedCount}}none{{/pausedCount}}</span></div>
{{#seesNodes}}<div><span class="label">Nodes</span><span class="value">{{nodeCount}}</span><span class="muted">{{shardCount}}{{#orphans}}, <strong class="bad">{{orphans}} without a holder</strong>{{/orphans}}</span></div>{{/seesNodes}}
</section>
<section class="lines" aria-labelledby="queues-head"><div class="bar"><h2 id="queues-head">Queues</h2>
<form method="get" action="/queues" role="search" class="search push"><svg class="icon" aria-hidden="true"><use href="#i-search"/></svg><label class="hidden" for="q">Search queues by name</label><input id="q" type="search" name="q" value="{{q}}" placeholder="Search by name" autocomplete="off" spellcheck="false" maxlength="64" data-search><button class="hidden">Search</button></form></div>
{{#hasRows}}
<p class="new-rows"><button type="button" class="button" hidden data-new-rows></button></p>
<div class="scroll" tabindex="0" role="group" aria-label="Queues"><table class="cards jobs queues" data-rows>
<thead><tr><th scope="col">Queue</th><th scope="col">State</th><th scope="col" class="num">Waiting</th><th scope="col" class="num">Oldest</th><th scope="col">Running</th><th scope="col">Ended <span class="muted">last hour, this node</span></th><th scope="col">Limit</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
<tbody>
{{#rows}}<tr data-row="{{rowID}}"><th scope="row" data-cell><a href="{{rowJobsPath}}">{{rowName}}</a></th>
<td data-label="State" data-cell>{{#rowStatus}}{{>status}}{{/rowStatus}}</td>
<td data-label="Waiting" data-cell class="num">{{rowDepth}}</td>
<td data-label="Oldest" data-cell class="num">{{#rowAge}}<span class="{{#isRowOld}}bad{{/isRowOld}}">{{rowAge}}</span>{{/rowAge}}{{^rowAge}}<span class="muted">–</span>{{/rowAge}}</td>
<td data-label="Running" data-cell>{{#rowUse}}{{>use}}{{/rowUse}}{{^rowUse}}{{rowRunning}}{{/rowUse}} <span class="sub">{{rowWorkers}}</span></td>
<td data-label="Ended" data-cell>{{#rowLine}}<svg class="spark" viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M0 15.500h60"/><path d="{{rowLine}}"/></svg>{{/rowLine}} <span class="sub">{{#rowPace}}{{rowPace}}{{/rowPace}}{{^rowPace}}nothing yet{{/rowPace}}{{#rowFailed}}, <span class="bad">{{rowFailed}} failed</span>{{/rowFailed}}</span></td>
<td data-label="Limit" data-cell>{{#rowLimit}}{{rowLimit}}{{/rowLimit}}{{^rowLimit}}<span class="muted">none</span>{{/rowLimit}}</td>
<td data-cell class="does">{{#mayPause}}<form method="post" action="/queues/actions"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="name" value="{{rowName}}"><input type="hidden" name="return_to" value="{{here}}"><button name="action" value="pause" aria-label="Pause {{rowName}}">Pause</button></form>{{/mayPause}}{{#mayResume}}<form method="post" action="/queues/actions"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="name" value="{{rowName}}"><input type="hidden" name="return_to" value="{{here}}"><button name="action" value="resume" aria-label="Resume {{rowName}}">Resume</button></form>{{/mayResume}}{{#mayLimit}}<a class="button" href="{{rowLimitPath}}" aria-label="Limit {{rowName}}">Limit</a>{{/mayLimit}}</td></tr>
{{/rows}}</tbody></table></div>
{{#moreQueues}}<p class="muted">{{moreQueues}} more, in which less waits; search for them by name.</p>{{/moreQueues}}
{{/hasRows}}
{{^hasRows}}<div class="empty card">{{#isNarrowed}}<p>No queue is called like that.</p><p><a class="button" href="/queues">Show all</a></p>{{/isNarrowed}}{{^isNarrowed}}<p>There are no queues yet: a queue comes into being with the first job that names it.</p>{{/isNarrowed}}</div>{{/hasRows}}
</section>
{{/seesQueues}}
{{^seesQueues}}<p class="muted">Queues, nodes and brokers are those of the whole installation; you see what is of your services.</p>{{/seesQueues}}
<div class="two">
<section class="card" aria-labelledby="limits-head"><h2 id="limits-head">Limits of services and jobs</h2><div id="limits" data-live>
{{#hasLimits}}<div class="scroll" tabindex="0" role="group" aria-label="Limits"><table class="cards"><thead><tr><th scope="col">Of</th><th scope="col">Limit</th><th scope="col">Running</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#limits}}<tr><th scope="row"><a href="{{limitPath}}">{{limitName}}</a> <span class="sub">{{limitKind}}{{#limitService}} of {{limitService}}{{/limitService}}</span></th><td data-label="Limit">{{limitText}}</td><td data-label="Running">{{#limitUse}}{{>use}}{{/limitUse}}{{^limitUse}}<span class="muted">–</span>{{/limitUse}}</td><td class="does">{{#mayLimit}}<a class="button" href="{{limitEdit}}" aria-label="Change the limit of {{limitName}}">Change</a>{{/mayLimit}}</td></tr>
{{/limits}}</tbody></table></div>{{#hasMoreLimits}}<p class="muted">There are more; <code>punctual limit list</code> has them all.</p>{{/hasMoreLimits}}{{/hasLimits}}
{{^hasLimits}}<p class="empty">None: each takes what the workers give.</p>{{/hasLimits}}
</div></section>
<section class="card" aria-labelledby="workers-head"><h2 id="workers-head">Workers <span class="muted">who holds executions now</span></h2><div id="workers" data-live>
{{#hasWorkers}}<div class="scroll" tabindex="0" role="group" aria-label="Workers"><table class="cards"><thead><tr><th scope="col">Worker</th><th scope="col" class="num">Holds</th><th scope="col">Of queues</th><th scope="col">Longest</th></tr></thead><tbody>
{{#workers}}<tr><th scope="row"><code>{{worker}}</code></th><td data-label="Holds" class="num">{{workerHeld}}</td><td data-label="Of queues">{{workerQueues}}</td><td data-label="Longest"><a href="{{workerJobPath}}">{{workerJob}}</a> {{#workerLongest}}<time class="sub" datetime="{{timeISO}}" title="{{timeTitle}}"><span data-ago>{{timeAgo}}</span></time>{{/workerLongest}}</td></tr>
{{/workers}}</tbody></table></div>{{#isManyRunning}}<p class="muted">Of the newest 200 executions that run.</p>{{/isManyRunning}}{{/hasWorkers}}
{{^hasWorkers}}<p class="empty">Nothing runs just now.</p>{{/hasWorkers}}
</div></section>
</div>
{{#seesNodes}}
<section class="card" aria-labelledby="nodes-head"><h2 id="nodes-head">Nodes</h2><div class="scroll" tabindex="0" role="group" aria-label="Nodes"><table class="cards" id="nodes" data-live><thead><tr><th scope="col">Node</th><th scope="col">State</th><th scope="col">Roles</th><th scope="col">Shards held</th><th scope="col">Version</th><th scope="col">Since</th><th scope="col">Seen</th></tr></thead><tbody>
{{#nodes}}<tr><th scope="row"><code>{{node}}</code>{{#nodeAddress}} <span class="sub">{{nodeAddress}}</span>{{/nodeAddress}}</th><td data-label="State"><span class="status {{nodeClass}}"><svg class="icon" aria-hidden="true"><use href="{{nodeIcon}}"/></svg>{{nodeWord}}</span></td><td data-label="Roles">{{nodeRoles}}</td><td data-label="Shards held">{{#nodeHeld}}{{nodeHeld}}{{/nodeHeld}}{{^nodeHeld}}<span class="muted">none</span>{{/nodeHeld}}</td><td data-label="Version">{{nodeVersion}}</td><td data-label="Since">{{#nodeStarted}}{{>time}}{{/nodeStarted}}</td><td data-label="Seen">{{#nodeSeen}}<time datetime="{{timeISO}}" title="{{timeTitle}}"><span data-ago>{{timeAgo}}</span></time>{{/nodeSeen}}</td></tr>
{{/nodes}}</tbody></table></div></section>
{{/seesNodes}}
<div class="two">
{{#seesNodes}}<section class="card" aria-labelledby="shards-head"><h2 id="shards-head">Shards <span class="muted">who schedules which part of the jobs</span></h2><div class="scroll" tabindex="0" role="group" aria-label="Shards"><table class="cards" id="shards" data-live><thead><tr><th scope="col" class="num">Shard</th><th scope="col">Holder</th><th scope="col" class="num">Term</th><th scope="col">Lease ends</th></tr></thead><tbody>
{{#shards}}<tr><th scope="row" class="num" data-label="Shard">{{shard}}</th><td data-label="Holder">{{#shardHolder}}<code>{{shardHolder}}</code>{{/shardHolder}}{{^shardHolder}}<strong class="bad">nobody</strong>{{/shardHolder}}</td><td data-label="Term" class="num">{{shardTerm}}</td><td data-label="Lease ends">{{#shardExpires}}<time datetime="{{timeISO}}" title="{{timeTitle}}"><span data-ago>{{timeAgo}}</span></time>{{/shardExpires}}{{^shardExpires}}<span class="muted">–</span>{{/shardExpires}}</td></tr>
{{/shards}}</tbody></table></div></section>{{/seesNodes}}
<section class="card" aria-labelledby="parts-head"><h2 id="parts-head">Store, brokers and caches</h2><ul class="list" id="parts" data-live>
{{#parts}}<li><div class="line"><strong>{{part}}</strong> {{#partStatus}}{{>status}}{{/partStatus}}<span class="push muted">{{#partLatency}}answers in {{partLatency}}{{/partLatency}}</span></div>{{#partDetail}}<div class="muted">{{partDetail}}</div>{{/partDetail}}{{#partFault}}<div class="error">Last trouble: {{partFault}} {{#partFaultAt}}<span class="muted">{{timeText}}</span>{{/partFaultAt}}</div>{{/partFault}}</li>
{{/parts}}</ul></section>
</div>

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
            name: "spread.mustache", contentType: "text/html; charset=utf-8", etag: "\"b20770c8af74edc6\"",
            text: #"""
<p class="crumbs"><a href="{{backPath}}">Back to the calendar</a></p>
<div class="head"><h1>{{total}} at {{spreadText}}, spread over {{spreadMinutes}} minutes</h1></div>
<form method="get" action="/calendar/spread" class="card"><input type="hidden" name="at" value="{{spreadAt}}">{{#spreadService}}<input type="hidden" name="service" value="{{spreadService}}">{{/spreadService}}
<fieldset class="ways"><legend>How</legend>{{#ways}}<p class="way"><input type="radio" id="way-{{wayName}}" name="way" value="{{wayName}}"{{#isWay}} checked{{/isWay}}><label for="way-{{wayName}}">{{wayTitle}} <span class="sub">{{wayNote}}</span></label></p>{{/ways}}</fieldset>
<p class="row"><label for="over">Over</label><select id="over" name="over">{{#spans}}<option value="{{span}}"{{#isSpan}} selected{{/isSpan}}>{{span}} minutes</option>{{/spans}}</select><button>Preview</button></p></form>
<div class="two">
<section class="card" aria-labelledby="before-head"><h2 id="before-head">As it is</h2>{{#before}}{{>chart}}{{/before}}</section>
<section class="card" aria-labelledby="after-head"><h2 id="after-head">Spread</h2>{{#after}}{{>chart}}{{/after}}</section>
</div>
{{#moreJobs}}<p class="warn"><svg class="icon" aria-hidden="true"><use href="#i-missed"/></svg>These are the first; {{moreJobs}} more fire in this minute. Spread these, then come again.</p>{{/moreJobs}}
{{#hasPlans}}
<section class="card" aria-labelledby="plans-head"><h2 id="plans-head">{{planCount}} will be changed</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Changes"><table class="cards"><thead><tr><th scope="col">Job</th><th scope="col">Schedule</th><th scope="col">Change</th><th scope="col">Then starts at</th></tr></thead><tbody>
{{#plans}}<tr><th scope="row"><a href="{{planPath}}">{{planName}}</a> <span class="sub">{{planService}}</span></th><td data-label="Schedule">{{#planNow}}{{>schedule}}{{/planNow}}</td><td data-label="Change"><code>{{planText}}</code></td><td data-label="Then starts at">{{planTime}}</td></tr>
{{/plans}}</tbody></table></div>{{#morePlans}}<p class="muted">and {{morePlans}} more</p>{{/morePlans}}
<form method="post" action="/calendar/spread"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="at" value="{{spreadAt}}"><input type="hidden" name="over" value="{{spreadMinutes}}"><input type="hidden" name="way" value="{{way}}"><input type="hidden" name="return_to" value="{{backPath}}">
{{#chosen}}<input type="hidden" name="job" value="{{chosenJob}}">{{/chosen}}
<p class="row"><button class="primary">Spread {{planCount}}</button><a class="button" href="{{backPath}}">Leave it</a></p></form></section>
{{/hasPlans}}
{{^hasPlans}}<div class="empty card"><p>None of them can be spread in this way.</p><p><a class="button" href="{{backPath}}">Back to the calendar</a></p></div>{{/hasPlans}}
{{#hasOthers}}<details class="card"><summary><h2>{{otherCount}} will stay as they are</h2></summary><ul class="list">{{#others}}<li><a href="{{otherPath}}">{{otherName}}</a> <span class="muted">{{otherWhy}}</span></li>
{{/others}}</ul>{{#moreOthers}}<p class="muted">and {{moreOthers}} more</p>{{/moreOthers}}</details>{{/hasOthers}}

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
        File(
            name: "use.mustache", contentType: "text/html; charset=utf-8", etag: "\"4ce6f6a23650b996\"",
            text: #"""
<span class="use"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="b-rest" width="100" height="6"/><rect class="{{useKind}}" width="{{usePart}}" height="6"/></svg><span class="sub">{{useText}}</span></span>

"""#),
    ]
}
