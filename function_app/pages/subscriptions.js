/** The webhooks of an instance: who gets which events, whether they are accepted, and their end. */

import { make, makeButton } from "./dom.js";
import { formatInstant } from "./formats.js";
import { read, send } from "./server.js";
import { plain, scrolling, Table } from "./table.js";
import { text } from "./texts.js";

export class SubscriptionsSection {
  #path;
  #table;

  constructor(box, instance, tell) {
    this.#path = `${instance}/subscriptions`;
    const table = make("table");
    const time = (key, name) => ({
      label: text(key),
      isText: true,
      value: (row) => row[name] ?? "",
      show: (row) => (row[name] ? formatInstant(row[name]) : ""),
    });
    const end = (row) =>
      makeButton(text("endSubscription"), () => confirm(text("endThisSubscription", { host: row.callbackHost })) && tell(this.#end(row)), {
        class: "tool",
      });
    this.#table = new Table(
      table,
      [
        plain("event", (row) => row.event),
        plain("callbackHost", (row) => row.callbackHost),
        plain("subscriber", (row) => row.subscriber?.name ?? row.subscriber?.id ?? ""),
        time("createdAt", "createdAt"),
        time("lastDelivered", "lastDeliveredAt"),
        plain("lastFailure", (row) => (row.state === "failing" ? (row.lastFailure ?? "") : "")),
        { label: text("actions"), show: end },
      ],
      { empty: text("noSubscriptions") },
    );
    box.append(scrolling(table, { "aria-labelledby": "subscriptions-title" }));
  }

  async show() {
    this.#table.show(await read(this.#path), (row) => row.subscriptionId);
  }

  async #end({ subscriptionId }) {
    await send("DELETE", `${this.#path}/${encodeURIComponent(subscriptionId)}`);
    await this.show();
  }
}
