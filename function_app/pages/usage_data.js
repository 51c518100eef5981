/** Periods of usage and their intervals in local time, and the rows of an answer by what is chosen. */

export const DIMENSIONS = ["operation", "errorCode", "caller", "principal", "entity", "result"];
const NEXT = ["caller", "operation", "entity", "principal", "errorCode", "result"];
const [HOUR, DAY] = [3_600_000, 86_400_000];
const KEPT_DAYS = 30;

const midnight = (time, days = 0) => {
  const day = new Date(time);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).getTime();
};

/** The start of each period, and its interval; a period ends with the current hour or day. */
export const PERIODS = {
  today: (now) => ({ start: midnight(now), interval: "hour" }),
  lastDay: (now) => ({ start: Math.floor(now / HOUR) * HOUR - 23 * HOUR, interval: "hour" }),
  lastWeek: (now) => ({ start: midnight(now, -6), interval: "day" }),
  lastMonth: (now) => ({ start: midnight(now, 1 - KEPT_DAYS), interval: "day" }),
};

/** Return the chosen period: {start, end, interval}; `days` are the first and the last day of a custom one. */
export function periodOf(name, days, now) {
  if (name !== "custom") return { ...PERIODS[name](now), end: null };
  const [from, to] = [days.from, days.to].map((day) => (day ? new Date(`${day}T00:00`).getTime() : midnight(now)));
  const start = Math.max(Math.min(from, to), now - KEPT_DAYS * DAY + HOUR);
  const end = Math.min(midnight(Math.max(from, to), 1), now + HOUR);
  return { start, end, interval: end - start <= 2 * DAY ? "hour" : "day" };
}

/** Return the period of the same length before, null if its calls are not kept any more. */
export function periodBefore({ start, end }, now) {
  const length = (end ?? now) - start;
  return start - length > now - KEPT_DAYS * DAY ? { start: start - length, end: start } : null;
}

/** Return the start of each interval of a period. */
export function startsOf({ start, end, interval }, now) {
  const starts = [];
  for (let time = start; time < (end ?? now); time = interval === "hour" ? time + HOUR : midnight(time, 1)) starts.push(time);
  return starts;
}

/** The dimensions of a path that a viewer has followed: [[dimension, value]], in their order. */
export const pathOf = (chosen) => DIMENSIONS.filter((name) => name in chosen).map((name) => [name, chosen[name]]);

/** The next dimension that a path has not used; null if there is none. */
export const nextOf = (path, group) => NEXT.find((name) => name !== group && !path.some(([used]) => used === name)) ?? null;

/** The name of a row in a dimension. */
export const nameIn = (row, dimension) => String(row[dimension] ?? "");

/** Return the rows that lie on a path; rows without an error have no error code to show. */
export function onPath(rows, path, group) {
  const fits = (row) => path.every(([dimension, value]) => nameIn(row, dimension) === value);
  return rows.filter((row) => fits(row) && (group !== "errorCode" || row.errorCode !== null));
}

/** Return the sums of rows by interval: a value for each start. */
export function sums(rows, starts, figure) {
  const found = new Array(starts.length).fill(0);
  for (const row of rows) {
    const place = starts.findLastIndex((start) => start <= Date.parse(row.start));
    found[Math.max(0, place)] += row[figure];
  }
  return found;
}

export const totalOf = (rows, figure) => rows.reduce((sum, row) => sum + row[figure], 0);
