/** Formats of values in the browser's own locale and time zone. */

import { LOCALE, text } from "./texts.js";

const INTEGER = /^Edm\.(U?Int|Byte|SByte)/;
const FRACTION = /^Edm\.(Decimal|Double|Single)$/;
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const dates = (options) => new Intl.DateTimeFormat(LOCALE, options);
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 });
const date = dates({ dateStyle: "medium", timeZone: "UTC" });
const instant = dates({ dateStyle: "medium", timeStyle: "short" });
const second = dates({ dateStyle: "medium", timeStyle: "medium" });
const clock = dates({ timeStyle: "short" });
const day = dates({ dateStyle: "full" });
const zoned = dates({ dateStyle: "full", timeStyle: "long" });
const units = (unit) => new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" });
const [days, hours, minutes, seconds] = ["day", "hour", "minute", "second"].map(units);
const ago = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

export const ZONE = dates().resolvedOptions().timeZone;
export const formatNumber = (value) => number.format(value);
export const formatInstant = (value) => tried(instant, value);
export const formatSecond = (value) => tried(second, value);
export const formatClock = (value) => tried(clock, value);
export const formatDay = (value) => tried(day, value);

/** Format an instant with its day, its time zone, and the same in UTC: what a pointer over a time shows. */
export const formatZoned = (value) => `${tried(zoned, value)} (${new Date(value).toISOString()})`;

/** Format the value of an attribute by its data type; a value of another type is unchanged. */
export function formatValue(value, dataType) {
  if (value === null || value === undefined) return "—";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return text(value ? "yes" : "no");
  if (INTEGER.test(dataType) || FRACTION.test(dataType)) {
    return Number.isFinite(Number(value)) ? number.format(value) : String(value);
  }
  if (dataType === "Edm.Date") return tried(date, value);
  if (dataType === "Edm.DateTimeOffset") return tried(instant, value);
  return String(value);
}

function tried(format, value) {
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? String(value) : format.format(moment);
}

/** Format a remaining time in one unit, seconds only in the last minute. */
function formatLeft(milliseconds) {
  const left = Math.max(0, milliseconds);
  if (left >= 2 * DAY) return days.format(Math.floor(left / DAY));
  if (left >= 2 * HOUR) return hours.format(Math.floor(left / HOUR));
  if (left >= MINUTE) return minutes.format(Math.floor(left / MINUTE));
  return seconds.format(Math.ceil(left / 1000));
}

/** Format how long ago something was: in minutes, after two hours in hours. */
export function formatAgo(milliseconds) {
  const isLong = milliseconds >= 2 * HOUR;
  return ago.format(-Math.floor(milliseconds / (isLong ? HOUR : MINUTE)), isLong ? "hour" : "minute");
}

/** Format who sent a write, and by which program. */
export function formatSender({ principal, caller }) {
  const who = text("setBy", { name: principal ? principal.name || principal.id : text("unknownPrincipal") });
  return caller ? `${who}, ${text("via", { caller })}` : who;
}

/** Format when something ends, with the time left: only the time of day if that is within a day. */
export function formatUntil(value, now) {
  const left = Date.parse(value) - now;
  return text("until", { time: left < DAY ? formatClock(value) : formatInstant(value), left: formatLeft(left) });
}
