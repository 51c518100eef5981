/** The record of changes of an instance: definition, roles, keys, erasures. */

import { make, makeButton } from "./dom.js";
import { formatInstant } from "./formats.js";
import { read } from "./server.js";
import { plain, scrolling, Table } from "./table.js";
import { text } from "./texts.js";

const PAGE = 20;

export class ChangesSection {
  #path;
  #rows = [];
  #table;
  #more;

  constructor(box, instance, tell) {
    this.#path = `${instance}/changes`;
    const table = make("table");
    const time = { label: text("changedAt"), isText: true, value: (row) => row.changedAt, show: (row) => formatInstant(row.changedAt) };
    this.#table = new Table(
      table,
      [
        time,
        plain("changedBy", (row) => row.changedBy),
        plain("action", (row) => row.action),
        plain("subject", (row) => row.subject),
        plain("detail", (row) => row.detail),
      ],
      { empty: text("noChanges") },
    );
    this.#more = makeButton(text("olderChanges"), () => tell(this.#add()));
    box.append(scrolling(table, { "aria-labelledby": "changes-title" }), this.#more);
  }

  async show() {
    this.#rows = [];
    await this.#add();
  }

  async #add() {
    const before = this.#rows.at(-1)?.changedAt;
    const page = await read(this.#path, { before, $top: String(PAGE) });
    this.#rows = [...this.#rows, ...page];
    this.#more.hidden = page.length < PAGE;
    this.#table.show(this.#rows, (row) => `${row.changedAt} ${row.subject}`);
  }
}
