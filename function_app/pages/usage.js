/** The usage page: calls and data over time in the chosen groups, as charts and as tables. */

import { drawBars } from "./chart.js";
import { at, make, offer, say } from "./dom.js";
import { formatBytes, formatMilliseconds, formatNumber } from "./formats.js";
import { keepReading } from "./polling.js";
import { showRefresh } from "./refresh.js";
import { now, read } from "./server.js";
import { LOCALE, text, translatePage } from "./texts.js";

const EVERY = 5_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PERIODS = {
  lastDay: { length: DAY, step: HOUR, interval: "hour" },
  lastWeek: { length: 7 * DAY, step: DAY, interval: "day" },
  lastMonth: { length: 30 * DAY - HOUR, step: DAY, interval: "day" },
};
const GROUPS = ["result", "operation", "entity", "caller", "principal", "errorCode"];
const MAX_SERIES = 6; // the others are shown together
const hour = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const dayOfUtc = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });
const FIGURES = {
  calls: (row) => formatNumber(row.count),
  failures: (row) => formatNumber(row.failures),
  bytesIn: (row) => formatBytes(row.bytesIn),
  bytesOut: (row) => formatBytes(row.bytesOut),
  p50: (row) => formatMilliseconds(row.latencyMs.p50),
  p95: (row) => formatMilliseconds(row.latencyMs.p95),
};

translatePage();
document.title = text("usage");
offer(at("period"), Object.keys(PERIODS).map((key) => [key, text(key)]));
offer(at("group"), GROUPS.map((key) => [key, text(key)]));
const [instanceId] = location.pathname.split("/").slice(-3).map(decodeURIComponent);
const instance = `instances/${encodeURIComponent(instanceId)}`;
const address = `${instance}/usage`;

const readNow = keepReading(async () => {
  const [period, group] = [PERIODS[at("period").value], at("group").value];
  const query = { from: new Date(now() - period.length).toISOString() };
  const [operations, groups, times, parts] = await Promise.all([
    read(address, query),
    read(address, { ...query, groupBy: group }),
    read(address, { ...query, groupBy: "result", interval: period.interval }),
    read(address, { ...query, groupBy: group, interval: period.interval }),
  ]);
  await showRefresh(instance);
  at("content").hidden = false;
  showTotals(operations.total);
  showTable("operations", text("operation"), operations.rows, (row) => row.operation);
  say(at("groups-title"), text("by", { group: text(group) }));
  showTable("groups", text(group), groups.rows, (row) => nameIn(row, group));
  showTimes(period, group, groups.rows, parts, times);
}, EVERY);

at("filters").addEventListener("change", readNow);
at("filters").addEventListener("submit", (event) => event.preventDefault());

const nameIn = (row, group) => String(row[group] ?? text("none"));

function showTotals(total) {
  const figures = Object.entries(FIGURES).map(([key, write]) =>
    make("div", {}, make("dt", {}, text(key)), make("dd", {}, write(total))),
  );
  at("totals").replaceChildren(...figures);
}

function showTable(id, title, rows, name, figures = FIGURES) {
  const head = [title, ...Object.keys(figures).map((key) => text(key))];
  const lines = rows.toSorted((one, other) => other.count - one.count).map((row) => line(name(row), row, figures));
  const empty = make("tr", {}, make("td", { colspan: head.length }, text("noCalls")));
  at(id).replaceChildren(
    make("thead", {}, make("tr", {}, ...head.map((label) => make("th", { scope: "col" }, label)))),
    make("tbody", {}, ...(lines.length ? lines : [empty])),
  );
}

function line(name, row, figures) {
  const cells = Object.values(figures).map((write) => make("td", {}, write(row)));
  return make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), ...cells);
}

function showTimes(period, group, groups, parts, times) {
  const starts = [];
  const first = Math.floor(Date.parse(parts.from) / period.step) * period.step;
  for (let time = first; time < Date.parse(parts.to); time += period.step) starts.push(time);
  const formatTime = (time) => (period.step === HOUR ? hour : dayOfUtc).format(time);
  const values = (rows, figure) => {
    const sums = new Map(starts.map((start) => [start, 0]));
    for (const row of rows) {
      const start = Math.floor(Date.parse(row.start) / period.step) * period.step;
      sums.set(start, sums.get(start) + row[figure]);
    }
    return [...sums.values()];
  };
  const names = groups.toSorted((one, other) => other.count - one.count).map((row) => nameIn(row, group));
  const own = names.slice(0, names.length > MAX_SERIES + 1 ? MAX_SERIES : MAX_SERIES + 1).sort(); // keeps the colours
  const rest = parts.rows.filter((row) => !own.includes(nameIn(row, group)));
  const series = own.map((name) => ({ name, values: values(parts.rows.filter((row) => nameIn(row, group) === name), "count") }));
  if (rest.length) series.push({ name: text("other"), values: values(rest, "count") });
  const chart = { times: starts, formatTime };
  drawBars(at("calls"), { ...chart, title: text("callsOverTime"), series, format: formatNumber });
  const data = ["bytesIn", "bytesOut"].map((figure) => ({ name: text(figure), values: values(times.rows, figure) }));
  drawBars(at("data"), { ...chart, title: text("dataOverTime"), series: data, format: formatBytes });
  showFigures(starts, formatTime, (figure) => values(times.rows, figure));
}

function showFigures(starts, formatTime, values) {
  const columns = ["count", "failures", "bytesIn", "bytesOut"].map((figure) => [figure, values(figure)]);
  const rows = starts.map((start, index) => ({
    start,
    ...Object.fromEntries(columns.map(([figure, found]) => [figure, found[index]])),
  }));
  const { p50, p95, ...figures } = FIGURES;
  const lines = rows.filter((row) => row.count > 0).reverse().map((row) => line(formatTime(row.start), row, figures));
  const head = [text("time"), ...Object.keys(figures).map((key) => text(key))];
  at("times").replaceChildren(
    make("thead", {}, make("tr", {}, ...head.map((label) => make("th", { scope: "col" }, label)))),
    make("tbody", {}, ...lines),
  );
}
