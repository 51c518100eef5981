/** The dialog that edits a field: by its type, its allowed values, and for how long. */

import { ask, lifetimeControl } from "./dialog.js";
import { labelled, make } from "./dom.js";
import { formatInstant, formatValue } from "./formats.js";
import { read, send } from "./server.js";
import { text } from "./texts.js";

const CALLER = "Customer card";

/** Ask for the new value of an attribute, and send it; return the receipt as a text, null if the user cancels. */
export async function edit({ instance, customer }, attribute, value) {
  const [{ schema }, { updates, defaults }] = await Promise.all([
    read(`${instance}/manage/entities/Customer/schema`, { use: "input" }),
    read(`${instance}/lifetimes`),
  ]);
  const kind = schema.properties[attribute.name];
  const repeatId = crypto.randomUUID(); // the same for each try, so that a change that was received is not made twice
  const field = attribute.friendlyName || attribute.name;
  const control = controlFor(kind, value);
  const empty = make("input", { type: "checkbox" });
  const lifetime = lifetimeControl(updates, defaults.update);
  empty.addEventListener("change", () => (control.disabled = empty.checked));
  const controls = [
    labelled(text("newValue"), control),
    make("label", {}, empty, " ", text("noValue")),
    labelled(text("validFor"), lifetime),
  ];
  return ask(text("editField", { field }), controls, async () => {
    const sent = empty.checked ? null : valueOf(control, kind);
    const { receipt } = await update(customer, attribute.name, sent, lifetime.value, repeatId);
    return receiptOf(receipt, attribute, sent);
  });
}

/** Let the source's value of an attribute show again; return the receipt as a text. */
export async function revert({ customer }, attribute) {
  await send("POST", `${customer}/revert`, { query: { attributes: attribute.name } });
  return text("reverted", { field: attribute.friendlyName || attribute.name });
}

function update(customer, name, value, validFor, repeatId) {
  return send("PATCH", customer, {
    query: { validFor, caller: CALLER },
    body: { [name]: value },
    headers: { Prefer: "return=representation", "Repeatability-Request-ID": repeatId },
  });
}

function receiptOf(receipt, attribute, value) {
  const time = formatInstant(receipt.validUntil);
  if (receipt.outcome === "superseded") return text("superseded", { time });
  const written = value === null ? text("cleared") : formatValue(value, attribute.dataType);
  return text(receipt.untilRefresh ? "appliedToRefresh" : "applied", { field: attribute.friendlyName || attribute.name, value: written, time });
}

function controlFor(kind, value) {
  const choices = kind.enum ?? (kind.type === "boolean" ? [true, false] : null);
  const given = value === null || value === undefined ? "" : String(value);
  if (choices) {
    const label = (each) => (typeof each === "boolean" ? text(each ? "yes" : "no") : String(each));
    const options = choices.map((each) => make("option", { value: String(each), selected: String(each) === given }, label(each)));
    return make("select", {}, ...options);
  }
  if (kind.format === "date") return make("input", { type: "date", value: given, required: true });
  if (kind.format === "date-time") return make("input", { type: "datetime-local", step: "1", value: given && localTime(given), required: true });
  if (kind.type !== "string") return make("input", { type: "number", step: kind.type === "integer" ? "1" : "any", value: given, required: true });
  return make("input", { type: "text", maxlength: kind.maxLength, value: given, dir: "auto" });
}

/** Return the value of a control in the type that the API takes. */
function valueOf(control, kind) {
  if (kind.enum) return kind.enum.find((each) => String(each) === control.value);
  if (kind.type === "boolean") return control.value === "true";
  if (kind.format === "date-time") return new Date(control.value).toISOString();
  return kind.type === "string" ? control.value : Number(control.value);
}

/** Return an instant as a control for dates and times has it: in local time without an offset. */
function localTime(instant) {
  const moment = new Date(instant);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
