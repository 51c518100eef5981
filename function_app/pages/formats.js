/** Formats of values in the locale of the user. */

import { LOCALE, text } from "./texts.js";

const INTEGER = /^Edm\.(U?Int|Byte|SByte)/;
const FRACTION = /^Edm\.(Decimal|Double|Single)$/;
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 });
const rounded = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" });
const instant = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const second = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" });
const days = new Intl.NumberFormat(LOCALE, { style: "unit", unit: "day", unitDisplay: "long" });
const two = new Intl.NumberFormat(LOCALE, { minimumIntegerDigits: 2 });

export const formatNumber = (value) => number.format(value);
export const formatInstant = (value) => tried(instant, value);
export const formatSecond = (value) => tried(second, value);

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

/** Format a remaining time: in days from two days on, otherwise in hours, minutes and seconds. */
export function formatLeft(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 2 * 86_400) return days.format(Math.floor(seconds / 86_400));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return [formatNumber(parts[0]), ...parts.slice(1).map((part) => two.format(part))].join(":");
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export function formatBytes(bytes) {
  const step = Math.min(BYTES.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const options = { style: "unit", unit: BYTES[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(LOCALE, options).format(bytes / 1000 ** step);
}

export const formatMilliseconds = (value) => `${rounded.format(value)} ms`;
