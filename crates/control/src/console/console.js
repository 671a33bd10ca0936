// The console: it asks the calls that every other program asks, and builds the page from what they
// answer with text nodes only, so that no title can ever be a script.
import { WORDS } from "/words.js";

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
let language = (localStorage.getItem("language") || navigator.language || "en").startsWith("zh")
  ? "zh" : "en";
let live = null;
let me = null;
let events = null;
let plan = null;
const traces = new Map();
const HISTORY = 120;
const word = (key) => WORDS[language][key] || key;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function drawing(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const title = (airing) => {
  if (!airing) return word("nothing");
  const both = language === "zh" ? [airing.title_zh, airing.title_en] : [airing.title_en, airing.title_zh];
  return both.find(Boolean) || (airing.kind === "programme" ? airing.asset : word(airing.kind));
};
// Instants are told in the zone of the timetable, which is how they are written.
const clock = (instant) => (instant || "").slice(11, 19);
const clockAndDay = (instant) => instant ? `${instant.slice(5, 10)} ${instant.slice(11, 16)}` : "";
const mega = (bps) => `${(bps / 1e6).toFixed(2)} Mbit/s`;
function length(ms) {
  const s = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

async function call(path, options) {
  const response = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options });
  if (response.status === 401) { shut(); throw new Error(word("wrongToken")); }
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok && !(answer && answer.outcome)) {
    throw new Error((answer && answer.detail) || word("failed"));
  }
  return answer;
}

function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const it of document.querySelectorAll("[data-word]")) it.textContent = word(it.dataset.word);
  $("language").textContent = language === "zh" ? "English" : "中文";
  $("language").lang = language === "zh" ? "en" : "zh";
  $("print").href = `/v1/week?lang=${language}`;
  draw();
  drawDay();
  if (me) find();
}

function shut() {
  me = null;
  if (events) events.close();
  events = null;
  $("rooms").hidden = true;
  $("leave").hidden = true;
  $("who").textContent = "";
  $("state").textContent = "";
  $("door").hidden = false;
  $("token").focus();
}

async function open() {
  me = await call("/v1/me");
  $("door").hidden = true;
  $("rooms").hidden = false;
  $("leave").hidden = false;
  $("who").textContent = `${me.name} · ${me.role}`;
  $("desk").hidden = me.role === "viewer";
  $("reload").hidden = !["operator", "administrator"].includes(me.role);
  events = new EventSource("/v1/events");
  events.addEventListener("live", (event) => { live = JSON.parse(event.data); remember(); draw(); });
  events.onerror = () => { $("state").textContent = word("lost"); $("state").className = "bad"; };
  await Promise.all([loadDay(), find()]);
}

function remember() {
  for (const multiplex of live.multiplexes) {
    const kept = traces.get(multiplex.name) || [];
    const newest = kept[kept.length - 1];
    if (multiplex.kinds.length && (!newest || newest.superframe !== multiplex.superframe)) {
      kept.push({ superframe: multiplex.superframe, kinds: multiplex.kinds });
      if (kept.length > HISTORY) kept.shift();
    }
    traces.set(multiplex.name, kept);
  }
}

function draw() {
  if (!live || !me) return;
  $("clock").textContent = `${live.at.slice(0, 10)} ${clock(live.at)}`;
  const beats = live.silence_ms < 1000;
  $("state").textContent = !beats ? word("silent") : live.unready.length ? word("alive") : word("ready");
  $("state").className = beats ? "" : "bad";
  $("unready").replaceChildren(...live.unready.map((fault) => element("li", {}, fault)));
  $("services").replaceChildren(...live.services.map(service));
  drawMultiplexes();
  $("bundle-list").replaceChildren(...live.bundles.map(bundle));
}

function service(it) {
  const card = element("article", { class: "card" },
    element("h3", {}, it.service, " ", element("span", { class: "faint" }, it.multiplex)),
    element("p", { class: "title" }, title(it.now)));
  if (it.now) {
    const all = Date.parse(it.now.end) - Date.parse(it.now.start);
    const over = Date.parse(live.at) - Date.parse(it.now.start);
    card.append(
      element("p", { class: "faint" }, `${word("until")} ${clock(it.now.end)} · ${it.now.asset}`),
      element("progress", { max: Math.max(all, 1), value: Math.min(Math.max(over, 0), all), "aria-label": `${it.service}: ${title(it.now)}` }));
  }
  const next = it.next ? `${clock(it.next.start)} ${title(it.next)}` : word("nothing");
  card.append(element("p", {}, `${word("next")}: ${next}`));
  return card;
}

const colour = (kind, number) =>
  kind.kind === "tables" ? "k-tables" : kind.kind === "null" ? "k-null" : `k${number % 6}`;
const nameOf = (kind) => kind.id || word(kind.kind);

function drawMultiplexes() {
  $("multiplexes").replaceChildren(...live.multiplexes.map((multiplex) => {
    const all = multiplex.kinds.reduce((sum, kind) => sum + kind.packets, 0) || 1;
    const numbered = multiplex.kinds.map((kind, i) => ({ kind, class: colour(kind, i) }));
    const told = numbered.map(({ kind }) => `${nameOf(kind)} ${mega(kind.rate_bps)}`).join(", ");
    const strip = drawing("svg", { class: "strip", viewBox: `0 0 ${all} 10`, preserveAspectRatio: "none", role: "img", "aria-label": told });
    let x = 0;
    for (const part of numbered) {
      strip.append(drawing("rect", { x, y: 0, width: part.kind.packets, height: 10, class: part.class }));
      x += part.kind.packets;
    }
    const legend = element("ul", { class: "legend" }, ...numbered.map((part) => {
      const mark = drawing("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
      mark.append(drawing("rect", { width: 10, height: 10, class: part.class }));
      return element("li", {}, mark, `${nameOf(part.kind)} ${mega(part.kind.rate_bps)}`);
    }));
    const late = multiplex.lateness.per_mille_999_below_us;
    const outputs = element("ul", {}, ...multiplex.outputs.map((output) => element("li", output.errors ? { class: "bad" } : {},
      `${output.name} → ${output.to}: ${output.sent}, ${output.errors} ${word("errors")}${output.last_error ? " · " + output.last_error : ""}`)));
    return element("article", { class: "card" },
      element("h3", {}, `${multiplex.name} · ${mega(multiplex.rate_bps)}`),
      strip, past(multiplex), legend,
      element("p", {}, `${word("late")} ${late} µs · ${word("skipped")} ${multiplex.skipped} · ${word("starved")} ${multiplex.starved}`),
      element("h4", {}, word("outputs")), outputs);
  }));
}

// The last superframes, one beside the other, each as high as the multiplex.
function past(multiplex) {
  const kept = traces.get(multiplex.name) || [];
  const picture = drawing("svg", { class: "history", viewBox: `0 0 ${HISTORY} 100`, preserveAspectRatio: "none", "aria-hidden": "true" });
  kept.forEach((one, i) => {
    const all = one.kinds.reduce((sum, kind) => sum + kind.packets, 0) || 1;
    let y = 100;
    one.kinds.forEach((kind, n) => {
      const height = kind.packets * 100 / all;
      y -= height;
      picture.append(drawing("rect", { x: HISTORY - kept.length + i, y, width: 1.02, height, class: colour(kind, n) }));
    });
  });
  return picture;
}

function bundle(it) {
  const card = element("article", { class: "card" },
    element("h3", {}, it.id, " ", element("span", { class: "faint" }, `${it.service} · ${it.multiplex}`)),
    element("p", {}, it.on_air ? word("onNow") : word("waiting"), ` · ${mega(it.rate_bps)} · ${word("pass")} ${it.cycle_s === null ? "?" : length(it.cycle_s * 1000)}`),
    element("p", {}, `${word("window")} ${clockAndDay(it.window_from) || "…"} – ${clockAndDay(it.window_until) || "…"}`));
  if (it.window_per_mille !== null) {
    card.append(element("progress", { max: 1000, value: it.window_per_mille, "aria-label": `${it.id}: ${word("window")}` }));
  }
  if (it.on_air) {
    card.append(element("p", {}, `${word("completeBy")} ${it.complete_by ? clockAndDay(it.complete_by) : word("never")}`));
  }
  card.append(element("p", {}, `${word("deadline")}: ${it.deadline ? clockAndDay(it.deadline) : word("none")}`));
  return card;
}

async function loadDay() {
  const day = $("date").value;
  try {
    plan = await call(day ? `/v1/plan?day=${encodeURIComponent(day)}` : "/v1/plan");
    if (!day) $("date").value = plan.from.slice(0, 10);
    drawDay();
  } catch (error) {
    $("timeline").replaceChildren(element("p", { class: "bad" }, error.message));
  }
}

function drawDay() {
  if (!plan || !me) return;
  const from = Date.parse(plan.from), until = Date.parse(plan.until);
  const left = 90, width = 1440, row = 34, top = 22;
  const at = (instant) => left + (Math.min(Math.max(instant, from), until) - from) * width / (until - from);
  const height = top + row * plan.services.length + 6;
  const picture = drawing("svg", { viewBox: `0 0 ${left + width + 10} ${height}`, role: "group", "aria-label": word("day") });
  for (let hour = 0; from + hour * 3600e3 <= until; hour += 1) {
    const x = at(from + hour * 3600e3);
    picture.append(drawing("line", { x1: x, x2: x, y1: top, y2: height, class: "hour" }));
    if (hour % 2 === 0) picture.append(drawing("text", { x, y: 14, "text-anchor": "middle" }, String(hour)));
  }
  plan.services.forEach((service, i) => {
    const y = top + i * row;
    picture.append(drawing("text", { x: 0, y: y + 21 }, service.service));
    for (const airing of service.airings) {
      const x = at(Date.parse(airing.start)), end = at(Date.parse(airing.end));
      const told = `${service.service} ${clock(airing.start)}–${clock(airing.end)} ${title(airing)}`;
      const group = drawing("g", { role: "img", "aria-label": told }, drawing("title", {}, told),
        drawing("rect", { x, y: y + 3, width: Math.max(end - x, 0.6), height: row - 6, class: airing.kind }));
      const room = Math.floor((end - x - 6) / 8);
      if (airing.kind === "programme" && room >= 4) {
        group.append(drawing("text", { x: x + 3, y: y + 21 }, title(airing).slice(0, room)));
      }
      picture.append(group);
    }
  });
  const now = live ? Date.parse(live.at) : Date.now();
  if (now > from && now < until) {
    picture.append(drawing("line", { x1: at(now), x2: at(now), y1: top, y2: height, class: "present" }));
  }
  $("timeline").replaceChildren(picture);
}

async function find() {
  try {
    const found = await call(`/v1/library?text=${encodeURIComponent($("text").value)}`);
    $("found").textContent = `${found.assets.length} ${word("found")}${found.more ? " · " + word("more") : ""}`;
    $("assets").tBodies[0].replaceChildren(...found.assets.map((asset) => {
      const open = element("button", { type: "button" }, asset.id);
      open.addEventListener("click", () => show(asset.id));
      const names = language === "zh" ? [asset.title_zh, asset.title_en] : [asset.title_en, asset.title_zh];
      return element("tr", {}, element("td", {}, open), element("td", {}, names.find(Boolean) || ""),
        element("td", {}, length(asset.duration_ms)),
        element("td", asset.fault ? { class: "bad" } : {}, asset.fault ? `${asset.state}: ${asset.fault}` : asset.state));
    }));
  } catch (error) {
    $("found").textContent = `${word("failedRoom")}: ${error.message}`;
  }
}

async function show(id) {
  try {
    const detail = await call(`/v1/asset?id=${encodeURIComponent(id)}`);
    $("asset").replaceChildren(element("h3", {}, id), element("pre", {}, JSON.stringify(detail, null, 2)));
  } catch (error) {
    $("asset").replaceChildren(element("p", { class: "bad" }, error.message));
  }
}

function findings(list) {
  return list.map((finding) => {
    const place = finding.labels.find((label) => label.primary) || finding.labels[0];
    const where = place ? `${place.file}:${place.line}:${place.column}: ` : "";
    return `${where}${finding.severity}[${finding.code}]: ${finding.message}${finding.help ? "\n    " + finding.help : ""}`;
  }).join("\n");
}
function changed(diff) {
  if (!diff) return "";
  const lines = [`${diff.airings} ${word("changes")}; ${diff.on_air_untouched ? word("untouched") : word("touched")}`];
  for (const service of diff.services) {
    for (const airing of service.airings) {
      const side = airing.new || airing.old;
      lines.push(`${{ added: "+", removed: "-" }[airing.change] || "~"} ${service.id} ${side.start} ${side.length} ${side.asset}`);
    }
  }
  return lines.join("\n");
}
function tell(...lines) {
  $("outcome").replaceChildren(element("pre", {}, lines.filter(Boolean).join("\n")));
}

async function check(event) {
  event.preventDefault();
  try {
    const report = await call("/v1/check", { method: "POST", headers: { "Content-Type": "application/toml" }, body: $("plan-text").value });
    const sum = report.sound ? word("sound") : `${report.errors} ${word("errorsFound")}`;
    tell(`${sum}, ${report.warnings} ${word("warningsFound")}`, findings(report.findings), changed(report.diff));
  } catch (error) { tell(error.message); }
}

// What would change is shown before it can be asked for.
async function reload(event) {
  event.preventDefault();
  const dry = !event.submitter || event.submitter.value === "1";
  const wanted = { reason: $("reason").value, dry_run: dry };
  if (!dry) wanted.expected_revision = Number($("reload-now").dataset.revision);
  $("reload-now").disabled = true;
  try {
    const done = await call("/v1/reload", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted) });
    const when = done.effective ? ` · ${word("from")} ${done.effective}` : "";
    tell(`${word(done.outcome)}${when}`, done.message, findings(done.findings), changed(done.diff));
    $("reload-now").disabled = done.outcome !== "acceptable";
    $("reload-now").dataset.revision = done.revision;
    if (done.outcome === "accepted") loadDay();
  } catch (error) { tell(error.message); }
}

async function enter(event) {
  event.preventDefault();
  $("door-fault").textContent = "";
  try {
    const token = $("token").value.trim();
    $("token").value = "";
    await call("/v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    await open();
  } catch (error) { $("door-fault").textContent = error.message; }
}

$("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  speak();
});
$("door-form").addEventListener("submit", enter);
$("leave").addEventListener("click", async () => {
  await call("/v1/session", { method: "DELETE" }).catch(() => {});
  shut();
});
$("date").addEventListener("change", loadDay);
$("search").addEventListener("submit", (event) => { event.preventDefault(); find(); });
$("check").addEventListener("submit", check);
$("reload").addEventListener("submit", reload);
speak();
open().catch(shut);
