/** The profile: fields with friendly names. Live fields show the time left and, on demand, the update. */

import { at, make, say } from "./dom.js";
import { formatLeft, formatSecond, formatValue } from "./formats.js";
import { now } from "./server.js";
import { text } from "./texts.js";

/** Return the display name of a customer. */
export function nameOf(profile) {
  const parts = [profile.FirstName, profile.LastName].filter(Boolean).join(" ");
  return String(profile.FullName || profile.Name || parts || profile.CustomerId);
}

export class Profile {
  #announce;
  #fields = new Map();
  #shown = null;
  values = {};

  constructor(announce) {
    this.#announce = announce;
  }

  /** Show a profile with its `@explain`, in the order of the entity's attributes. */
  show(profile, attributes) {
    if (profile === this.#shown) return;
    const isFirst = this.#shown === null;
    this.#shown = profile;
    this.values = { ...profile };
    for (const attribute of attributes) {
      if (!this.#fields.has(attribute.name)) this.#fields.set(attribute.name, new Field(attribute));
      const field = this.#fields.get(attribute.name);
      const change = field.show(profile[attribute.name], profile["@explain"][attribute.name] ?? null);
      if (change && !isFirst) this.#announce(change);
    }
    if (isFirst) at("fields").replaceChildren(...[...this.#fields.values()].map((field) => field.element));
  }

  /** Update the times left; return whether a field has expired and shows the source's value again. */
  tick() {
    const expired = [...this.#fields].filter(([, field]) => field.tick());
    for (const [name, field] of expired) {
      this.values[name] = field.source;
      this.#announce(field.fallBack());
    }
    return expired.length > 0;
  }
}

class Field {
  #attribute;
  #reason = null;
  #value = make("span", { class: "value", dir: "auto" });
  #left = make("span");
  #why = make("dl", { class: "why" });
  #details = make(
    "details",
    { hidden: true },
    make("summary", {}, make("span", { class: "badge" }, text("live")), " ", this.#left),
    this.#why,
  );

  constructor(attribute) {
    this.#attribute = attribute;
    const name = make("dt", { dir: "auto" }, attribute.friendlyName || attribute.name);
    this.element = make("div", { class: "field" }, name, make("dd", {}, this.#value, this.#details));
  }

  /** Show a value and its update; return the text to announce, null if nothing changed. */
  show(value, reason) {
    const written = formatValue(value, this.#attribute.dataType);
    const isNews = written !== this.#value.textContent;
    say(this.#value, written);
    this.element.classList.toggle("empty", value === null || value === undefined);
    this.element.classList.toggle("live", reason !== null);
    if (isNews) flash(this.element);
    if (reason?.updateId !== this.#reason?.updateId) this.#explain(reason);
    this.#reason = reason;
    this.tick();
    const news = { field: this.#attribute.friendlyName || this.#attribute.name, value: written };
    return isNews ? text("changed", news) : null;
  }

  /** The source's value. */
  get source() {
    return this.#reason.source;
  }

  /** Show the source's value again; return the text to announce. */
  fallBack() {
    return this.show(this.source, null) ?? "";
  }

  /** Update the time left; return whether the value has expired. */
  tick() {
    if (!this.#reason) return false;
    const left = Date.parse(this.#reason.validUntil) - now();
    say(this.#left, text("timeLeft", { time: formatLeft(left) }));
    return left <= 0;
  }

  #explain(reason) {
    this.#details.hidden = reason === null;
    if (!reason) {
      this.#details.open = false;
      return;
    }
    const facts = {
      sourceValue: formatValue(reason.source, this.#attribute.dataType),
      setBy: reason.principal ? reason.principal.name || reason.principal.id : text("unknownPrincipal"),
      ...(reason.caller ? { caller: reason.caller } : {}),
      changedAt: formatSecond(reason.occurredAt),
      shownUntil: formatSecond(reason.validUntil),
    };
    this.#why.replaceChildren(
      ...Object.entries(facts).map(([key, fact]) =>
        make("div", {}, make("dt", {}, text(key)), make("dd", { dir: "auto" }, fact)),
      ),
    );
  }
}

function flash(element) {
  if (!element.isConnected) return;
  element.classList.remove("fresh");
  void element.offsetWidth; // restarts the animation
  element.classList.add("fresh");
}
