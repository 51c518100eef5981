/** The search box, a combobox: finds customers by name, email, source key and other text fields. */

import "./texts_edit.js";
import { at, make, say } from "./dom.js";
import { findCustomers } from "./find.js";
import { formatNumber } from "./formats.js";
import { nameOf } from "./profile.js";
import { wordsOf } from "./server.js";
import { reasonOf } from "./status.js";
import { loadStyles } from "./styles.js";
import { text } from "./texts.js";

await loadStyles("parts.css");

const MAX_SHOWN = 10;
const SHORTEST = 2; // letters
const PAUSE = 250;

export class Search {
  #input;
  #list;
  #instance;
  #shownId;
  #timer = 0;
  #asking = new AbortController();
  #active = -1;

  constructor(form, instance, shownId) {
    [this.#instance, this.#shownId] = [instance, shownId];
    [this.#input, this.#list] = [form.querySelector("#wanted"), form.querySelector("#found")];
    this.#input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE);
    });
    this.#input.addEventListener("keydown", (event) => this.#press(event));
    form.addEventListener("submit", () => {
      const links = this.#links;
      (links[this.#active] ?? (links.length === 1 ? links[0] : null))?.click();
    });
    if (this.#input.value) this.#search(); // typed while this module was loaded
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || this.#close());
  }

  get #links() {
    return [...this.#list.querySelectorAll("a")];
  }

  #press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.#input.value = "";
      this.#show([], "");
    } else if (step && this.#links.length) {
      event.preventDefault();
      this.#activate((this.#active + step + this.#links.length) % this.#links.length);
    }
  }

  #activate(index) {
    this.#active = index;
    this.#links.forEach((link, place) => link.setAttribute("aria-selected", String(place === index)));
    const active = this.#links[index];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.#input.setAttribute("aria-activedescendant", active.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  async #search() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const written = this.#input.value;
    const words = wordsOf(written);
    if (words.join("").length < SHORTEST) {
      this.#show([], "");
      return;
    }
    try {
      const all = await findCustomers(this.#instance, written, MAX_SHOWN + 1, this.#asking.signal);
      const found = all.slice(0, MAX_SHOWN);
      const summary = all.length > MAX_SHOWN ? "foundMany" : found.length ? "foundSome" : "foundNone";
      this.#show(found, text(summary, { count: formatNumber(found.length) }), words);
    } catch (error) {
      if (error.name !== "AbortError") this.#show([], reasonOf(error));
    }
  }

  #show(customers, summary, words = []) {
    say(at("found-count"), summary);
    this.#list.replaceChildren(...customers.map((customer, index) => this.#option(customer, index, words)));
    this.#list.hidden = customers.length === 0;
    this.#input.setAttribute("aria-expanded", String(customers.length > 0));
    this.#activate(-1);
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }

  #option(customer, index, words) {
    const name = nameOf(customer);
    const about = [customer.Email, customer.City, reasonFor(customer, name, words)].filter(Boolean);
    const isShown = customer.CustomerId === this.#shownId;
    return make(
      "a",
      { href: encodeURIComponent(customer.CustomerId), role: "option", id: `found-${index}`, tabindex: "-1", "aria-current": isShown && "page" },
      make("bdi", {}, name),
      make("small", { dir: "auto" }, [...new Set(about)].join(" · ")),
    );
  }
}

/** Return the value in which a word was found, if it is not in the name. */
function reasonFor(customer, name, words) {
  const missing = words.find((word) => !name.toLowerCase().includes(word.toLowerCase()));
  if (!missing) return null;
  return Object.values(customer).find((value) => typeof value === "string" && value.toLowerCase().includes(missing.toLowerCase()));
}
