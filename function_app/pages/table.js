/** A table that can be sorted, and whose rows stay while their cells change, so that a selection is kept. */

import { arrange, make, makeButton, say } from "./dom.js";
import { text } from "./texts.js";

export class Table {
  #columns;
  #head;
  #body = make("tbody");
  #rows = new Map();
  #records = [];
  #sorted;
  #empty;

  /**
   * Fill `table`. A column is {label, show(record), value(record), isText, press(record)}: `value` sorts and is what
   * CSV has; with `press` the cell is a button. The first column names its row. `sorted` is [column, descending].
   */
  constructor(table, columns, { sorted = null, empty = "" } = {}) {
    [this.#columns, this.#sorted, this.#empty] = [columns, sorted, empty];
    this.#head = columns.map((column, index) => this.#heading(column, index));
    table.replaceChildren(make("thead", {}, make("tr", {}, ...this.#head)), this.#body);
  }

  /** Show records; `key` returns what names a record. */
  show(records, key) {
    this.#records = records;
    const before = this.#rows;
    this.#rows = new Map(records.map((record) => [key(record), before.get(key(record)) ?? this.#row()]));
    records.forEach((record) => this.#fill(this.#rows.get(key(record)), record));
    this.#arrange();
  }

  /** The table as CSV, in its order. */
  get csv() {
    const lines = [this.#columns.map(({ label }) => label), ...this.#inOrder().map((one) => this.#columns.map(({ value }) => value(one) ?? ""))];
    return lines.map((line) => line.map(quoted).join(",")).join("\r\n");
  }

  #heading({ label, value, isText }, index) {
    const heading = make("th", { scope: "col", class: isText && "text" });
    if (!value) heading.append(label);
    else heading.append(makeButton(label, () => this.#sort(index)));
    return heading;
  }

  #sort(index) {
    const isSame = this.#sorted?.[0] === index;
    this.#sorted = [index, isSame ? !this.#sorted[1] : !this.#columns[index].isText];
    this.#arrange();
  }

  #row() {
    return make("tr", {}, ...this.#columns.map(({ isText }, index) => make(index ? "td" : "th", { scope: index ? null : "row", class: isText && "text" })));
  }

  #fill(row, record) {
    row.record = record;
    this.#columns.forEach(({ show, press }, index) => {
      const cell = row.children[index];
      const shown = show(record);
      if (shown instanceof Node) {
        if (!cell.firstChild?.isEqualNode(shown)) cell.replaceChildren(shown);
      } else if (!press) say(cell, shown);
      else {
        if (!cell.firstChild) cell.append(makeButton("", () => press(row.record), { class: "link" }));
        say(cell.firstChild, shown);
      }
    });
  }

  #inOrder() {
    const [index, isDown] = this.#sorted ?? [null, false];
    if (index === null) return this.#records;
    const { value } = this.#columns[index];
    return this.#records.toSorted((one, other) => (isDown ? -1 : 1) * compare(value(one), value(other)));
  }

  #arrange() {
    const rows = new Map([...this.#rows.values()].map((row) => [row.record, row]));
    const none = make("tr", {}, make("td", { class: "text", colspan: this.#columns.length }, this.#empty));
    arrange(this.#body, this.#records.length ? this.#inOrder().map((record) => rows.get(record)) : [none]);
    this.#head.forEach((heading, index) => {
      if (this.#sorted?.[0] === index) heading.setAttribute("aria-sort", this.#sorted[1] ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    });
  }
}

/** Return a column of what `write` returns of a record, as a text; the text `key` is its heading. */
export const plain = (key, write) => ({ label: text(key), isText: true, value: write, show: (record) => String(write(record)) });

/** Put a table into a box that scrolls, also by keyboard; `named` has the attribute that names it. */
export const scrolling = (table, named) => make("div", { class: "scroll", tabindex: "0", role: "group", ...named }, table);

/** Return a cell of CSV; a text that spreadsheets would take for a formula gets an apostrophe. */
function quoted(cell) {
  const safe = typeof cell === "string" ? cell.replace(/^(?=[=+\-@\t\r])/, "'") : String(cell);
  return `"${safe.replaceAll('"', '""')}"`;
}

const compare = (one, other) =>
  typeof one === "number" && typeof other === "number" ? one - other : String(one ?? "").localeCompare(String(other ?? ""));

/** Let the user save a text as a file. */
export function save(name, content, type = "text/csv") {
  const address = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
