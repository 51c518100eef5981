/** The profile: fields with friendly names; empty ones folded, identifiers last. */

import { arrange, make, makeButton, say } from "./dom.js";
import { formatValue } from "./formats.js";
import { text } from "./texts.js";

const MAIL = /^[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>"]+$/;
const TELEPHONE = /^\+?\d[\d\s()./-]{4,}$/;
export const TELEPHONE_NAME = /phone|mobile|^tel/i;

/** Return the display name of a customer. */
export function nameOf(profile) {
  const parts = [profile.FirstName, profile.LastName].filter(Boolean).join(" ");
  return String(profile.FullName || profile.Name || parts || profile.CustomerId);
}

export class Profile {
  #lists;
  #card;
  #fields = null;
  #shown = null;
  values = {};

  constructor(section, card) {
    const [fields, empty, ids] = ["#fields", "#empty", "#ids"].map((id) => section.querySelector(id));
    [this.#lists, this.#card] = [{ fields, empty, ids, title: section.querySelector("#ids-title") }, card];
  }

  /** Show a profile in the order of the entity's attributes. */
  show(content, { entity, canWrite }) {
    if (content === this.#shown) return;
    const isFirst = this.#fields === null;
    this.#shown = content;
    this.values = { ...content.customer };
    this.#fields ??= fieldsOf(entity, canWrite, this.#card);
    for (const field of this.#fields) {
      const change = field.show(this.values[field.name], Object.hasOwn(content.explain, field.name));
      if (change && !isFirst) this.#card.announce(change);
    }
    this.#arrange();
  }

  /** Show the source's values again of fields whose updates have expired: by name. */
  fallBack(sources) {
    for (const field of this.#fields.filter(({ name }) => Object.hasOwn(sources, name))) {
      this.values[field.name] = sources[field.name];
      this.#card.announce(field.show(sources[field.name], false) ?? "");
    }
    this.#arrange();
  }

  #arrange() {
    const { fields, empty, ids, title } = this.#lists;
    const shown = this.#fields.filter((field) => !field.isId && !field.isEmpty);
    const folded = this.#fields.filter((field) => !field.isId && field.isEmpty);
    const keys = this.#fields.filter((field) => field.isId && !field.isEmpty);
    arrange(fields, shown.map((field) => field.element));
    arrange(empty.querySelector("dl"), folded.map((field) => field.element));
    arrange(ids, keys.map((field) => field.element));
    empty.hidden = folded.length === 0;
    title.hidden = keys.length === 0;
    say(empty.querySelector("summary"), text("emptyFields", { count: folded.length }));
  }
}

function fieldsOf(entity, canWrite, card) {
  const ids = new Set([...entity.keys.flat().map((key) => key.name), ...entity.relationships.map((each) => each.name)]);
  return entity.attributes.map((attribute) => {
    const isReadOnly = attribute.annotations.some(({ name, value }) => name === "ReadOnly" && value === "true");
    return new Field(attribute, ids.has(attribute.name), canWrite && !isReadOnly, card);
  });
}

class Field {
  #attribute;
  #value = make("span", { class: "value", dir: "auto" });
  #now = null;
  isEmpty = true;

  constructor(attribute, isId, canEdit, card) {
    [this.#attribute, this.isId, this.name] = [attribute, isId, attribute.name];
    this.label = attribute.friendlyName || attribute.name;
    const tools = [];
    if (canEdit) tools.push(tool("edit", "editField", this.label, () => card.edit(attribute, this.#now)));
    if (isId) tools.push(tool("copy", "copyField", this.label, () => card.tell(this.#copy(card))));
    this.element = make("div", { class: "field" }, make("dt", { dir: "auto" }, this.label), make("dd", {}, this.#value, ...tools));
  }

  /** Show a value; return the text to announce, null if nothing changed. */
  show(value, isLive) {
    const isCleared = isLive && (value === null || value === undefined);
    const written = isCleared ? text("cleared") : formatValue(value, this.#attribute.dataType);
    const isNews = written !== this.#value.textContent;
    this.#now = value;
    this.isEmpty = !isLive && (value === null || value === undefined || value === "");
    this.element.classList.toggle("live", isLive);
    this.element.classList.toggle("cleared", isCleared);
    if (!isNews) return null;
    this.#value.replaceChildren(linked(written, this.#attribute));
    flash(this.element);
    return text("changed", { field: this.label, value: written });
  }

  async #copy(card) {
    await navigator.clipboard.writeText(String(this.#now));
    card.announce(text("copied"));
  }
}

const tool = (key, label, field, press) => makeButton(text(key), press, { class: "tool", "aria-label": text(label, { field }) });

/** Return a value as a link to write or to call, if it is an address of mail or a telephone number; else as text. */
function linked(written, { name }) {
  if (MAIL.test(written)) return make("a", { href: `mailto:${encodeURIComponent(written).replace("%40", "@")}` }, written);
  const isNumber = TELEPHONE_NAME.test(name) && TELEPHONE.test(written);
  return isNumber ? make("a", { href: `tel:${written.replace(/[^+\d]/g, "")}` }, written) : written;
}

function flash(element) {
  if (!element.isConnected) return;
  element.classList.remove("fresh");
  void element.offsetWidth; // restarts the animation
  element.classList.add("fresh");
}
