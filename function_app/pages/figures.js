/** Formats of figures on the usage page: sizes, durations, shares and changes. */

import { LOCALE } from "./texts.js";

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
const rounded = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const change = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });

export function formatBytes(bytes) {
  const step = Math.min(BYTES.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const options = { style: "unit", unit: BYTES[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(LOCALE, options).format(bytes / 1000 ** step);
}

export const formatMilliseconds = (value) => `${rounded.format(value)} ms`;
export const formatShare = (part, whole) => (whole ? share.format(part / whole) : "—");
export const formatChange = (value, before) => (before ? change.format(value / before - 1) : "—");
