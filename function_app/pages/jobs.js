/** The refreshes of an instance as a table; one that is opened shows its warnings and its rejected rows. */

import { make, makeButton, say } from "./dom.js";
import { formatInstant, formatNumber } from "./formats.js";
import { API, read } from "./server.js";
import { plain, scrolling, Table } from "./table.js";
import { text } from "./texts.js";

const COUNTS = {
  ...Object.fromEntries(["rows", "written", "unchanged", "removed", "rejected", "waiting", "joined"].map((name) => [name, name])),
  landed: "landedValues",
  contradicted: "contradictedValues",
};
const EMPTY = { value: [], "@odata.nextLink": null };

export class Jobs {
  #path;
  #tell;
  #table;
  #opened = make("div", { role: "status" });
  newest = null;

  /** Show the refreshes at `path` in `box`; `tell` says why one could not be opened. */
  constructor(box, path, tell) {
    [this.#path, this.#tell] = [path, tell];
    const table = make("table");
    const columns = [
      {
        label: text("submitted"),
        isText: true,
        value: (job) => job.submittedTimestamp,
        show: (job) => formatInstant(job.submittedTimestamp),
        press: (job) => tell(this.#open(job)),
      },
      plain("jobStatus", (job) => text(job.jobStatus)),
      { label: text("warnings"), value: (job) => job.warnings.length, show: (job) => formatNumber(job.warnings.length) },
      ...Object.entries(COUNTS).map(([name, label]) => ({
        label: text(label),
        value: (job) => job.progress[name],
        show: (job) => formatNumber(job.progress[name]),
      })),
    ];
    this.#table = new Table(table, columns, { empty: text("noRefreshes") });
    box.append(scrolling(table, { "aria-label": text("refreshes") }), this.#opened);
  }

  /** Read the newest refreshes, and show them. */
  async show() {
    const jobs = await read(this.#path, { top: "10" });
    this.newest = jobs[0] ?? null;
    this.#table.show(jobs, (job) => job.jobId);
  }

  async #open(job) {
    const page = job.progress.rejected ? await read(`${this.#path}/${job.jobId}/rejected`) : EMPTY;
    this.#opened.replaceChildren(
      make("h3", {}, `${formatInstant(job.submittedTimestamp)} · ${text(job.jobStatus)}`),
      ...(job.message ? [make("p", { dir: "auto" }, job.message)] : []),
      make("p", {}, text("warningCount", { count: formatNumber(job.warnings.length) })),
      make("ul", {}, ...job.warnings.map((warning) => make("li", { dir: "auto" }, warning))),
      ...(page.value.length ? [rejectedRows(page, job.progress.rejected, this.#tell)] : []),
    );
  }
}

function rejectedRows(first, count, tell) {
  const [table, title, box] = [make("table"), make("h3"), make("div")];
  const columns = ["file", "row", "column", "reason"].map((name) => plain(name, (row) => row[name] ?? ""));
  columns[1].show = placeOf;
  const shown = new Table(table, columns);
  const rows = [];
  let next = null;
  const more = makeButton(text("moreRows"), () => tell(read(new URL(next).pathname.replace(API.pathname, "") + new URL(next).search).then(add)));
  function add(page) {
    rows.push(...page.value);
    next = page["@odata.nextLink"] ?? null;
    more.hidden = next === null;
    shown.show(rows, (row) => `${row.file} ${row.row}`);
    const shownRows = rows.reduce((sum, row) => sum + row.rows, 0);
    say(title, text("rejectedRows", { count: formatNumber(count), shown: formatNumber(shownRows) }));
  }
  add(first);
  box.append(title, scrolling(table, { "aria-label": text("rejected") }), more);
  return box;
}

/** Return the number of a row; of rows that can not be separated, those of the first and the last. */
const placeOf = ({ row, rows }) => (rows > 1 ? `${row}–${row + rows - 1}` : String(row));
