/** How many of the chosen activities there are over time, in a chart by day, month or year. */

import "./texts_edit.js";
import { drawBars } from "./chart.js";
import { make, say } from "./dom.js";
import { formatNumber } from "./formats.js";
import { quoted, read } from "./server.js";
import { tellAfter } from "./status.js";
import { loadStyles } from "./styles.js";
import { LOCALE, text } from "./texts.js";

await loadStyles("chart.css");

const MOST = 1_000; // activities: the largest page
const PAGE = { Prefer: `odata.maxpagesize=${MOST}` };
const DAY = 86_400_000;
const STEPS = {
  day: { most: 45 * DAY, shown: { day: "numeric", month: "short" }, add: (day, count) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + count) },
  month: { most: 1_100 * DAY, shown: { month: "short", year: "numeric" }, add: (day, count) => new Date(day.getFullYear(), day.getMonth() + count) },
  year: { most: Infinity, shown: { year: "numeric" }, add: (day, count) => new Date(day.getFullYear() + count, 0) },
};

/** Draw into a `details` the activities of a customer that fit a query of the timeline, or say why they can not be read. */
export function drawActivities(box, card, query) {
  box.tell ??= tellAfter(box.querySelector("summary"));
  return box.tell(draw(box, card, query));
}

/** Draw the newest 1,000. */
async function draw(box, { instance, customerId }, { $search, activityType, from, to }) {
  const conditions = [
    `CustomerId eq ${quoted(customerId)}`,
    ...(activityType ? [`ActivityType eq ${quoted(activityType)}`] : []),
    ...(from ? [`ActivityTime ge ${from}`] : []),
    ...(to ? [`ActivityTime lt ${to}`] : []),
  ];
  const query = { $search, $filter: conditions.join(" and "), $select: "ActivityTime" };
  const page = await read(`${instance}/data/UnifiedActivity`, query, { headers: PAGE });
  const times = page.value.map(({ ActivityTime }) => Date.parse(ActivityTime));
  box.picture ??= { chart: make("div", { class: "chart" }), remark: make("p", { class: "meta" }) };
  if (!box.picture.chart.isConnected) box.append(box.picture.chart, box.picture.remark);
  say(box.picture.remark, "@odata.nextLink" in page ? text("ofNewest", { count: formatNumber(times.length) }) : "");
  box.picture.chart.hidden = times.length === 0;
  drawBars(box.picture.chart, chartOf(times));
}

function chartOf(times) {
  const [first, last] = [new Date(Math.min(...times)), new Date(Math.max(...times))];
  const { add, shown } = Object.values(STEPS).find(({ most }) => !(last - first > most));
  const starts = [];
  if (times.length) for (let start = add(first, 0); start <= last; start = add(start, 1)) starts.push(start.getTime());
  const values = new Array(starts.length).fill(0);
  for (const time of times) values[starts.findLastIndex((start) => start <= time)] += 1;
  const format = new Intl.DateTimeFormat(LOCALE, shown);
  const series = [{ name: text("timeline"), colour: "s0", values }];
  return { times: starts, series, title: text("overTime"), format: formatNumber, formatTime: (time) => format.format(time) };
}
