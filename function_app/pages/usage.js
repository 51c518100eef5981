/** The usage page: one answer feeds tiles, charts and tables; a row leads to the next question. */

import "./texts_usage.js";
import { choices, choose, whenChosen } from "./address.js";
import { at, make, makeButton, offer, say } from "./dom.js";
import { formatZoned, ZONE } from "./formats.js";
import { Polling } from "./polling.js";
import { now, pathOf as pathOfInstance, read } from "./server.js";
import { InstanceState } from "./state.js";
import { Status } from "./status.js";
import { text, translatePage } from "./texts.js";
import { DIMENSIONS, nextOf, pathOf, periodBefore, periodOf, PERIODS } from "./usage_data.js";
import { UsageView } from "./usage_view.js";

const EVERY = 5_000;
const QUESTIONS = {
  whatFails: { failed: "true", group: "errorCode" },
  whoCalls: { failed: "", group: "caller" },
  whoIsThrottled: { failed: "true", errorCode: "TooManyRequests", group: "principal" },
  whatIsSlow: { failed: "", group: "operation" },
};
const [instanceId] = location.pathname.split("/").slice(-3).map(decodeURIComponent);
const instance = pathOfInstance(instanceId);

translatePage();
const status = new Status(at("status"), at("user"), ({ status: code }) => ({ 403: text("noAccess"), 404: text("noInstance") })[code] ?? null);
const view = new UsageView(at("content"), follow);
const state = new InstanceState(at("state"), instance);
const before = { key: "", answer: null };
let described = null; // the instance

offer(at("period"), [...Object.keys(PERIODS), "custom"].map((key) => [key, text(key)]));
offer(at("group"), DIMENSIONS.map((key) => [key, text(key)]));
at("questions").replaceChildren(...Object.keys(QUESTIONS).map((key) => makeButton(text(key), () => ask(QUESTIONS[key]), { class: "tool" })));
say(at("zone"), text("zone", { zone: ZONE }));
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("filters").addEventListener("change", () => {
  const { period, group, from, to, failed, pages } = at("filters").elements;
  const custom = period.value === "custom" ? { from: from.value, to: to.value } : { from: "", to: "" };
  choose({ period: period.value, group: group.value, failed: failed.checked ? "true" : "", pages: pages.checked ? "true" : "", ...custom });
  fill();
});
whenChosen(fill);

const polling = new Polling(readUsage, status, { quick: EVERY });
fill();

function fill() {
  const { period = "lastDay", group = "operation", from = "", to = "", failed, pages } = choices();
  Object.assign(at("period"), { value: period });
  Object.assign(at("group"), { value: group });
  Object.assign(at("from"), { value: from });
  Object.assign(at("to"), { value: to });
  Object.assign(at("failed"), { checked: Boolean(failed) });
  Object.assign(at("pages"), { checked: Boolean(pages) });
  for (const label of document.querySelectorAll(".custom")) label.hidden = period !== "custom";
  showPath(group);
  polling.now();
}

async function readUsage() {
  const chosen = { period: "lastDay", group: "operation", ...choices() };
  const path = pathOf(chosen);
  const period = periodOf(chosen.period, chosen, now());
  const query = {
    groupBy: [...path.map(([dimension]) => dimension), chosen.group].filter((each, place, all) => all.indexOf(each) === place).join(","),
    failedOnly: chosen.failed,
    includePages: chosen.pages,
  };
  const asked = { ...query, ...between(period), interval: period.interval, timeZone: ZONE };
  const [answer, earlier, { name }] = await Promise.all([
    read(`${instance}/usage`, asked),
    readBefore(period, query),
    described ?? read(instance),
    view.prepare(),
  ]);
  described = { name };
  say(at("instance"), name);
  document.title = `${text("usage")} – ${name}`;
  at("content").hidden = false;
  view.show({ answer, earlier, period, path, group: chosen.group });
  await state.show();
}

/** Return the usage of the period before; it is read once an hour, as it does not change. */
async function readBefore(period, query) {
  const earlier = periodBefore(period, now());
  if (!earlier) return null;
  const key = JSON.stringify([query, Math.floor(earlier.start / 3_600_000), Math.floor(earlier.end / 3_600_000)]);
  if (before.key !== key) Object.assign(before, { key, answer: await read(`${instance}/usage`, { ...query, ...between(earlier) }) });
  return before.answer;
}

function between({ start, end }) {
  return { from: new Date(start).toISOString(), to: end ? new Date(end).toISOString() : "" };
}

function ask(question) {
  choose({ ...Object.fromEntries(DIMENSIONS.map((each) => [each, ""])), ...question });
  fill();
}

/** Follow a row: restrict the calls to those that it counts, and group them by the next dimension. */
function follow(dimension, value) {
  const path = [...pathOf(choices()), [dimension, value]];
  choose({ [dimension]: value, group: nextOf(path, dimension) ?? dimension });
  fill();
}

function showPath(group) {
  const path = pathOf(choices());
  const back = ([dimension, value]) => makeButton(`${text(dimension)}: ${value}`, () => ask({ failed: choices().failed, group: dimension }), { class: "tool" });
  const all = makeButton(text("allCalls"), () => ask({ failed: "", group: "operation" }), { class: "tool" });
  at("path").replaceChildren(...(path.length ? [all, ...path.map(back)] : []));
  say(at("groups-title"), text("by", { group: text(group) }));
  at("zone").title = formatZoned(now());
  showAbout(choices().operation);
}

/** Say what the operation on the path is for. */
async function showAbout(operation) {
  say(at("about"), "");
  if (!operation) return;
  const { aboutOperation } = await import("./operation_about.js");
  const about = await aboutOperation(operation).catch(() => ""); // the figures are more important
  if (choices().operation === operation) say(at("about"), about);
}
