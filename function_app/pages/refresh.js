/** The newest refresh on the usage page: how it ended, its counts, its warnings, and the first rejected rows. */

import { at, make, say } from "./dom.js";
import { formatInstant, formatNumber } from "./formats.js";
import { read } from "./server.js";
import { text } from "./texts.js";

const COUNTS = ["rows", "written", "unchanged", "removed", "rejected", "waiting"];
const SHOWN = 20;
let shown = { jobId: null, count: 0, rows: [] };

/** Read the newest refresh of an instance and show it; without any, the section stays hidden. */
export async function showRefresh(instance) {
  const jobs = `${instance}/workflows/main/jobs`;
  const [job] = await read(jobs, { top: "1" });
  at("refresh").hidden = !job;
  if (!job) return;
  const ended = job.endTimestamp ? formatInstant(job.endTimestamp) : text("running");
  // The status is queued, running, successful, failed, aborted or skipped.
  say(at("refresh-status"), text("refreshStatus", { status: text(job.jobStatus), time: ended }));
  say(at("refresh-message"), job.message ?? "");
  at("refresh-counts").replaceChildren(
    ...COUNTS.map((name) =>
      make("div", {}, make("dt", {}, text(name)), make("dd", {}, formatNumber(job.progress[name]))),
    ),
  );
  at("refresh-warnings").replaceChildren(...job.warnings.map((warning) => make("li", {}, make("bdi", {}, warning))));
  showRejected(job.progress.rejected, await rejectedRows(jobs, job));
}

/** Return the first rejected rows; they are read again only when there are more. */
async function rejectedRows(jobs, { jobId, progress }) {
  if (shown.jobId !== jobId || shown.count !== progress.rejected) {
    const page = progress.rejected ? await read(`${jobs}/${jobId}/rejected`) : { value: [] };
    shown = { jobId, count: progress.rejected, rows: page.value.slice(0, SHOWN) };
  }
  return shown.rows;
}

function showRejected(count, rows) {
  at("rejected").hidden = rows.length === 0;
  say(at("rejected-title"), text("rejectedRows", { count: formatNumber(count), shown: formatNumber(rows.length) }));
  const head = ["file", "row", "column", "reason"].map((name) => make("th", { scope: "col" }, text(name)));
  const lines = rows.map((row) =>
    make("tr", {}, ...[row.file, row.row, row.column ?? "", row.reason].map((cell) => make("td", {}, make("bdi", {}, String(cell))))),
  );
  at("rejected-rows").replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines));
}
