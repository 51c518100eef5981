/** A customer's updates of the last day: value, who sent it, from when until when, and its state. */

import "./texts_edit.js";
import { make } from "./dom.js";
import { formatInstant, formatSender, formatValue } from "./formats.js";
import { read } from "./server.js";
import { tellAfter } from "./status.js";
import { loadStyles } from "./styles.js";
import { text } from "./texts.js";

await loadStyles("parts.css");

const STATES = { superseded: "stateSuperseded", contradicted: "stateContradicted" };

/** Read the updates at `path` and show them in `list`, newest first, or say why they can not be read. */
export function showChanges(list, path, entity) {
  list.tell ??= tellAfter(list);
  return list.tell(show(list, path, entity));
}

async function show(list, path, entity) {
  const { value: updates } = await read(path);
  const attributes = new Map(entity.attributes.map((attribute) => [attribute.name, attribute]));
  const rows = updates.flatMap((update) => update.attributes.map((one) => row(update, one, attributes.get(one.name))));
  list.replaceChildren(...(rows.length ? rows : [make("li", {}, text("noHistory"))]));
}

function row(update, one, attribute) {
  const written = one.value === null ? text("cleared") : formatValue(one.value, attribute?.dataType);
  const field = attribute?.friendlyName || one.name;
  const span = { from: formatInstant(update.occurredAt), until: formatInstant(update.validUntil) };
  const time = text(update.untilRefresh ? "changedToRefresh" : "changedFrom", span);
  const state = text(STATES[one.state] ?? one.state, { time: one.endedAt ? formatInstant(one.endedAt) : "" });
  return make(
    "li",
    { class: one.state },
    make("b", { dir: "auto" }, field),
    make("span", { class: "now", dir: "auto" }, written),
    make("span", {}, state),
    make("span", { class: "meta" }, time),
    make("span", { class: "meta", dir: "auto" }, formatSender(update)),
  );
}
