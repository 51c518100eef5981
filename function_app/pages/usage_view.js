/** What the usage page shows of an answer: tiles, charts, and tables that stay while their figures change. */

import { drawBars } from "./chart.js";
import { make, makeButton, say } from "./dom.js";
import { formatBytes, formatChange, formatMilliseconds, formatShare } from "./figures.js";
import { formatInstant, formatNumber } from "./formats.js";
import { marked, unmarked } from "./marked.js";
import { Lost, now } from "./server.js";
import { LONGEST_WAIT } from "./sign_in.js";
import { save, Table } from "./table.js";
import { LANGUAGE, LOCALE, text } from "./texts.js";
import { nameIn, onPath, startsOf, sums, totalOf } from "./usage_data.js";

const MAX_SERIES = 6; // the others are shown together
const hour = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const FIGURES = { calls: "count", failures: "failures", bytesIn: "bytesIn", bytesOut: "bytesOut" };
const FORMATS = { calls: formatNumber, failures: formatNumber, bytesIn: formatBytes, bytesOut: formatBytes };
const CURES = new URL("cures.json", import.meta.url);

export class UsageView {
  #parts;
  #follow;
  #groups = null;
  #times = null;
  #group = "";
  #names = "";
  #colours = new Map();
  #cures = null;

  constructor(content, follow) {
    const ids = ["totals", "calls", "data", "groups", "times", "groups-csv", "times-csv"];
    [this.#parts, this.#follow] = [Object.fromEntries(ids.map((id) => [id, content.querySelector(`#${id}`)])), follow];
    this.#parts["groups-csv"].append(makeButton("CSV", () => save("usage.csv", this.#groups.csv), { class: "tool" }));
    this.#parts["times-csv"].append(makeButton("CSV", () => save("usage-over-time.csv", this.#times.csv), { class: "tool" }));
  }

  /** Read the cures of error codes, once. */
  async prepare() {
    this.#cures ??= await readCures();
  }

  /** Show an answer of the chosen period, path and group, beside the one of the period before. */
  show({ answer, earlier, period, path, group }) {
    const groups = onPath(answer.groups, path, group);
    const rows = onPath(answer.rows, path, group);
    const isWhole = path.length === 0 && group !== "errorCode";
    this.#showTotals(groups, isWhole ? answer.total : null, earlier && onPath(earlier.rows, path, group));
    this.#showGroups(groups, group);
    const starts = startsOf(period, now());
    const write = (time) => (period.interval === "hour" ? hour : day).format(time);
    const end = starts.at(-1);
    const formatTime = (time) => (time === end && !period.end ? text("soFar", { time: write(time) }) : write(time));
    const series = this.#series(groups, rows, group, starts);
    const data = ["bytesIn", "bytesOut"].map((figure, index) => ({
      name: text(figure),
      colour: `s${index}`,
      values: sums(rows, starts, figure),
    }));
    drawBars(this.#parts.calls, { times: starts, formatTime, title: text("callsOverTime"), series, format: formatNumber });
    drawBars(this.#parts.data, { times: starts, formatTime, title: text("dataOverTime"), series: data, format: formatBytes });
    this.#showTimes(starts, formatTime, rows, series);
  }

  #showTotals(groups, whole, earlier) {
    const tile = (label, value, small) =>
      make("div", {}, make("dt", {}, label), make("dd", {}, value, ...(small ? [" ", make("small", {}, small)] : [])));
    const tiles = Object.entries(FIGURES).map(([key, figure]) => {
      const value = totalOf(groups, figure);
      const compared =
        earlier && totalOf(earlier, "count") ? text("against", { change: formatChange(value, totalOf(earlier, figure)) }) : "";
      const rate = key === "failures" ? `${formatShare(value, totalOf(groups, "count"))} ` : "";
      return tile(text(key), FORMATS[key](value), rate + compared);
    });
    if (whole) for (const key of ["p50", "p95"]) tiles.push(tile(text(key), formatMilliseconds(whole.latencyMs[key])));
    this.#parts.totals.replaceChildren(...tiles);
  }

  #showGroups(groups, group) {
    if (this.#group !== group) {
      this.#group = group;
      this.#groups = new Table(this.#parts.groups, this.#columns(group), { sorted: [1, true], empty: text("noCalls") });
    }
    this.#groups.show(groups, (row) => nameIn(row, group));
  }

  #columns(group) {
    const named = {
      label: text(group),
      isText: true,
      value: (row) => nameIn(row, group),
      show: (row) => nameIn(row, group) || text("none"),
    };
    const figures = figureColumns();
    const rate = {
      label: text("failureRate"),
      value: (row) => row.failures / row.count,
      show: (row) => formatShare(row.failures, row.count),
    };
    const latencies = ["p50", "p95"].map((key) => ({
      label: text(key),
      value: (row) => row.latencyMs[key],
      show: (row) => formatMilliseconds(row.latencyMs[key]),
    }));
    const cure = {
      label: text("cure"),
      isText: true,
      value: (row) => unmarked(this.#cures[row.errorCode] ?? ""),
      show: (row) => marked(this.#cures[row.errorCode] ?? ""),
    };
    const press = (row) => this.#follow(group, nameIn(row, group));
    return [{ ...named, press }, ...figures.slice(0, 2), rate, ...figures.slice(2), ...latencies, ...(group === "errorCode" ? [cure] : [])];
  }

  #series(groups, rows, group, starts) {
    const names = groups.toSorted((one, other) => other.count - one.count).map((row) => nameIn(row, group));
    const own = names.slice(0, names.length > MAX_SERIES + 1 ? MAX_SERIES : MAX_SERIES + 1).sort();
    const of = (name) => rows.filter((row) => nameIn(row, group) === name);
    const series = own.map((name) => ({
      name: name || text("none"),
      colour: this.#colour(group, name),
      values: sums(of(name), starts, "count"),
    }));
    const rest = rows.filter((row) => !own.includes(nameIn(row, group)));
    return rest.length ? [...series, { name: text("other"), colour: "s6", values: sums(rest, starts, "count") }] : series;
  }

  /** Return the colour of a name: the same as long as the page is open; server errors are always red. */
  #colour(group, name) {
    if (group === "result" && name >= "500") return "failed";
    const key = `${group} ${name}`;
    if (!this.#colours.has(key))
      this.#colours.set(key, `s${[...this.#colours.keys()].filter((each) => each.startsWith(`${group} `)).length % MAX_SERIES}`);
    return this.#colours.get(key);
  }

  #showTimes(starts, formatTime, rows, series) {
    const names = series.map(({ name }) => name).join("\n");
    if (this.#names !== names || !this.#times) {
      this.#names = names;
      const time = { label: text("time"), isText: true, value: (row) => formatInstant(row.start), show: (row) => row.time };
      const parts = series.map(({ name }, index) => ({
        label: name,
        value: (row) => row.parts[index],
        show: (row) => formatNumber(row.parts[index]),
      }));
      this.#times = new Table(this.#parts.times, [time, ...figureColumns(), ...parts], { empty: text("noCalls") });
    }
    const figures = Object.entries(FIGURES).map(([, figure]) => [figure, sums(rows, starts, figure)]);
    const lines = starts.map((start, index) => ({
      start,
      time: formatTime(start),
      parts: series.map(({ values }) => values[index]),
      ...Object.fromEntries(figures.map(([figure, values]) => [figure, values[index]])),
    }));
    this.#times.show(lines.filter((line) => line.count > 0).reverse(), (line) => line.start);
  }
}

const figureColumns = () =>
  Object.entries(FIGURES).map(([key, figure]) => ({
    label: text(key),
    value: (row) => row[figure],
    show: (row) => FORMATS[key](row[figure]),
  }));

/** Return what to do about each error code, in the language of the texts where it is known. */
async function readCures() {
  const translated = LANGUAGE === "en" ? {} : (await import(`./cures_${LANGUAGE}.js`)).CURES;
  try {
    const response = await fetch(CURES, { signal: AbortSignal.timeout(LONGEST_WAIT) });
    if (!response.ok) throw new Error(String(response.status));
    return { ...(await response.json()), ...translated };
  } catch (cause) {
    throw new Lost("lost", { cause });
  }
}
