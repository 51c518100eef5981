/** The search box: finds customers by name, email, source key and other text fields. */

import { at, make, say } from "./dom.js";
import { formatNumber } from "./formats.js";
import { nameOf } from "./profile.js";
import { read, Refused } from "./server.js";
import { text } from "./texts.js";

const MAX_SHOWN = 10;
const PAUSE = 250;

export class Search {
  #instance;
  #shownId;
  #timer = 0;
  #asking = new AbortController();

  constructor(instance, shownId) {
    [this.#instance, this.#shownId] = [instance, shownId];
    at("wanted").addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE);
    });
    at("search").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#timer);
      this.#search();
    });
    at("search").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      at("wanted").value = "";
      this.#search();
      at("wanted").focus();
    });
  }

  async #search() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const words = at("wanted").value.replaceAll('"', " ").split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      this.#show([], "");
      return;
    }
    const query = { $search: words.map((word) => `"${word}"`).join(" "), $top: String(MAX_SHOWN + 1) };
    try {
      const { value } = await read(`${this.#instance}/data/Customer`, query, this.#asking.signal);
      const found = value.slice(0, MAX_SHOWN);
      const summary = value.length > MAX_SHOWN ? "foundMany" : found.length ? "foundSome" : "foundNone";
      this.#show(found, text(summary, { count: formatNumber(found.length) }));
    } catch (error) {
      if (error.name !== "AbortError") this.#show([], error instanceof Refused ? error.message : "");
    }
  }

  #show(customers, summary) {
    say(at("found-count"), summary);
    at("found").replaceChildren(...customers.map((customer) => make("li", {}, this.#link(customer))));
  }

  #link(customer) {
    const about = [customer.Email, customer.City].filter(Boolean).join(" · ");
    const isShown = customer.CustomerId === this.#shownId;
    return make(
      "a",
      { href: encodeURIComponent(customer.CustomerId), "aria-current": isShown && "page" },
      make("bdi", {}, nameOf(customer)),
      make("small", { dir: "auto" }, about),
    );
  }
}
