/** What is live, first on the card: for each value the source's value, who sent it, until when, and the way back. */

import { arrange, make, makeButton, say } from "./dom.js";
import { formatClock, formatInstant, formatSender, formatUntil, formatValue, formatZoned } from "./formats.js";
import { now } from "./server.js";
import { text } from "./texts.js";

export class LiveValues {
  #title;
  #list;
  #card;
  #values = new Map();
  #expired = {};

  constructor(section, card) {
    [this.#title, this.#list, this.#card] = [section.querySelector("h2"), section.querySelector("#live-values"), card];
  }

  /** Show the live values of a content, the one that ends first on top. */
  show(content, { entity, canWrite }) {
    const before = this.#values;
    this.#values = new Map();
    for (const attribute of entity.attributes) {
      if (!Object.hasOwn(content.explain, attribute.name)) continue; // names may be those of members of every object
      const why = content.explain[attribute.name];
      if (Date.parse(why.validUntil) <= now()) continue;
      const value = content.customer[attribute.name];
      const same = before.get(attribute.name);
      const isSame = same && JSON.stringify([same.why, same.value]) === JSON.stringify([why, value]);
      this.#values.set(attribute.name, isSame ? same : new LiveValue(attribute, value, why, canWrite ? this.#card : null));
    }
    this.#arrange();
  }

  /** When the next value ends, in milliseconds; infinity if there is none. */
  get next() {
    return Math.min(...[...this.#values.values()].map((value) => value.end));
  }

  /** Update the times left; return whether a value has expired. */
  tick() {
    const ended = [...this.#values].filter(([, value]) => value.tick());
    for (const [name, value] of ended) {
      this.#expired[name] = value.why.source;
      this.#values.delete(name);
    }
    if (ended.length) this.#arrange();
    return ended.length > 0;
  }

  /** Return the source's values of those that have expired since the last call. */
  takeExpired() {
    const taken = this.#expired;
    this.#expired = {};
    return taken;
  }

  #arrange() {
    const sorted = [...this.#values.values()].sort((one, other) => one.end - other.end);
    const next = sorted[0] && (sorted[0].end - now() < 86_400_000 ? formatClock : formatInstant)(sorted[0].end);
    say(this.#title, sorted.length ? text("liveSome", { count: sorted.length, time: next }) : text("liveNone"));
    arrange(this.#list, sorted.map((value) => value.element));
  }
}

class LiveValue {
  #until = make("span", { class: "until" });

  constructor(attribute, value, why, card) {
    [this.why, this.value, this.end] = [why, value, Date.parse(why.validUntil)];
    const field = attribute.friendlyName || attribute.name;
    const written = value === null ? text("cleared") : formatValue(value, attribute.dataType);
    const was = make("span", { class: "was" }, text("was", { value: formatValue(why.source, attribute.dataType) }));
    this.#until.title = formatZoned(why.validUntil);
    this.element = make(
      "li",
      {},
      make("b", { dir: "auto" }, field),
      make("span", { class: value === null ? "now cleared" : "now", dir: "auto" }, written),
      make("span", { dir: "auto" }, was),
      make("span", { class: "meta", dir: "auto" }, formatSender(why)),
      this.#until,
      ...(why.contradicted ? [make("span", { class: "warning" }, text("contradicted"))] : []),
      ...(card ? [this.#back(attribute, field, card)] : []),
    );
    this.tick();
  }

  #back(attribute, field, card) {
    return makeButton(text("revert"), () => card.revert(attribute), { class: "tool", "aria-label": text("revertField", { field }) });
  }

  /** Update the time left; return whether the value has expired. */
  tick() {
    const time = formatUntil(this.why.validUntil, now());
    say(this.#until, this.why.untilRefresh ? text("untilRefresh", { time: formatInstant(this.end) }) : time);
    return this.end <= now();
  }
}
