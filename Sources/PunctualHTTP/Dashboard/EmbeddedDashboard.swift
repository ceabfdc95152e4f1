// Made by script/embed-resources from Resources/dashboard/; don't edit.
// swift-format-ignore-file

extension EmbeddedResources {
    /// The dashboard's templates, style and modules, by name.
    package static let dashboard: [File] = [
        File(
            name: "access-tabs.mustache", contentType: "text/html; charset=utf-8", etag: "\"a5ccf3edcba0a8f8\"",
            text: #"""
<nav class="tabs under" aria-label="Access">{{#accessTabs}}<a href="{{tabPath}}"{{#isTab}} aria-current="page"{{/isTab}}>{{tabName}}</a>{{/accessTabs}}</nav>

"""#),
        File(
            name: "account.mustache", contentType: "text/html; charset=utf-8", etag: "\"1495e2b22133071b\"",
            text: #"""
<h1>My account</h1>
{{>access-tabs}}
{{#refusedWords}}<p class="flash bad" role="alert"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>{{refusedWords}}</p>{{/refusedWords}}
<div class="two">
<section class="card" aria-labelledby="me-head"><h2 id="me-head">{{myName}}</h2>
<dl class="facts">{{#mySubject}}<div><dt>Id</dt><dd><code>{{mySubject}}</code></dd></div>{{/mySubject}}{{#myCredential}}<div><dt>Signed in by</dt><dd>{{myCredential}}</dd></div>{{/myCredential}}
<div><dt>You are</dt><dd>{{#hasRoles}}<ul class="list">{{#myRoles}}<li>{{myRole}}</li>{{/myRoles}}</ul>{{/hasRoles}}{{^hasRoles}}<span class="muted">nothing yet: an administrator has to give you a role</span>{{/hasRoles}}</dd></div></dl>
{{#isSession}}<form method="post" action="/access/sign-out" class="after"><input type="hidden" name="csrf" value="{{csrf}}"><button{{#everywhereAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/everywhereAsk}}>Sign out everywhere</button></form>{{/isSession}}
</section>
<section class="card" aria-labelledby="password-head"><h2 id="password-head">Password</h2>
{{#hasPassword}}<form method="post" action="/access/password"><input type="hidden" name="csrf" value="{{csrf}}"><input hidden name="username" value="{{myName}}" autocomplete="username">
<p class="field"><label for="current">The password now</label><input id="current" name="current" type="password" autocomplete="current-password" required maxlength="256"></p>
<p class="field"><label for="password">The new one</label><input id="password" name="password" type="password" autocomplete="new-password" required minlength="{{fewest}}" maxlength="256" aria-describedby="password-hint"><span class="muted hint" id="password-hint">At least {{fewest}} characters; a sentence is a good password.</span></p>
<p class="field"><label for="again">The new one again</label><input id="again" name="again" type="password" autocomplete="new-password" required maxlength="256"></p>
<p><button class="primary">Change the password</button></p>
<p class="muted hint">Every sign-in ends with it, this one too. Keys stay good: look through <a href="/access/keys">yours</a>.</p></form>{{/hasPassword}}
{{^hasPassword}}<p class="empty">Your provider signs you in, or you show a key: there is no password here.</p>{{/hasPassword}}
</section>
</div>
{{#hasPassword}}<section class="card" aria-labelledby="factor-head"><h2 id="factor-head">Second factor</h2>
{{#hasFactor}}<p><span class="status s-ok"><svg class="icon" aria-hidden="true"><use href="#i-ok"/></svg>On</span> Each sign-in asks for a code of your authenticator app.</p>
<form method="post" action="/access/second-factor" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input hidden name="username" value="{{myName}}" autocomplete="username">
<p class="field"><label for="factor-password">Password</label><input id="factor-password" name="password" type="password" autocomplete="current-password" required maxlength="256"></p>
<p class="field"><label for="factor-code">Code of the app, or a recovery code</label><input id="factor-code" name="code" autocomplete="one-time-code" required maxlength="64"></p>
<p class="field"><button name="action" value="remove" class="danger">Remove the second factor</button></p></form>{{/hasFactor}}
{{^hasFactor}}<p>With an authenticator app on your telephone, a password that was found out is not enough to sign in as you.</p>
<form method="post" action="/access/second-factor" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input hidden name="username" value="{{myName}}" autocomplete="username">
<p class="field"><label for="factor-password">Password</label><input id="factor-password" name="password" type="password" autocomplete="current-password" required maxlength="256"></p>
<p class="field"><button name="action" value="enrol">Set it up</button></p></form>{{/hasFactor}}
</section>{{/hasPassword}}

"""#),
        File(
            name: "actions.js", contentType: "text/javascript; charset=utf-8", etag: "\"562d9684bcbb4a9a\"",
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

/** What was agreed to: what the form held when it was sent, whatever has been ticked since. */
function agreed(form, action) {
  const data = new URLSearchParams(new FormData(form));
  data.set("action", action);
  data.set("confirmed", "yes");
  return data;
}

/** Sends that, and goes on to the page that answers. */
function send(form, data) {
  const copy = document.createElement("form");
  copy.setAttribute("method", "post");
  copy.setAttribute("action", form.getAttribute("action"));
  for (const [name, value] of data) copy.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(copy);
  copy.submit();
}

/** Deletes after a while, unless somebody changes his mind; leaving the page deletes at once. */
function later(form, data, jobs) {
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
    send(form, data);
  }, patience);
  addEventListener("pagehide", leave);
}

async function decide(form, action, jobs) {
  const data = agreed(form, action);
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
  if (action === "delete") later(form, data, jobs);
  else if ("parts" in form.dataset) inParts(form, data, sum(jobs), count);
  else send(form, data);
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
  addEventListener("pageshow", (event) => {
    // What a browser has kept holds a form that was sent: sent once more, it would be taken for the same.
    if (event.persisted && document.querySelector("[data-bulk] [name=key], [data-one] [name=key]")) location.reload();
    told();
  });
  told();
}

"""#),
        File(
            name: "ask.mustache", contentType: "text/html; charset=utf-8", etag: "\"737046d912c7a2d0\"",
            text: #"""
<div class="card narrow">
<h1>{{title}}</h1>
<p>{{askWords}}</p>
<form method="post" action="{{askPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="confirmed" value="yes">
{{#askFields}}<input type="hidden" name="{{askName}}" value="{{askValue}}">{{/askFields}}
<p class="row"><button class="danger">{{askButton}}</button> <a class="button" href="{{askBack}}">Leave it</a></p></form>
</div>

"""#),
        File(
            name: "audit.mustache", contentType: "text/html; charset=utf-8", etag: "\"a0e8aa3d1a33955b\"",
            text: #"""
<div class="head"><h1>Audit</h1>{{#mayExport}}<a class="button" href="/api/v1/audit/export" download="audit.jsonl">Export all</a>{{/mayExport}}</div>
{{#chain}}<section class="explain{{^isSound}} blocked{{/isSound}}" aria-label="The chain">{{#isSound}}<p><strong>The log ends at entry {{chainLength}}, as the store’s own note says.</strong> <span class="muted">Each entry’s hash covers the one before it. Keep the head elsewhere, and <code>punctual audit verify --head</code> tells whether all of it still holds.</span></p>{{/isSound}}{{^isSound}}<p><strong>The log was tampered with: {{chainDetail}}.</strong> Run <code>punctual audit verify</code>, and compare with a head that was kept elsewhere.</p>{{/isSound}}<p><span class="muted">Head</span> <code data-secret>{{chainHead}}</code> <button type="button" hidden data-copy aria-label="Copy the head">Copy</button></p></section>{{/chain}}
{{#endFault}}<p class="flash bad">{{endFault}}</p>{{/endFault}}
<form method="get" action="/audit" class="filters" role="search">
<p class="field"><label for="who">Who</label><input id="who" name="who" value="{{fWho}}" placeholder="name or id" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="256" data-search></p>
<p class="field"><label for="operation">What</label><select id="operation" name="operation"><option value="">anything</option>{{#operations}}<option value="{{operationName}}"{{#isOperation}} selected{{/isOperation}}>{{operationWords}}</option>{{/operations}}</select></p>
<p class="field"><label for="resource">Target</label><input id="resource" name="resource" value="{{fResource}}" placeholder="job:ID, queue:NAME" autocomplete="off" spellcheck="false" maxlength="256"></p>
<p class="field"><label for="of-service">Service</label><input id="of-service" name="service" value="{{fService}}" autocomplete="off" spellcheck="false" maxlength="64"></p>
<p class="field when"><label for="from">From <span class="muted">{{auditZone}}</span></label><input id="from" name="from" type="datetime-local" value="{{fFrom}}"></p>
<p class="field when"><label for="to">Before <span class="muted">{{auditZone}}</span></label><input id="to" name="to" type="datetime-local" value="{{fTo}}"></p>
<p class="field"><button class="primary">Search</button></p>
</form>
{{#hasChips}}<ul class="chips" aria-label="Filters">{{#chips}}<li><a href="{{chipPath}}" aria-label="Remove the filter {{chipText}}">{{chipText}} <span aria-hidden="true">×</span></a></li>{{/chips}}<li><a class="plain" href="/audit">Clear</a></li></ul>{{/hasChips}}
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{#hasLog}}<ol class="log card" aria-label="Entries, newest first">
{{#log}}<li id="entry-{{entryNumber}}"><details><summary><span class="sentence">{{#isRefused}}<span class="status s-failed"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>Refused</span> {{/isRefused}}<strong>{{entryWho}}</strong> {{entryWords}} {{#entryTarget}}<strong>{{entryTarget}}</strong> {{/entryTarget}}{{#entryRest}}{{entryRest}} {{/entryRest}}{{#entryService}}<span class="muted">in {{entryService}}</span>{{/entryService}}{{#entryReason}}<span class="bad"> {{entryReason}}</span>{{/entryReason}}</span>{{#entryTime}}{{>time}}{{/entryTime}}</summary>
<div class="two"><dl class="facts"><div><dt>Entry</dt><dd>{{entryNumber}}</dd></div><div><dt>At</dt><dd>{{entryAt}}</dd></div><div><dt>Who</dt><dd><a href="{{whoPath}}">{{entryPrincipal}}</a></dd></div>{{#entryCredential}}<div><dt>With</dt><dd><code>{{entryCredential}}</code></dd></div>{{/entryCredential}}{{#entryAddress}}<div><dt>From</dt><dd>{{entryAddress}}</dd></div>{{/entryAddress}}<div><dt>What</dt><dd><a href="{{whatPath}}">{{entryOperation}}</a></dd></div>{{#entryResource}}<div><dt>Target</dt><dd><a href="{{targetPath}}">{{entryResource}}</a>{{#entryPath}} · <a href="{{entryPath}}">open</a>{{/entryPath}}</dd></div>{{/entryResource}}{{#entryRequest}}<div><dt>Request</dt><dd><code>{{entryRequest}}</code></dd></div>{{/entryRequest}}<div><dt>Hash</dt><dd><code>{{entryHash}}</code></dd></div></dl>
{{#hasChanges}}<div class="scroll" tabindex="0" role="group" aria-label="What entry {{entryNumber}} changed"><table><thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>{{#changes}}<tr><th scope="row">{{changeName}}</th><td>{{#changeFrom}}<code>{{changeFrom}}</code>{{/changeFrom}}{{^changeFrom}}<span class="muted">–</span>{{/changeFrom}}</td><td>{{#changeTo}}<code>{{changeTo}}</code>{{/changeTo}}{{^changeTo}}<span class="muted">–</span>{{/changeTo}}</td></tr>{{/changes}}</tbody></table></div>{{/hasChanges}}
{{^hasChanges}}<p class="empty">Nothing more is said of it.</p>{{/hasChanges}}</div></details></li>
{{/log}}</ol>{{/hasLog}}
{{^hasLog}}{{^fault}}<div class="empty card">{{#isFiltered}}<p>No entry is like that.</p><p><a class="button" href="/audit">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>Nothing has happened yet.</p>{{/isFiltered}}</div>{{/fault}}{{/hasLog}}
{{>pages}}

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
            name: "dashboard.css", contentType: "text/css; charset=utf-8", etag: "\"1c6400536330c136\"",
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
/* Beside the page it is always open; where it has no place there, its button opens it over the page. */
.side nav { position: static; display: block; width: auto; height: auto; margin: 0; padding: 0; border: 0; background: none; color: inherit; overflow: visible; }
.side .opener { display: none; }
.side nav ul { list-style: none; padding: 0; display: grid; gap: 2px; }
.side nav a { display: flex; align-items: center; gap: 9px; padding: 6px 8px; border-radius: 6px; color: var(--muted); }
.side nav a:hover { background: var(--hover); color: var(--text); text-decoration: none; }
.side nav a[aria-current] { background: var(--tint); color: var(--text); font-weight: 600; }
.foot { margin-top: auto; display: grid; gap: 8px; }
.who { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 8px 8px 0; border-top: 1px solid var(--line); }
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
.tag, .count { display: inline-block; font-size: 12px; padding: 0 7px; border-radius: 9px; background: var(--hover); border: 1px solid var(--line); color: var(--muted); max-width: 40ch; overflow-wrap: anywhere; white-space: normal; }
.count { color: var(--bad); background: var(--bad-tint); border: 0; }

/* Overview */
.strip { display: flex; flex-wrap: wrap; gap: 1px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; margin-bottom: 14px; }
/* No cell stands alone on a line: of ten or more, six stand side by side; and where one would be left over, the first is as
   wide as two. */
.strip > div { flex: 1 1 10%; }
.strip > :nth-last-child(n+10), .strip > :nth-last-child(n+10) ~ div { flex-basis: 15%; }
.strip > :first-child:nth-last-child(6n+13) { flex-basis: 30%; }
@media (min-width: 901px) and (max-width: 1150px) { .strip > div:nth-child(n) { flex-basis: 18%; } .strip > :first-child:nth-last-child(5n+6) { flex-basis: 36%; } }
@media (max-width: 900px) { .strip > div:nth-child(n) { flex-basis: 30%; } .strip > :first-child:nth-last-child(3n+4) { flex-basis: 60%; } }
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
.k { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin-right: 5px; }
.legend > span { white-space: nowrap; margin-right: 8px; }

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
.sums { display: flex; flex-wrap: wrap; gap: 1px; overflow: hidden; border: 1px solid var(--line); border-radius: 6px; margin-bottom: 12px; }
.sums > div { flex: 1 1 90px; }
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
  .side { position: static; height: auto; flex-flow: row wrap; align-items: center; justify-content: space-between; border: 0; border-bottom: 1px solid var(--line); padding: 10px 12px; gap: 8px; }
  .side .opener { display: inline-flex; }
  .side nav:not(:popover-open) { display: none; }
  .side nav:popover-open { position: absolute; inset: 54px 12px auto; max-height: calc(100vh - 66px); overflow: auto; padding: 8px; background: var(--raised); color: var(--text); border: 1px solid var(--line-strong); border-radius: 8px; box-shadow: var(--float); }
  .side nav ul { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .side nav a { min-height: 40px; }
  .foot { display: flex; align-items: center; margin: 0; flex-wrap: wrap; width: 100%; }
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
  .cards td[data-label=Why]:has(> span:empty) { display: none; }
  .cards .pick { position: absolute; right: 12px; top: 10px; width: auto; }
  .jobs tbody th { padding-right: 30px !important; }
  td .why { max-width: none; }
  .at { white-space: normal; }
  button, .button, .types > label { min-height: 36px; }
}
@media (prefers-reduced-motion: no-preference) { .toast { animation: rise .15s ease-out; } @keyframes rise { from { opacity: 0; } } }
@media (forced-colors: active) { .status .icon, .b-good, .b-bad, .b-other { forced-color-adjust: none; } }

/* Audit, Access, Notifications, Settings */
.under { margin: 10px 0 16px; width: auto; border-bottom: 1px solid var(--line); padding-bottom: 8px; }
.inline { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: flex-start; margin-top: 12px; }
.inline > .field { flex: 1 1 190px; max-width: 320px; }
.inline > .field:has(> button) { flex: none; padding-top: 22px; }
.field .row { flex-wrap: nowrap; }
.after { margin-top: 14px; border-top: 1px solid var(--line); padding-top: 14px; }
.below { margin-top: 14px; }
.short { max-width: 300px; }
.end { justify-content: flex-end; max-width: 230px; margin-left: auto; }
td select { width: auto !important; }
td .row { flex-wrap: nowrap; }
section > h2:first-child { margin-top: 4px; }
.filters { display: flex; flex-wrap: wrap; gap: 0 10px; align-items: flex-end; margin-bottom: 6px; }
.filters .field, .inline > .field { grid-template-columns: minmax(0, 1fr); min-width: 0; }
.filters .field { flex: 1 1 20%; }
.filters .when { flex: none; width: 230px; }
.filters .field:has(> button) { flex: none; }
.search.bar { max-width: 280px; }
.jobs tr:has(form) > * { vertical-align: middle; }
.scroll + details.card { margin-top: 10px; }
.log .status { display: inline; }
.log .status .icon { margin-right: 5px; }
.log { list-style: none; padding: 4px 0; }
.log > li { border-top: 1px solid var(--line); }
.log > li:first-child { border: 0; }
.log summary { display: flex; gap: 12px; align-items: baseline; padding: 8px 16px; cursor: pointer; list-style: none; }
.log summary::-webkit-details-marker { display: none; }
.log summary::before { content: ""; flex: none; width: 6px; height: 6px; border: solid var(--muted); border-width: 0 1.5px 1.5px 0; rotate: -45deg; translate: 0 -1px; }
.log [open] > summary::before { rotate: 45deg; translate: 0 -3px; }
.log summary:hover { background: var(--hover); }
.log summary .sentence { flex: 1; overflow-wrap: anywhere; min-width: 0; }
.log .two { padding: 2px 16px 12px 34px; margin: 0; }
.log .facts > div { grid-template-columns: 80px minmax(0, 1fr); }
.log td, .log th { overflow-wrap: anywhere; }
.ticks { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 6px 18px; }
.ticks legend { font-weight: 550; font-size: 12.5px; padding: 0 0 4px; }
.ticks label { font-weight: 400; display: inline-flex; gap: 6px; align-items: center; min-height: 24px; }
.once { max-width: 640px; }
.once h1 { margin-bottom: 10px; }
.once dd { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; }
.once dl { display: grid; gap: 4px; margin: 0 0 14px; }
.once dl > div { display: grid; grid-template-columns: 90px minmax(0, 1fr); align-items: center; }
.factor { max-width: 640px; margin-top: 14px; }
.factor ol { padding-left: 18px; }
.qr { display: block; width: 220px; height: 220px; margin: 12px 0; border-radius: 6px; }
.levels select { max-width: 190px; }
@media (max-width: 720px) {
  .log summary { flex-wrap: wrap; gap: 2px 8px; padding: 8px 12px; }
  .log summary time { width: 100%; padding-left: 14px; }
  .log .two { padding: 2px 12px 10px; }
  .inline > .field { max-width: none; flex-basis: 100%; }
  .inline > .field:has(> button) { padding: 0; }
  .filters .field { flex-basis: 40%; }
  .filters .when { width: 100%; }
  td .row, .end { flex-wrap: wrap; justify-content: flex-start; }
  .end { max-width: none; }
  .search.bar { max-width: none; }
}
/* Executions, Execution, Dead letters */
.new-rows { min-height: 40px; }
[data-bulk] + .new-rows, .queue-list .new-rows { min-height: 0; height: 0; position: relative; }
[data-bulk] + .new-rows button, .queue-list .new-rows button { position: absolute; bottom: 1px; left: 50%; translate: -50% 0; }
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
.dead .error:not(:empty) { display: block; margin-top: 2px; font-weight: 400; }
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
  .runs td:nth-last-child(5), .runs .why { max-width: none; min-width: 0; }
  [data-bulk] + .new-rows { min-height: 46px; }
  .queue-list .new-rows button { bottom: -14px; z-index: 1; }
  .sums > div { padding: 10px 8px; }
  .runs-bar { position: relative; }
  .runs-bar .menu { position: static; }
  .runs-bar .panel { left: 0; right: 0; top: 40px; width: auto; }
  .runs tbody th { padding-right: 30px !important; white-space: normal; }
  .dead tbody th { padding-right: 30px !important; }
}
/* Queues and workers */
.queue-list { margin-bottom: 14px; }
.bar h2, .bar > .sum { margin: 0; }
.bar > .sum { flex: 1; }
.queues tbody th { min-width: 120px !important; }
.does, .since { white-space: nowrap; }
.does form { display: inline-block; margin-right: 6px; }
.use { display: inline-grid; gap: 2px; min-width: 84px; }
.uses { display: inline-grid; gap: 6px; }
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
            name: "dashboard.js", contentType: "text/javascript; charset=utf-8", etag: "\"875519a446492189\"",
            text: #"""
// Everything works without this; it only makes it quicker.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { actions } from "./actions.js";
import { jobForm } from "./job-form.js";
import { lines } from "./lines.js";
import { display } from "./display.js";
import { forms } from "./forms.js";

display();
keys();
actions();
jobForm();
forms();
lines();
live();

"""#),
        File(
            name: "dead-letters.mustache", contentType: "text/html; charset=utf-8", etag: "\"5451d311d4d73cb6\"",
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
{{^hasGroups}}{{^fault}}<div class="empty card" id="none" data-live>{{#isFiltered}}<p>No dead letter is like that.</p><p><a class="button" href="/dead-letters">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>None: everything that failed has run well since, or has attempts left.</p>{{/isFiltered}}</div>{{/fault}}{{/hasGroups}}
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
            name: "execution-edited.mustache", contentType: "text/html; charset=utf-8", etag: "\"1093c08e8324364a\"",
            text: #"""
<p class="crumbs"><a href="{{backPath}}">Back to the execution</a></p>
<h1>{{title}}</h1>
<p class="lead">It runs once, as a job of its own beside <strong>{{jobName}}</strong>, with everything else as that has it now, but for a limit of that job alone. The execution itself stays as it is: receivers tell repeats by its id, so it cannot come with something else.</p>
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
            name: "executions.mustache", contentType: "text/html; charset=utf-8", etag: "\"824d08b639b1f798\"",
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
{{^hasRows}}{{^fault}}<div class="empty card" id="none" data-live>{{#isFiltered}}{{#isSearching}}<p>None of the newest ones that were looked at, 10,000 at most, is like that.</p>{{/isSearching}}{{^isSearching}}<p>No execution is like that.</p>{{/isSearching}}<p><a class="button" href="/executions">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>Nothing has run yet. Executions appear when a <a href="/jobs">job</a> is due or triggered.</p>{{/isFiltered}}</div>{{/fault}}{{/hasRows}}
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">First page</a>{{/firstPath}}{{#nextPath}}{{#isSearching}}<span class="muted">The newest ones were looked at, 10,000 at most.</span>{{/isSearching}}<a class="button" href="{{nextPath}}" rel="next">{{#isSearching}}Search older ones{{/isSearching}}{{^isSearching}}Next page{{/isSearching}}</a>{{/nextPath}}</nav>

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
            name: "forms.js", contentType: "text/javascript; charset=utf-8", etag: "\"2810bfc08a2ab4eb\"",
            text: #"""
// Buttons that ask first, secrets that are copied, and pages that nobody is shown twice.
import { ask, paragraph } from "./dialog.js";

export function forms() {
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    if (!button?.dataset.ask) return;
    event.preventDefault();
    const answer = await ask(button.dataset.ask, [paragraph(button.dataset.askWords)], [
      { word: "Leave it", value: "" },
      { word: button.dataset.askButton, value: "yes", kind: "danger" },
    ]);
    if (answer !== "yes") return;
    for (const [name, value] of [[button.name, button.value], ["confirmed", "yes"]])
      if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.submit();
  });
  const once = document.querySelector("[data-once]");
  // A reload would send the form again, and make another one.
  if (once) history.replaceState(null, "", once.dataset.once);
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("[data-secret]").textContent);
      button.textContent = "Copied";
    });
  }
}

"""#),
        File(
            name: "frame.mustache", contentType: "text/html; charset=utf-8", etag: "\"0bd913b6702e1ccd\"",
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
<button type="button" class="opener" popovertarget="nav"><svg class="icon" aria-hidden="true"><use href="#i-menu"/></svg>Menu</button>
<nav aria-label="Main" id="nav" popover>
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
<summary><svg class="icon" aria-hidden="true"><use href="#i-display"/></svg>Display</summary>
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
            name: "grant-new.mustache", contentType: "text/html; charset=utf-8", etag: "\"59b5fd669cb68ac9\"",
            text: #"""
{{#mayGrant}}<details class="card"><summary><h2>Give a role</h2></summary>
<form method="post" action="/access/grants" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="key" value="{{formKey}}"><input type="hidden" name="return_to" value="{{here}}">
{{#grantSubject}}<input type="hidden" name="subject" value="{{grantSubject}}">{{/grantSubject}}
{{#asksWhom}}<p class="field"><label for="to">To</label><input id="to" name="to" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="to-hint"><span class="muted hint" id="to-hint">The name of a user or service account, or group:NAME of a provider.</span></p>{{/asksWhom}}
{{>role-fields}}
<p class="field"><label for="labels">Only jobs with the labels</label><textarea id="labels" name="labels" rows="1" placeholder="team=billing" spellcheck="false"></textarea></p>
<p class="field"><label for="days">Ends</label><select id="days" name="days"><option value="">never</option><option value="1">in a day</option><option value="7">in 7 days</option><option value="30">in 30 days</option><option value="90">in 90 days</option><option value="365">in a year</option></select></p>
<p class="field"><button name="action" value="give" class="primary">Give the role</button></p></form></details>{{/mayGrant}}

"""#),
        File(
            name: "grant-rows.mustache", contentType: "text/html; charset=utf-8", etag: "\"c85925bbd76e7315\"",
            text: #"""
<div class="scroll"><table class="cards jobs"><caption class="hidden">Roles</caption><thead><tr>{{#asksWhom}}<th scope="col">Who</th>{{/asksWhom}}<th scope="col">Role</th><th scope="col">For</th><th scope="col">Ends</th><th scope="col">Since</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#grants}}<tr id="grant-{{grantID}}">{{#asksWhom}}<th scope="row">{{#grantPath}}<a href="{{grantPath}}">{{grantName}}</a>{{/grantPath}}{{^grantPath}}{{grantName}}{{/grantPath}}</th>{{/asksWhom}}
<td data-label="Role">{{#mayTake}}<form method="post" action="/access/grants" class="row"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="id" value="{{grantID}}"><input type="hidden" name="return_to" value="{{here}}"><select name="role" aria-label="Role of {{grantName}} for {{grantService}}">{{#grantRoles}}<option{{#isRole}} selected{{/isRole}}>{{role}}</option>{{/grantRoles}}</select><button name="action" value="change">Change</button></form>{{/mayTake}}{{^mayTake}}{{grantRole}}{{/mayTake}}</td>
<td data-label="For"><span>{{grantService}}{{#grantLabels}} <span class="tag">{{grantLabel}}</span>{{/grantLabels}}</span></td><td data-label="Ends">{{#grantEnd}}{{>time}}{{/grantEnd}}{{^grantEnd}}<span class="muted">never</span>{{/grantEnd}}</td><td data-label="Since">{{#grantSince}}{{>time}}{{/grantSince}}</td>
<td class="num">{{#mayTake}}<form method="post" action="/access/grants"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="id" value="{{grantID}}"><input type="hidden" name="return_to" value="{{here}}"><button name="action" value="take" class="danger" aria-label="Take away {{grantWords}} of {{grantName}}"{{#grantAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/grantAsk}}>Take away</button></form>{{/mayTake}}</td></tr>
{{/grants}}</tbody></table></div>

"""#),
        File(
            name: "grants.mustache", contentType: "text/html; charset=utf-8", etag: "\"9b6a335d32c46903\"",
            text: #"""
<h1>Roles</h1>
{{>access-tabs}}
<p class="muted">A viewer reads, an operator also runs and pauses, an editor also changes jobs and secrets, an admin also decides who may what.</p>
{{#hasGrants}}
{{>grant-rows}}
{{/hasGrants}}
{{^hasGrants}}<div class="empty card"><p>Nobody has a role.</p></div>{{/hasGrants}}
{{>pages}}
{{>grant-new}}

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
            name: "icons.mustache", contentType: "text/html; charset=utf-8", etag: "\"936f47331fd7131e\"",
            text: #"""
<svg hidden aria-hidden="true" width="0" height="0">
<symbol id="i-logo" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 4.2V8l2.6 1.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="i-menu" viewBox="0 0 16 16"><path d="M2 4h12M2 8h12M2 12h12" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-overview" viewBox="0 0 16 16"><path d="M2 13h12M4 11V7m4 4V3m4 8V6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-jobs" viewBox="0 0 16 16"><path d="M5.5 4H14M5.5 8H14m-8.5 4H14M2 4h.5M2 8h.5M2 12h.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-executions" viewBox="0 0 16 16"><path d="M2 4h6M5 8h8M4 12h5" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></symbol>
<symbol id="i-dead-letters" viewBox="0 0 16 16"><path d="M2 4.500h12v8H2zm.3.300L8 9l5.700-4.200" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></symbol>
<symbol id="i-queues" viewBox="0 0 16 16"><path d="M2 4h12M2 8h8m-8 4h5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><path d="m11.500 10.500 2.500 1.900-2.500 1.900z" fill="currentColor"/></symbol>
<symbol id="i-calendar" viewBox="0 0 16 16"><rect x="2" y="3" width="12" height="11" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M2 6.800h12M5.500 1.500v3m5-3v3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></symbol>
<symbol id="i-docs" viewBox="0 0 16 16"><path d="M6 4 2 8l4 4m4-8 4 4-4 4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-settings" viewBox="0 0 16 16"><path d="M2 5h7m4 0h1M2 11h1m4 0h7" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><circle cx="11" cy="5" r="1.8" fill="none" stroke="currentColor" stroke-width="1.4"/><circle cx="5" cy="11" r="1.8" fill="none" stroke="currentColor" stroke-width="1.4"/></symbol>
<symbol id="i-display" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/></symbol>
<symbol id="i-audit" viewBox="0 0 16 16"><path d="M3.500 2h9v12h-9zM6 5.500h4M6 8h4m-4 2.500h2.500" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-access" viewBox="0 0 16 16"><circle cx="5" cy="11" r="2.800" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="m7 9 6-6m-2.500 2.500 2 2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></symbol>
<symbol id="i-notifications" viewBox="0 0 16 16"><path d="M4 11V7a4 4 0 0 1 8 0v4l1.200 1.500H2.800zM6.800 14.300h2.400" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></symbol>
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
            name: "jobs.mustache", contentType: "text/html; charset=utf-8", etag: "\"5a036ec9f7fe6a16\"",
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
{{^hasRows}}{{^fault}}<div class="empty card" id="none" data-live>{{#isFiltered}}<p>No job is like that.</p><p><a class="button" href="/jobs">Show all</a></p>{{/isFiltered}}{{^isFiltered}}<p>There are no jobs here yet.</p>{{#mayCreate}}<p><a class="button primary" href="/jobs/new">Make the first</a></p>{{/mayCreate}}{{/isFiltered}}</div>{{/fault}}{{/hasRows}}
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">First page</a>{{/firstPath}}{{#nextPath}}<a class="button" href="{{nextPath}}" rel="next">Next page</a>{{/nextPath}}</nav>

"""#),
        File(
            name: "key-new.mustache", contentType: "text/html; charset=utf-8", etag: "\"2bb533bc648d63f5\"",
            text: #"""
{{#mayMakeKeys}}<details class="card"><summary><h2>New key</h2></summary>
<form method="post" action="/access/keys" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="{{here}}">{{#keyOwner}}<input type="hidden" name="owner" value="{{keyOwner}}">{{/keyOwner}}
<p class="field"><label for="key-name">Name</label><input id="key-name" name="name" autocomplete="off" spellcheck="false" required maxlength="64"></p>
<p class="field"><label for="key-role">May do</label><select id="key-role" name="role"><option value="">all that its owner may</option>{{#roles}}<option value="{{role}}">only as {{role}}</option>{{/roles}}</select></p>
<p class="field"><label for="key-service">Of the service</label><input id="key-service" name="service" list="key-services" placeholder="all services" autocomplete="off" spellcheck="false" maxlength="64" aria-describedby="key-service-hint"><span class="muted hint" id="key-service-hint">Counts with a role.</span></p>
<datalist id="key-services">{{#services}}<option value="{{serviceName}}"></option>{{/services}}</datalist>
<p class="field"><label for="key-days">Ends</label><select id="key-days" name="days"><option value="30">in 30 days</option><option value="90" selected>in 90 days</option><option value="365">in a year</option><option value="">never</option></select></p>
<p class="field"><label for="key-addresses">Only from the addresses</label><input id="key-addresses" name="addresses" placeholder="10.0.0.0/8" autocomplete="off" spellcheck="false"></p>
<p class="field"><button name="action" value="create" class="primary">Make the key</button></p></form></details>{{/mayMakeKeys}}

"""#),
        File(
            name: "key-rows.mustache", contentType: "text/html; charset=utf-8", etag: "\"668b23350565f434\"",
            text: #"""
<div class="scroll"><table class="cards jobs"><caption class="hidden">Keys</caption><thead><tr><th scope="col">Key</th><th scope="col">Status</th><th scope="col">May do</th><th scope="col">Last used</th><th scope="col">Ends</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#keys}}<tr id="key-{{keyID}}"><th scope="row"><strong>{{keyName}}</strong>{{#keyOwnerName}}<span class="sub">{{#keyOwnerPath}}<a href="{{keyOwnerPath}}">{{keyOwnerName}}</a>{{/keyOwnerPath}}{{^keyOwnerPath}}{{keyOwnerName}}{{/keyOwnerPath}}</span>{{/keyOwnerName}}{{#keyAddresses}}<span class="sub">from {{keyAddresses}}</span>{{/keyAddresses}}</th>
<td data-label="Status"><span>{{#keyStatus}}{{>status}}{{/keyStatus}}{{#keyOverlap}}<span class="sub">rotated; the old one holds until {{>time}}</span>{{/keyOverlap}}{{#keyRevoked}}<span class="sub">{{>time}}</span>{{/keyRevoked}}</span></td>
<td data-label="May do"><span class="why">{{keyScopes}}</span></td><td data-label="Last used">{{#keyUsed}}{{>time}}{{/keyUsed}}{{^keyUsed}}<span class="muted">never</span>{{/keyUsed}}</td><td data-label="Ends">{{#keyEnd}}{{>time}}{{/keyEnd}}{{^keyEnd}}<span class="muted">never</span>{{/keyEnd}}</td>
<td class="num">{{#isKeyGood}}<form method="post" action="/access/keys" class="actions end"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="id" value="{{keyID}}"><input type="hidden" name="return_to" value="{{here}}"><select name="overlap" aria-label="How long the old key of {{keyName}} holds after rotation"><option value="0s">old one ends now</option><option value="1h">old one holds 1 hour</option><option value="24h" selected>old one holds 1 day</option><option value="7d">old one holds 7 days</option></select><button name="action" value="rotate" aria-label="Rotate {{keyName}}">Rotate</button><button name="action" value="revoke" class="danger" aria-label="Revoke {{keyName}}"{{#keyAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/keyAsk}}>Revoke</button></form>{{/isKeyGood}}</td></tr>
{{/keys}}</tbody></table></div>

"""#),
        File(
            name: "keys.js", contentType: "text/javascript; charset=utf-8", etag: "\"374fdf27ea1d101a\"",
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
  const fresh = document.querySelector("[data-key-new]");
  if (fresh) add("n", fresh.textContent.trim().toLowerCase());
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
            name: "keys.mustache", contentType: "text/html; charset=utf-8", etag: "\"4d97e026d5581b54\"",
            text: #"""
<h1>Keys</h1>
{{>access-tabs}}
{{#isAdministrator}}<p class="muted">Everybody’s keys. One for a program is made on the page of its <a href="/access/service-accounts">service account</a>.</p>{{/isAdministrator}}
{{#hasKeys}}
{{>key-rows}}
{{/hasKeys}}
{{^hasKeys}}<div class="empty card"><p>There are no keys here.</p></div>{{/hasKeys}}
{{>pages}}
{{>key-new}}

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
            name: "lines.js", contentType: "text/javascript; charset=utf-8", etag: "\"ae90c650e5581b8a\"",
            text: #"""
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

"""#),
        File(
            name: "live.js", contentType: "text/javascript; charset=utf-8", etag: "\"e310dcc266a499a2\"",
            text: #"""
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

"""#),
        File(
            name: "notification-form.mustache", contentType: "text/html; charset=utf-8", etag: "\"9d55c8e9b882e769\"",
            text: #"""
<p class="crumbs"><a href="{{backPath}}">{{#isNew}}Notifications{{/isNew}}{{^isNew}}Back to the notification{{/isNew}}</a></p>
<h1>{{title}}</h1>
{{#isFaulty}}<div class="flash bad" role="alert"><p>{{faultCount}} to mend; nothing was changed.</p><ul>{{#otherFaults}}<li>{{otherFault}}</li>{{/otherFaults}}</ul></div>{{/isFaulty}}
{{#hasHidden}}<p class="warn"><svg class="icon" aria-hidden="true"><use href="#i-missed"/></svg>What is secret in it is not shown. Write it once more, or put a reference to a secret in its place.</p>{{/hasHidden}}
<form method="post" action="{{formAction}}" class="below"><input type="hidden" name="csrf" value="{{csrf}}">
{{#isNew}}<section class="card"><h2>Notification</h2><p class="field"><label for="name">Name <span class="muted">required</span></label><input id="name" name="name" value="{{ruleName}}" class="short" autocomplete="off" spellcheck="false" required maxlength="64" pattern="[A-Za-z0-9._\-]+"></p></section>{{/isNew}}
<section class="card"><h2>Tell of</h2><div class="fields">{{#scopeFields}}{{>field}}{{/scopeFields}}</div>
<fieldset class="ticks"><legend>When</legend>{{#triggers}}<label><input type="checkbox" name="on" value="{{trigger}}"{{#isOn}} checked{{/isOn}}> {{triggerLabel}}</label>{{/triggers}}</fieldset></section>
<section class="card"><h2>To</h2><fieldset class="types"><legend class="hidden">Kind of channel</legend>{{#channels}}{{>types}}{{/channels}}</fieldset></section>
<section class="card"><h2>How often</h2><div class="fields">{{#paceFields}}{{>field}}{{/paceFields}}</div></section>
<p class="row"><button class="primary">{{saveWord}}</button><a class="button" href="{{backPath}}">Cancel</a></p>
</form>

"""#),
        File(
            name: "notification.mustache", contentType: "text/html; charset=utf-8", etag: "\"1066e609e07b493b\"",
            text: #"""
<p class="crumbs"><a href="/notifications">Notifications</a></p>
<div class="head"><h1 class="clip">{{ruleName}}</h1>{{#mayChange}}<form method="post" action="{{rulePath}}" class="actions"><input type="hidden" name="csrf" value="{{csrf}}"><button name="action" value="test">Send a test</button><a class="button" href="{{rulePath}}/edit">Edit</a><button name="action" value="delete" class="danger"{{#deleteAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/deleteAsk}}>Delete</button></form>{{/mayChange}}</div>
<section class="card" aria-labelledby="rule-head"><h2 id="rule-head">What is told to whom</h2><dl class="facts">{{#facts}}<div><dt>{{factName}}</dt><dd>{{fact}}</dd></div>{{/facts}}</dl></section>
<section class="card" aria-labelledby="notices-head"><h2 id="notices-head">What it has wanted told <span class="muted">the newest 50</span></h2><div id="notices" data-live>
{{#hasNotices}}<div class="scroll" tabindex="0" role="group" aria-label="What it has wanted told"><table class="cards"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Job</th><th scope="col">Became</th><th scope="col">Why</th></tr></thead><tbody>
{{#notices}}<tr><th scope="row">{{#noticeTime}}{{>time}}{{/noticeTime}}</th><td data-label="What">{{noticeKind}}</td><td data-label="Job"><span><a href="{{noticePath}}">{{noticeJob}}</a> <span class="muted">{{noticeService}}</span></span></td><td data-label="Became"><span>{{#noticeStatus}}{{>status}}{{/noticeStatus}}{{#noticeAttempts}}<span class="sub">{{noticeAttempts}}</span>{{/noticeAttempts}}</span></td><td data-label="Why"><span class="why">{{noticeText}}{{#noticeError}}<span class="sub bad">{{noticeError}}</span>{{/noticeError}}</span></td></tr>
{{/notices}}</tbody></table></div>{{/hasNotices}}
{{^hasNotices}}<p class="empty">Nothing yet. A notification tells of what happens after it was made.</p>{{/hasNotices}}
</div></section>

"""#),
        File(
            name: "notifications.mustache", contentType: "text/html; charset=utf-8", etag: "\"9a9c3ae10789ec46\"",
            text: #"""
<div class="head"><h1>Notifications</h1>{{#mayCreate}}<a class="button primary" href="/new-notification" data-key-new>New notification</a>{{/mayCreate}}</div>
{{#hasRules}}<div class="scroll"><table class="cards jobs"><caption class="hidden">Notifications</caption><thead><tr><th scope="col">Name</th><th scope="col">To</th><th scope="col">Tells of</th><th scope="col">When</th><th scope="col">Last</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#rules}}<tr id="rule-{{ruleName}}"><th scope="row"><a href="{{rulePath}}">{{ruleName}}</a></th><td data-label="To"><span class="why"><strong>{{ruleChannel}}</strong> {{ruleTo}}</span></td><td data-label="Tells of"><span class="why">{{ruleScope}}</span></td><td data-label="When"><span class="why">{{ruleOn}}</span></td>
<td data-label="Last"><span>{{#ruleLast}}{{>status}}{{/ruleLast}}{{^ruleLast}}<span class="muted">nothing to tell yet</span>{{/ruleLast}}{{#ruleLastTime}}<span class="sub">{{>time}}</span>{{/ruleLastTime}}{{#ruleLastError}}<span class="sub bad why">{{ruleLastError}}</span>{{/ruleLastError}}</span></td>
<td class="num">{{#mayTest}}<form method="post" action="{{rulePath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="/notifications"><button name="action" value="test" aria-label="Send a test of {{ruleName}}">Send a test</button></form>{{/mayTest}}</td></tr>
{{/rules}}</tbody></table></div>{{/hasRules}}
{{^hasRules}}<div class="empty card"><p>Nobody is told when jobs fail, recover, are late, skipped or missed.</p>{{#mayCreate}}<p><a class="button primary" href="/new-notification">Make the first notification</a></p>{{/mayCreate}}</div>{{/hasRules}}

"""#),
        File(
            name: "overview.mustache", contentType: "text/html; charset=utf-8", etag: "\"3c3a32e5d642f345\"",
            text: #"""
<div class="head"><h1>Overview</h1>{{#mayCreate}}<a class="button primary" href="/jobs/new" data-key-new>New job</a>{{/mayCreate}}</div>
<div id="partial" data-live>{{#isPartial}}<p class="warn" role="status">The store does not answer in time. What it alone can tell is missing here.</p>{{/isPartial}}</div>
<section class="strip" aria-label="Health" id="strip" data-live>
{{#health}}<div><span class="label">Health</span><span class="status {{healthClass}}"><svg class="icon" aria-hidden="true"><use href="{{healthIcon}}"/></svg>{{healthWord}}</span></div>{{/health}}
<div><span class="label">Lag</span><span class="value{{#isLate}} bad{{/isLate}}">{{lag}}</span><span class="muted">{{due}} due</span></div>
{{#hasNodes}}<div><span class="label">Nodes</span><span class="value">{{nodeCount}}</span><span class="muted">{{shardCount}}{{#orphans}}, <strong class="bad">{{orphans}} without a holder</strong>{{/orphans}}</span></div>{{/hasNodes}}
{{#parts}}<div><span class="label">{{partName}}</span>{{#partStatus}}{{>status}}{{/partStatus}}</div>{{/parts}}
{{#figures}}<div><span class="label">{{figureName}}</span><span class="value">{{#figurePath}}<a href="{{figurePath}}">{{figure}}</a>{{/figurePath}}{{^figurePath}}{{figure}}{{/figurePath}}</span></div>{{/figures}}
</section>
{{#hasCharts}}
<div class="two">
<section class="card" aria-labelledby="throughput-head"><h2 id="throughput-head">Throughput <span class="muted">last hour, all nodes</span></h2><div id="throughput" data-live>
{{#missing}}<p class="warn" role="status">{{missing}}</p>{{/missing}}
<p class="sum"><strong>{{endedCount}}</strong> ended · <strong>{{failedCount}}</strong> failed{{#successRatio}} · <strong>{{successRatio}}</strong> succeeded{{/successRatio}}</p>
{{#throughput}}{{>chart}}{{/throughput}}
<p class="legend"><span><span class="k b-good"></span>succeeded</span> <span><span class="k b-other"></span>skipped, missed, cancelled</span> <span><span class="k b-bad"></span>failed</span></p>
</div></section>
<section class="card" aria-labelledby="lateness-head"><h2 id="lateness-head">Lateness <span class="muted">last hour, all nodes: 95 % began within</span></h2><div id="lateness" data-live>
<p class="sum muted">From the due instant to the start of the first attempt</p>
{{#lateness}}{{>chart}}{{/lateness}}
<p class="legend"><span><span class="k b-good"></span>within a second</span> <span><span class="k b-bad"></span>later</span></p>
</div></section>
</div>
{{/hasCharts}}
<div class="two">
<section class="card" aria-labelledby="failing-head"><h2 id="failing-head">Failing now <span class="muted">last 24 hours</span></h2>
<div id="failing" data-live>
{{#hasFailing}}<ul class="list">
{{#failing}}<li><div class="line"><a href="{{failingPath}}"><strong>{{failingName}}</strong></a> <span class="muted">{{failingService}}</span>{{#isOften}} <span class="count">{{#isAtLeast}}at least {{/isAtLeast}}{{failingCount}} times</span>{{/isOften}}<a class="push" href="{{failingRun}}">{{#failingTime}}{{>time}}{{/failingTime}}</a></div>
<div class="error"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>{{#failingReason}}{{failingReason}} {{/failingReason}}<span class="muted">{{failingError}}</span></div></li>
{{/failing}}</ul><p><a href="/dead-letters">All dead letters</a></p>{{/hasFailing}}
{{^hasFailing}}<p class="empty">{{#isPartial}}Not known now.{{/isPartial}}{{^isPartial}}No job's newest run failed.{{/isPartial}}</p>{{/hasFailing}}
</div></section>
<section class="card" aria-labelledby="coming-head"><h2 id="coming-head">The next hour</h2>
<div id="coming" data-live>
{{#hasComing}}<ul class="list">
{{#coming}}<li><div class="line"><a href="{{comingPath}}">{{comingName}}</a> <span class="muted">{{comingService}}</span><span class="push">{{#comingTime}}{{>time}}{{/comingTime}}</span></div></li>
{{/coming}}</ul>{{#hasMoreComing}}<p><a href="/jobs?status=active&amp;sort=next_run_at">All that comes</a></p>{{/hasMoreComing}}{{/hasComing}}
{{^hasComing}}<p class="empty">{{#isPartial}}Not known now.{{/isPartial}}{{^isPartial}}Nothing is due in the next hour.{{/isPartial}}</p>{{/hasComing}}
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
            name: "pages.mustache", contentType: "text/html; charset=utf-8", etag: "\"358f10ea6858d53e\"",
            text: #"""
<nav class="pages" aria-label="Pages">{{#firstPath}}<a class="button" href="{{firstPath}}" rel="first">First page</a>{{/firstPath}}{{#nextPath}}<a class="button" href="{{nextPath}}" rel="next">Next page</a>{{/nextPath}}</nav>

"""#),
        File(
            name: "parts.js", contentType: "text/javascript; charset=utf-8", etag: "\"d02448b29178d47f\"",
            text: #"""
// Sends a form that means many things bit by bit, and shows how far it is; it can be stopped between two bits.

export async function inParts(form, data, total, count) {
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
            name: "people.mustache", contentType: "text/html; charset=utf-8", etag: "\"5e42e8c6d701d68d\"",
            text: #"""
<h1>{{title}}</h1>
{{>access-tabs}}
{{#isUsers}}<form method="get" action="{{peoplePath}}" role="search" class="search bar"><svg class="icon" aria-hidden="true"><use href="#i-search"/></svg><label class="hidden" for="q">Find a user by name</label><input id="q" type="search" name="name" value="{{findName}}" placeholder="Find by whole name" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="64" data-search><button class="hidden">Find</button></form>{{/isUsers}}
{{#hasPeople}}<div class="scroll"><table class="cards jobs"><caption class="hidden">{{title}}</caption><thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Roles</th>{{#isUsers}}<th scope="col">Second factor</th>{{/isUsers}}<th scope="col">Since</th></tr></thead><tbody>
{{#people}}<tr id="person-{{personID}}"><th scope="row"><a href="{{personPath}}">{{personName}}</a>{{#personNote}}<span class="sub">{{personNote}}</span>{{/personNote}}</th><td data-label="Status">{{#personStatus}}{{>status}}{{/personStatus}}</td><td data-label="Roles"><span>{{#personRoles}}<span class="tag">{{personRole}}</span> {{/personRoles}}{{#moreRoles}}<span class="muted">{{moreRoles}}</span>{{/moreRoles}}{{#hasNoRole}}<span class="muted">none</span>{{/hasNoRole}}</span></td>{{#isUsers}}<td data-label="Second factor">{{#personFactor}}yes{{/personFactor}}{{^personFactor}}<span class="muted">no</span>{{/personFactor}}</td>{{/isUsers}}<td data-label="Since">{{#personSince}}{{>time}}{{/personSince}}</td></tr>
{{/people}}</tbody></table></div>{{/hasPeople}}
{{^hasPeople}}<div class="empty card">{{#isFound}}<p>There is no {{peopleNoun}} of this name.</p><p><a class="button" href="{{peoplePath}}">Show all</a></p>{{/isFound}}{{^isFound}}<p>There is none yet.</p>{{/isFound}}</div>{{/hasPeople}}
{{>pages}}
{{#mayCreate}}<details class="card"{{#isFaulty}} open{{/isFaulty}}><summary><h2>New {{peopleNoun}}</h2></summary>
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
<form method="post" action="{{peoplePath}}" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="key" value="{{formKey}}">
<p class="field"><label for="new-name">Name</label><input id="new-name" name="name" value="{{typedName}}" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="64"></p>
{{#isUsers}}<p class="field"><label for="new-password">Password</label><input id="new-password" name="password" type="password" autocomplete="new-password" maxlength="256" aria-describedby="new-password-hint"><span class="muted hint" id="new-password-hint">Leave it empty, and one is made and shown to you once.</span></p>{{/isUsers}}
{{^isUsers}}<p class="field"><label for="new-description">What it is for</label><input id="new-description" name="description" value="{{typedDescription}}" autocomplete="off" maxlength="500"></p>{{/isUsers}}
{{#mayGrant}}{{>role-fields}}{{/mayGrant}}
<p class="field"><button class="primary">Make the {{peopleNoun}}</button></p></form></details>{{/mayCreate}}

"""#),
        File(
            name: "person.mustache", contentType: "text/html; charset=utf-8", etag: "\"e7798c616548e386\"",
            text: #"""
<p class="crumbs"><a href="/access">Access</a></p>
<div class="head"><h1 class="clip">{{personName}}</h1>{{#personStatus}}{{>status}}{{/personStatus}}
<form method="post" action="{{personPath}}" class="actions"><input type="hidden" name="csrf" value="{{csrf}}">{{#mayChange}}{{#isDisabled}}<button name="action" value="enable">Enable</button>{{/isDisabled}}{{^isDisabled}}<button name="action" value="disable"{{#disableAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/disableAsk}}>Disable</button>{{/isDisabled}}{{/mayChange}}{{#mayDelete}}<button name="action" value="delete" class="danger"{{#deleteAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/deleteAsk}}>Delete</button>{{/mayDelete}}</form></div>
{{>access-tabs}}
<section aria-labelledby="roles-head"><h2 id="roles-head">Roles</h2>
{{#hasGrants}}
{{>grant-rows}}
{{/hasGrants}}
{{^hasGrants}}<p class="empty">None: nothing may be done until a role is given.</p>{{/hasGrants}}
{{>grant-new}}
</section>
<section aria-labelledby="keys-head"><h2 id="keys-head">Keys</h2>
{{#hasKeys}}
{{>key-rows}}
{{/hasKeys}}
{{^hasKeys}}<p class="empty">None.</p>{{/hasKeys}}
{{>key-new}}
</section>
<div class="two">
<section class="card" aria-labelledby="facts-head"><h2 id="facts-head">About</h2><dl class="facts">{{#facts}}<div><dt>{{factName}}</dt><dd>{{fact}}</dd></div>{{/facts}}</dl></section>
{{#mayChange}}<section class="card" aria-labelledby="change-head"><h2 id="change-head">Change</h2>
<form method="post" action="{{personPath}}"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="version" value="{{personVersion}}">
{{#mayRename}}<p class="field"><label for="name">Name</label><input id="name" name="name" value="{{personName}}" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="64"></p>{{/mayRename}}
{{^isUser}}<p class="field"><label for="description">What it is for</label><input id="description" name="description" value="{{typedDescription}}" autocomplete="off" maxlength="500"></p>{{/isUser}}
<p class="field"><label for="tier">Requests an hour</label><select id="tier" name="tier"><option value="">as the installation says</option>{{#tiers}}<option{{#isTier}} selected{{/isTier}}>{{tier}}</option>{{/tiers}}</select></p>
<p><button name="action" value="save">Save</button></p></form>
{{#mayReset}}<form method="post" action="{{personPath}}" class="after"><input type="hidden" name="csrf" value="{{csrf}}"><input hidden name="username" value="{{personName}}" autocomplete="username"><p class="field"><label for="password">Another password</label><input id="password" name="password" type="password" autocomplete="new-password" maxlength="256" aria-describedby="password-hint"><span class="muted hint" id="password-hint">{{passwordHint}}</span></p><p><button name="action" value="password"{{#resetAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/resetAsk}}>Set the password</button></p></form>{{/mayReset}}
{{#mayRemoveFactor}}<form method="post" action="{{personPath}}" class="after"><input type="hidden" name="csrf" value="{{csrf}}"><p><button name="action" value="factor" class="danger"{{#factorAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/factorAsk}}>Remove the second factor</button></p></form>{{/mayRemoveFactor}}
{{#isOwn}}{{#isUser}}<p class="muted">Your own password and second factor are under <a href="/access">My account</a>.</p>{{/isUser}}{{/isOwn}}
</section>{{/mayChange}}
</div>

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
            name: "queues.mustache", contentType: "text/html; charset=utf-8", etag: "\"18806c05aee1668d\"",
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
<section class="queue-list" aria-labelledby="queues-head"><div class="bar"><h2 id="queues-head">Queues</h2>
<form method="get" action="/queues" role="search" class="search push"><svg class="icon" aria-hidden="true"><use href="#i-search"/></svg><label class="hidden" for="q">Search queues by name</label><input id="q" type="search" name="q" value="{{q}}" placeholder="Search by name" autocomplete="off" spellcheck="false" maxlength="64" data-search><button class="hidden">Search</button></form></div>
<div id="missing" data-live>{{#missing}}<p class="warn" role="status">{{missing}}</p>{{/missing}}</div>
{{#hasRows}}
<p class="new-rows"><button type="button" class="button" hidden data-new-rows></button></p>
<div class="scroll" tabindex="0" role="group" aria-label="Queues"><table class="cards jobs queues" data-rows>
<thead><tr><th scope="col">Queue</th><th scope="col">State</th><th scope="col" class="num">Waiting</th><th scope="col" class="num">Oldest</th><th scope="col">Running</th><th scope="col">Ended <span class="muted">last hour, all nodes</span></th><th scope="col">Limit</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
<tbody>
{{#rows}}<tr data-row="{{rowID}}"><th scope="row" data-cell><a href="{{rowJobsPath}}">{{rowName}}</a></th>
<td data-label="State" data-cell>{{#rowStatus}}{{>status}}{{/rowStatus}}{{#rowPaused}} <span class="sub since">since {{>time}}</span>{{/rowPaused}}</td>
<td data-label="Waiting" data-cell class="num">{{rowDepth}}</td>
<td data-label="Oldest" data-cell class="num">{{#rowAge}}<span class="{{#isRowOld}}bad{{/isRowOld}}">{{rowAge}}</span>{{/rowAge}}{{^rowAge}}<span class="muted">–</span>{{/rowAge}}</td>
<td data-label="Running" data-cell>{{#rowUse}}{{>use}}{{/rowUse}}{{^rowUse}}{{rowRunning}}{{/rowUse}} <span class="sub">{{rowWorkers}}</span></td>
<td data-label="Ended" data-cell>{{#rowLine}}<svg class="spark" viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M0 15.500h60"/><path d="{{rowLine}}"/></svg>{{/rowLine}} <span class="sub">{{#rowPace}}{{rowPace}}{{/rowPace}}{{^rowPace}}nothing yet{{/rowPace}}{{#rowFailed}}, <span class="bad">{{rowFailed}} failed</span>{{/rowFailed}}</span></td>
<td data-label="Limit" data-cell><span>{{#rowLimit}}{{rowLimit}}{{/rowLimit}}{{^rowLimit}}<span class="muted">none</span>{{/rowLimit}}{{#rowRate}} {{>use}}{{/rowRate}}</span></td>
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
{{#hasLimits}}<div class="scroll" tabindex="0" role="group" aria-label="Limits"><table class="cards"><thead><tr><th scope="col">Of</th><th scope="col">Limit</th><th scope="col">In use</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#limits}}<tr><th scope="row"><a href="{{limitPath}}">{{limitName}}</a> <span class="sub">{{limitKind}}{{#limitService}} of {{limitService}}{{/limitService}}</span></th><td data-label="Limit">{{limitText}}</td><td data-label="In use"><span class="uses">{{#limitUse}}{{>use}}{{/limitUse}}{{#limitRate}}{{>use}}{{/limitRate}}</span></td><td class="does">{{#mayLimit}}<a class="button" href="{{limitEdit}}" aria-label="Change the limit of {{limitName}}">Change</a>{{/mayLimit}}</td></tr>
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
            name: "rendered.mustache", contentType: "text/html; charset=utf-8", etag: "\"fb24daebad1fe084\"",
            text: #"""
{{{html}}}

"""#),
        File(
            name: "role-fields.mustache", contentType: "text/html; charset=utf-8", etag: "\"d4e0e9237474ddd6\"",
            text: #"""
<p class="field"><label for="role">Role</label><select id="role" name="role"{{#mustChoose}} required{{/mustChoose}}><option value="">{{#mustChoose}}choose one{{/mustChoose}}{{^mustChoose}}none yet{{/mustChoose}}</option>{{#roles}}<option{{#isRole}} selected{{/isRole}}>{{role}}</option>{{/roles}}</select></p>
<p class="field"><label for="service">For the service</label><input id="service" name="service" value="{{typedService}}" list="services" placeholder="all services" autocomplete="off" spellcheck="false" maxlength="64"></p>
<datalist id="services">{{#services}}<option value="{{serviceName}}"></option>{{/services}}</datalist>

"""#),
        File(
            name: "schedule.mustache", contentType: "text/html; charset=utf-8", etag: "\"f2d5b3fb44665741\"",
            text: #"""
{{#scheduleCode}}<code>{{scheduleCode}}</code>{{/scheduleCode}}{{scheduleText}}{{#scheduleNote}} <span class="muted">{{scheduleNote}}</span>{{/scheduleNote}}

"""#),
        File(
            name: "second-factor.mustache", contentType: "text/html; charset=utf-8", etag: "\"943e45397f3631d7\"",
            text: #"""
<p class="crumbs"><a href="/access">My account</a></p>
<h1>Second factor</h1>
<div class="card factor">
{{#factorURI}}<ol><li>Scan this with your authenticator app, or <a href="{{factorURI}}">open it on this device</a>.
{{#qrPath}}<svg class="qr" viewBox="0 0 {{qrSize}} {{qrSize}}" role="img" aria-label="QR code for the authenticator app" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{{qrSize}}v{{qrSize}}H0z"/><path fill="#000" d="{{qrPath}}"/></svg>{{/qrPath}}
<p>Or type the key by hand: <code data-secret>{{factorSecret}}</code></p></li>
<li>Enter the code that the app shows now.</li></ol>{{/factorURI}}
{{^factorURI}}<p>Enter the code that the app shows now. Without the app, <a href="/access">begin anew</a>.</p>{{/factorURI}}
<form method="post" action="/access/second-factor" class="inline"><input type="hidden" name="csrf" value="{{csrf}}">
<p class="field"><label for="code">Code</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="64" autofocus{{#codeFault}} aria-invalid="true" aria-describedby="code-fault"{{/codeFault}}></p>
<p class="field"><button name="action" value="confirm" class="primary">Confirm</button></p></form>
{{#codeFault}}<p class="fault" id="code-fault" role="alert">{{codeFault}}</p>{{/codeFault}}
<p class="muted">It counts once a code of it is confirmed; until then nothing has changed.</p>
</div>

"""#),
        File(
            name: "secrets.mustache", contentType: "text/html; charset=utf-8", etag: "\"66f6b192e049f757\"",
            text: #"""
<h1>Secrets</h1>
{{>access-tabs}}
<form method="get" action="/access/secrets" class="bar"><label for="of-service">Service</label><input id="of-service" class="short" name="service" value="{{secretService}}" list="services" autocomplete="off" spellcheck="false" maxlength="64" data-search><button>Show</button><datalist id="services">{{#services}}<option value="{{serviceName}}"></option>{{/services}}</datalist></form>
{{#fault}}<p class="flash bad" role="alert">{{fault}}</p>{{/fault}}
{{#isGood}}
{{#hasSecrets}}<div class="scroll"><table class="cards jobs"><caption class="hidden">Secrets of {{secretService}}</caption><thead><tr><th scope="col">Name</th><th scope="col">In targets</th><th scope="col" class="num">Version</th><th scope="col">Set</th><th scope="col">By</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>
{{#secrets}}<tr><th scope="row"><strong>{{secretName}}</strong></th><td data-label="In targets"><code>{{secretReference}}</code></td><td data-label="Version" class="num">{{secretVersion}}</td><td data-label="Set">{{#secretSince}}{{>time}}{{/secretSince}}</td><td data-label="By">{{secretBy}}</td><td class="num"><form method="post" action="/access/secrets"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="service" value="{{secretService}}"><input type="hidden" name="name" value="{{secretName}}"><input type="hidden" name="return_to" value="{{here}}"><button name="action" value="delete" class="danger" aria-label="Delete {{secretName}}"{{#secretAsk}} data-ask="{{askTitle}}" data-ask-words="{{askWords}}" data-ask-button="{{askButton}}"{{/secretAsk}}>Delete</button></form></td></tr>
{{/secrets}}</tbody></table></div>{{/hasSecrets}}
{{^hasSecrets}}<div class="empty card"><p>The service {{secretService}} has no secrets.</p></div>{{/hasSecrets}}
{{>pages}}
<details class="card"{{#isFaulty}} open{{/isFaulty}}><summary><h2>Set a secret of {{secretService}}</h2></summary>
<form method="post" action="/access/secrets" class="inline"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="service" value="{{secretService}}">
<p class="field"><label for="secret-name">Name</label><input id="secret-name" name="name" value="{{typedName}}" autocomplete="off" spellcheck="false" required maxlength="128"></p>
<p class="field"><label for="secret-value">Value</label><textarea id="secret-value" name="value" rows="1" autocomplete="off" spellcheck="false" required aria-describedby="secret-hint"></textarea><span class="muted hint" id="secret-hint">Nobody can read it back. A name that is there gets another version.</span></p>
<p class="field"><label for="secret-overlap">The value before holds</label><select id="secret-overlap" name="overlap"><option value="0s">no longer</option><option value="1h">1 hour more</option><option value="24h" selected>1 day more</option><option value="7d">7 days more</option></select></p>
<p class="field"><button name="action" value="set" class="primary">Set the secret</button></p></form></details>
{{/isGood}}

"""#),
        File(
            name: "settings.mustache", contentType: "text/html; charset=utf-8", etag: "\"d775b51b6e5fcdd9\"",
            text: #"""
<div class="head"><h1>Settings</h1></div>
<div class="two">
<section class="card" aria-labelledby="display-head"><h2 id="display-head">Display <span class="muted">kept in this browser</span></h2>
<form method="post" action="/preferences"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="/settings">
<fieldset class="themes"><legend>Theme</legend>
{{#themes}}<button name="theme" value="{{themeValue}}"{{#isTheme}} aria-pressed="true"{{/isTheme}}>{{themeName}}</button>{{/themes}}
</fieldset></form>
<form method="post" action="/preferences"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="return_to" value="/settings">
<div class="field"><label for="own-zone">Time zone</label><div class="row"><input id="own-zone" class="short" name="zone" value="{{zone}}" list="zones" autocomplete="off" spellcheck="false" maxlength="64"><button>Use</button></div><span class="muted hint">It is {{nowTime}} there, {{utcTime}} in UTC.</span></div>
<datalist id="zones">{{#zoneNames}}<option value="{{zoneName}}"></option>{{/zoneNames}}</datalist></form>
<h3>More</h3>
<ul class="list"><li><a href="/docs">The API</a> <span class="muted">for people, and as <a href="/openapi.json">OpenAPI</a></span></li>{{#mayMetrics}}<li><a href="/metrics">Metrics</a> <span class="muted">as Prometheus reads them</span></li>{{/mayMetrics}}<li><a href="/health">Health</a> <span class="muted">as load balancers read it</span></li></ul>
</section>
<section class="card" aria-labelledby="node-head"><h2 id="node-head">This node <span class="muted">the one that has answered</span></h2>
<dl class="facts">{{#facts}}<div><dt>{{factName}}</dt><dd>{{fact}}</dd></div>{{/facts}}</dl></section>
</div>
{{#hasParts}}<section class="card" aria-labelledby="parts-head"><h2 id="parts-head">What it runs with</h2>
<div class="scroll" tabindex="0" role="group" aria-label="What it runs with"><table class="cards"><thead><tr><th scope="col">Part</th><th scope="col">Status</th><th scope="col" class="num">Answers in</th><th scope="col">Detail</th><th scope="col">Last error</th></tr></thead><tbody>
{{#parts}}<tr><th scope="row"><strong>{{partName}}</strong></th><td data-label="Status">{{#partStatus}}{{>status}}{{/partStatus}}</td><td data-label="Answers in" class="num">{{#partLatency}}{{partLatency}}{{/partLatency}}{{^partLatency}}<span class="muted">–</span>{{/partLatency}}</td><td data-label="Detail"><span class="why">{{#partDetail}}{{partDetail}}{{/partDetail}}{{^partDetail}}<span class="muted">–</span>{{/partDetail}}</span></td><td data-label="Last error">{{#partError}}<span class="why">{{partError}} {{#partErrorTime}}<span class="sub">{{>time}}</span>{{/partErrorTime}}</span>{{/partError}}{{^partError}}<span class="muted">none</span>{{/partError}}</td></tr>
{{/parts}}</tbody></table></div></section>{{/hasParts}}
{{#hasNodes}}<section class="card" aria-labelledby="nodes-head"><h2 id="nodes-head">All nodes</h2>
<div class="scroll" tabindex="0" role="group" aria-label="All nodes"><table class="cards"><thead><tr><th scope="col">Node</th><th scope="col">Roles</th><th scope="col">Version</th><th scope="col">Address</th><th scope="col">Started</th><th scope="col">Seen</th></tr></thead><tbody>
{{#nodes}}<tr><th scope="row"><code>{{nodeName}}</code>{{#isThisNode}} <span class="muted">this one</span>{{/isThisNode}}</th><td data-label="Roles">{{nodeRoles}}</td><td data-label="Version">{{nodeVersion}}</td><td data-label="Address">{{nodeAddress}}</td><td data-label="Started">{{#nodeStarted}}{{>time}}{{/nodeStarted}}</td><td data-label="Seen">{{#nodeSeen}}{{>time}}{{/nodeSeen}}</td></tr>
{{/nodes}}</tbody></table></div></section>{{/hasNodes}}
{{#hasLoggers}}<section class="card" aria-labelledby="levels-head"><h2 id="levels-head">What it logs <span class="muted">{{loggerNode}} alone, until it ends</span></h2>
<div class="scroll" tabindex="0" role="group" aria-label="Levels of loggers"><table class="cards levels"><thead><tr><th scope="col">Logger</th><th scope="col">From this level on</th></tr></thead><tbody>
{{#loggers}}<tr><th scope="row"><code>{{loggerLabel}}</code>{{#isChanged}}<span class="sub warn">changed{{#loggerEnd}}, ends {{>time}}{{/loggerEnd}}</span>{{/isChanged}}</th><td><form method="post" action="/settings/log-levels" class="row"><input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="label" value="{{loggerLabel}}"><input type="hidden" name="node" value="{{loggerNode}}"><select name="level" aria-label="Level of {{loggerLabel}}">{{#loggerLevels}}<option{{#isLevel}} selected{{/isLevel}}>{{level}}</option>{{/loggerLevels}}</select>{{#mayLevel}}<select name="for" aria-label="For how long {{loggerLabel}} logs so"><option value="15m">for 15 minutes</option><option value="1h">for an hour</option><option value="24h">for a day</option><option value="">until it is taken back</option></select><button name="action" value="set" aria-label="Change the level of {{loggerLabel}}">Change</button>{{#isChanged}}<button name="action" value="reset" aria-label="Take back the change of {{loggerLabel}}">Take back</button>{{/isChanged}}{{/mayLevel}}</form></td></tr>
{{/loggers}}</tbody></table></div></section>{{/hasLoggers}}

"""#),
        File(
            name: "shown-once.mustache", contentType: "text/html; charset=utf-8", etag: "\"36c1cfe43d992278\"",
            text: #"""
<div class="card once" data-once="{{oncePath}}">
<h1>{{title}}</h1>
<p>{{onceWords}}</p>
<dl>{{#onceItems}}<div><dt>{{onceName}}</dt><dd><code data-secret>{{onceText}}</code> <button type="button" hidden data-copy aria-label="Copy {{onceName}}">Copy</button></dd></div>
{{/onceItems}}</dl>
<p class="warn"><svg class="icon" aria-hidden="true"><use href="#i-missed"/></svg>Nobody can show this again. Keep it before you go on.</p>
<p><a class="button primary" href="{{oncePath}}">I have kept it</a></p>
</div>

"""#),
        File(
            name: "sign-in.mustache", contentType: "text/html; charset=utf-8", etag: "\"ff809b041ea1c64a\"",
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
{{#isNew}}<p class="muted">A new installation? <a href="/setup">Make the first administrator.</a></p>{{/isNew}}
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
