/** The customers of an instance as a list: with search, sort and filter, which are kept in the address. */

import { choices, choose } from "./address.js";
import { conditionOf } from "./condition.js";
import { make, offer, oneAtATime, say } from "./dom.js";
import { formatNumber, formatValue } from "./formats.js";
import { nameOf } from "./profile.js";
import { API, pathOf, read, searchOf, wordsOf } from "./server.js";
import { reasonOf, tellAfter } from "./status.js";
import { Table } from "./table.js";
import { text } from "./texts.js";

const SHOWN = ["Email", "City", "Country"];
const PAGE = { Prefer: "odata.maxpagesize=25" };
const PAUSE = 300;
const CONTROLS = ["search", "field", "value", "sort", "down"];

export class Customers {
  #section;
  #controls;
  #tell;
  #instance = null;
  #entity = null;
  #table = null;
  #rows = [];
  #total = 0;
  #next = null;
  #asking = new AbortController();
  #timer = 0;

  /** `explain` is as for `Status`. */
  constructor(section, explain) {
    this.#section = section;
    this.#controls = Object.fromEntries(CONTROLS.map((id) => [id, section.querySelector(`#${id}`)]));
    const form = section.querySelector("form");
    this.#tell = tellAfter(form, (error) => explain(error) ?? reasonOf(error));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tell(this.#change()), PAUSE);
    });
    section.querySelector("#more").addEventListener("click", oneAtATime(() => this.#tell(this.#add())));
  }

  /** Show the customers of an instance; return the id of the first one, null if there is none. */
  async show(instance) {
    await this.#tell(this.#open(instance));
    return this.#rows[0]?.CustomerId ?? null;
  }

  async #open(instance) {
    if (this.#instance?.instanceId !== instance.instanceId) await this.#enter(instance);
    this.#fill();
    if (this.#rows.length === 0) await this.#read();
  }

  async #enter(instance) {
    say(this.#section.querySelector("h2"), text("customersOf", { name: instance.name }));
    const entity = await read(`${pathOf(instance.instanceId)}/manage/entities/Customer`, {}, { signal: this.#renewed() });
    [this.#instance, this.#entity, this.#rows] = [instance, entity, []];
    const names = this.#entity.attributes.map(({ name, friendlyName }) => [name, friendlyName || name]);
    offer(this.#controls.field, [["", text("anyField")], ...names]);
    offer(this.#controls.sort, [["", text("byId")], ...names]);
    this.#empty();
  }

  /** Remove what the list shows, until its rows are read. */
  #empty() {
    this.#table = new Table(this.#section.querySelector("table"), this.#columns(), { empty: text("noCustomers") });
    this.#section.querySelector("#more").hidden = true;
    say(this.#section.querySelector("#customers-count"), "");
  }

  #columns() {
    const link = (row) =>
      make("a", { href: `${pathOf(this.#instance.instanceId)}/card/${encodeURIComponent(row.CustomerId)}`, dir: "auto" }, nameOf(row));
    const shown = this.#entity.attributes.filter(({ name }) => SHOWN.includes(name) || name === choices().sort || name === choices().field);
    const others = shown.map(({ name, friendlyName, dataType }) => ({
      label: friendlyName || name,
      isText: true,
      show: (row) => formatValue(row[name], dataType),
    }));
    return [{ label: text("name"), isText: true, show: link }, ...others];
  }

  #fill() {
    const { search = "", field = "", value = "", sort = "", down = "" } = choices();
    Object.assign(this.#controls.down, { checked: Boolean(down) });
    for (const [id, chosen] of Object.entries({ search, field, value, sort }))
      if (document.activeElement !== this.#controls[id]) this.#controls[id].value = chosen;
  }

  async #change() {
    const { search, field, value, sort, down } = this.#controls;
    choose({ search: search.value, field: field.value, value: value.value, sort: sort.value, down: down.checked ? "true" : "" });
    if (!this.#entity) return;
    this.#empty();
    await this.#read();
  }

  /** The query of the list as it is chosen. */
  get #query() {
    const { search = "", field, value, sort, down } = choices();
    const attribute = this.#entity.attributes.find(({ name }) => name === field);
    return {
      $search: searchOf(wordsOf(search)),
      $filter: attribute && value ? conditionOf(attribute, value) : "",
      $orderby: sort ? `${sort}${down ? " desc" : ""}` : "",
      $count: "true",
    };
  }

  /** End the current read, and return the signal that will end the next one. */
  #renewed() {
    this.#asking.abort();
    this.#asking = new AbortController();
    return this.#asking.signal;
  }

  async #read() {
    const path = `${pathOf(this.#instance.instanceId)}/data/Customer`;
    this.#rows = []; // if this fails, the next `show` tries again
    const page = await read(path, this.#query, { signal: this.#renewed(), headers: PAGE });
    this.#rows = page.value;
    this.#show(page);
  }

  async #add() {
    const path = `${pathOf(this.#instance.instanceId)}/data/Customer${new URL(this.#next, API).search}`;
    const page = await read(path, {}, { signal: this.#asking.signal });
    this.#rows = [...this.#rows, ...page.value];
    this.#show(page);
  }

  #show(page) {
    this.#next = page["@odata.nextLink"] ?? null;
    this.#section.querySelector("#more").hidden = this.#next === null;
    this.#total = page["@odata.count"] ?? this.#total;
    say(
      this.#section.querySelector("#customers-count"),
      text("customersShown", { shown: formatNumber(this.#rows.length), count: formatNumber(this.#total) }),
    );
    this.#table.show(this.#rows, (row) => row.CustomerId);
  }
}
