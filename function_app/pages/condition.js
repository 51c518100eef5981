/** The condition of a filter: what someone types, in the form that the type of the field expects. */

import { quoted, Refused } from "./server.js";
import { text } from "./texts.js";

const NUMBER = /^-?\d+(\.\d+)?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
const CLOCK = /^\d\d:\d\d(:\d\d)?$/;
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Of each type the text that says what it expects, and a function that returns a value as OData writes it, if it is one. */
const FORMS = {
  "Edm.Boolean": ["yesNoExpected", (value) => ({ [lower(text("yes"))]: "true", [lower(text("no"))]: "false" })[lower(value)]],
  "Edm.Date": ["dayExpected", (value) => DAY.test(value) && instantOf(value)?.startsWith(value) && value],
  "Edm.DateTimeOffset": ["timeExpected", (value) => TIME.test(value) && instantOf(value)],
  "Edm.TimeOfDay": ["clockExpected", (value) => CLOCK.test(value) && (value.length === 5 ? `${value}:00` : value)],
  "Edm.Guid": ["guidExpected", (value) => GUID.test(value) && value],
};
const NUMBERS = ["numberExpected", (value) => NUMBER.test(value) && value];

/** Return the condition that a field has a value: for texts that it contains it. Throws Refused if it can not be one. */
export function conditionOf({ name, friendlyName, dataType }, typed) {
  if (dataType === "Edm.String") return `contains(${name},${quoted(typed)})`;
  const [expected, write] = FORMS[dataType] ?? NUMBERS;
  const value = write(typed.trim());
  if (!value) throw new Refused(0, { message: text(expected, { field: friendlyName || name }) }); // what the server would refuse
  return `${name} eq ${value}`;
}

const lower = (value) => value.toLowerCase();

/** Return a day or a local time as an instant in UTC, null if it does not exist. */
function instantOf(value) {
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
