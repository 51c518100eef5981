/** The dialog that posts a note: an activity in unified format on the customer's timeline. */

import { ask, lifetimeControl } from "./dialog.js";
import { labelled, make } from "./dom.js";
import { formatInstant } from "./formats.js";
import { now, read, send } from "./server.js";
import { text } from "./texts.js";

const CALLER = "Customer card";
const TYPE = "Note";

/** Ask for a note on the customer of a card, and post it; return the receipt as a text, null if the user cancels. */
export async function post({ instance, customerId }) {
  const { activities, defaults } = await read(`${instance}/lifetimes`);
  const title = make("input", { type: "text", required: true, maxlength: "200", dir: "auto" });
  const body = make("textarea", { rows: "4", maxlength: "2000", dir: "auto" });
  const lifetime = lifetimeControl(activities, defaults.activity);
  // The same for each try: the service derives the id from the content, so that a note is not posted twice.
  const head = { CustomerId: customerId, ActivityTime: new Date(now()).toISOString(), ActivityType: TYPE };
  const controls = [labelled(text("noteTitle"), title), labelled(text("noteText"), body), labelled(text("validFor"), lifetime)];
  return ask(text("postNote"), controls, async () => {
    const note = { ...head, Title: title.value, ...(body.value ? { Description: body.value } : {}) };
    const query = { caller: CALLER, validFor: lifetime.value };
    const { value } = await send("POST", `${instance}/data/UnifiedActivity`, { query, body: note });
    return text("posted", { title: title.value, time: formatInstant(value.validUntil) });
  });
}
