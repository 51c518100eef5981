/** Role assignments of an instance: list, assign, remove. */

import { labelled, make, makeButton, oneAtATime } from "./dom.js";
import { read, send } from "./server.js";
import { plain, scrolling, Table } from "./table.js";
import { text } from "./texts.js";

const ROLES = ["Viewer", "Contributor", "Administrator"];
const TYPES = ["user", "group", "app"];

export class RolesSection {
  #path;
  #table;

  constructor(box, instance, tell) {
    this.#path = `${instance}/rbac`;
    const table = make("table");
    const remove = (row) =>
      makeButton(text("remove"), () => confirm(text("removeRole", { id: row.principalId })) && tell(this.#remove(row.principalId)), {
        class: "tool",
      });
    this.#table = new Table(
      table,
      [
        plain("principalId", (row) => row.principalId),
        plain("principalType", (row) => row.principalType),
        plain("assignedRole", (row) => row.roles.join()),
        { label: text("actions"), show: remove },
      ],
      { empty: text("noAssignments") },
    );
    box.append(scrolling(table, { "aria-labelledby": "roles-title" }), this.#form(tell));
  }

  async show() {
    this.#table.show(await read(`${this.#path}/assignments`), (row) => row.principalId);
  }

  #form(tell) {
    const id = make("input", { type: "text", required: true, maxlength: "64", spellcheck: "false", autocomplete: "off" });
    const type = make("select", {}, ...TYPES.map((each) => make("option", { value: each }, text(each))));
    const role = make("select", {}, ...ROLES.map((each) => make("option", { value: each }, each)));
    const form = make(
      "form",
      { class: "inline" },
      labelled(text("principalId"), id),
      labelled(text("principalType"), type),
      labelled(text("assignedRole"), role),
      make("button", {}, text("assign")),
    );
    const assign = oneAtATime(() => tell(this.#assign(id.value, { principalType: type.value, roles: [role.value] })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      assign();
    });
    return form;
  }

  async #assign(principalId, body) {
    await send("PUT", `${this.#path}/principals/${encodeURIComponent(principalId)}/assignment`, { body });
    await this.show();
  }

  async #remove(principalId) {
    await send("DELETE", `${this.#path}/principals/${encodeURIComponent(principalId)}/assignment`);
    await this.show();
  }
}
