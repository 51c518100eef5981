/** API keys of an instance: two for each role. A new key is shown once, until the page is left. */

import { make, makeButton } from "./dom.js";
import { formatInstant } from "./formats.js";
import { read, send } from "./server.js";
import { plain, scrolling, Table } from "./table.js";
import { text } from "./texts.js";

const PLACES = ["Viewer", "Contributor", "Administrator"].flatMap((role) => ["primary", "secondary"].map((slot) => ({ role, slot })));

export class KeysSection {
  #path;
  #table;
  #tell;
  #shown = make("p", { role: "status" });

  constructor(box, instance, tell) {
    [this.#path, this.#tell] = [`${instance}/apikeys`, tell];
    const table = make("table");
    this.#table = new Table(table, [
      plain("assignedRole", ({ role }) => role),
      plain("slot", ({ slot }) => text(slot)),
      plain("createdAt", ({ createdAt }) => (createdAt ? formatInstant(createdAt) : text("noKey"))),
      plain("createdBy", ({ createdBy }) => createdBy ?? ""),
      { label: text("actions"), show: (row) => this.#buttons(row) },
    ]);
    box.append(scrolling(table, { "aria-labelledby": "keys-title" }), this.#shown);
  }

  async show() {
    const keys = await read(this.#path);
    const rows = PLACES.map((place) => ({ ...place, ...keys.find(({ role, slot }) => role === place.role && slot === place.slot) }));
    this.#table.show(rows, ({ role, slot }) => `${role} ${slot}`);
  }

  #buttons(row) {
    const regenerate = makeButton(
      text(row.createdAt ? "regenerate" : "create"),
      () => (!row.createdAt || confirm(text("replaceKey"))) && this.#tell(this.#regenerate(row)),
      { class: "tool" },
    );
    const revoke = makeButton(text("revoke"), () => confirm(text("revokeKey")) && this.#tell(this.#revoke(row)), {
      class: "tool",
      hidden: !row.createdAt,
    });
    return make("span", { class: "actions" }, regenerate, revoke);
  }

  async #regenerate({ role, slot }) {
    const { key } = await send("POST", `${this.#path}/${role}/${slot}`);
    this.#shown.replaceChildren(
      text("newKey"),
      " ",
      make("code", {}, key),
      " ",
      makeButton(text("copyKey"), () => this.#tell(navigator.clipboard.writeText(key)), { class: "tool" }),
    );
    await this.show();
  }

  async #revoke({ role, slot }) {
    await send("DELETE", `${this.#path}/${role}/${slot}`);
    await this.show();
  }
}
