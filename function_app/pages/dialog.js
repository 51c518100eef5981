/** A dialog with a form: it stays open with the reason while the server refuses what is sent. */

import "./texts_edit.js";
import { make, makeButton, oneAtATime } from "./dom.js";
import { tellAfter } from "./status.js";
import { loadStyles } from "./styles.js";
import { LANGUAGE, text } from "./texts.js";

await loadStyles("parts.css");

const AMOUNT = /^(\d+) (minute|hour|day|week)s?$/;

/**
 * Show a dialog with a title and form controls, of which the first gets the focus. `save` sends what is in them.
 * Return what it returns, null if the user cancels.
 */
export function ask(title, controls, save) {
  const dialog = make("dialog", { "aria-labelledby": "dialog-title" });
  const buttons = make("p", { class: "actions" }, make("button", {}, text("save")), makeButton(text("cancel"), () => dialog.close()));
  const form = make("form", { method: "dialog" }, make("h2", { id: "dialog-title", dir: "auto" }, title), ...controls, buttons);
  const tell = tellAfter(controls.at(-1));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  form.elements[0].focus();
  return new Promise((resolve) => {
    let receipt = null;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(receipt);
    });
    const send = oneAtATime(async () => {
      receipt = await save();
      dialog.close();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tell(send());
    });
  });
}

/** Create a control that offers lifetimes: [{lifetime, title}]. */
export function lifetimeControl(lifetimes, chosen) {
  const control = make("select", {}, ...lifetimes.map((each) => make("option", { value: each.lifetime }, titleOf(each))));
  control.value = chosen;
  return control;
}

/** Return the title of a lifetime in the language of the texts. */
function titleOf({ lifetime, title }) {
  const [, number, unit] = AMOUNT.exec(lifetime) ?? [];
  if (unit) return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long" }).format(number);
  if (lifetime === "until next refresh") return text("untilNextRefresh");
  return lifetime === "end of day" ? text("untilEndOfDay", { zone: /\((.+)\)/.exec(title)[1] }) : title;
}
