/** The state of an instance on the usage page: live updates, parked activities, landings, refreshes. */

import { make } from "./dom.js";
import { formatNumber } from "./formats.js";
import { Jobs } from "./jobs.js";
import { now, read } from "./server.js";
import { tellAfter } from "./status.js";
import { text } from "./texts.js";

export const EVERY = 60_000; // reading the updates takes the server longer than other state
const MOST = 100; // updates that are counted
const HOUR = 3_600_000;

/** Return as texts how many updates are live, and how many of them end within an hour. */
export async function countLive(instance) {
  const page = await read(`${instance}/updates`, { landed: "false", $top: String(MOST) });
  const isAll = !("@odata.nextLink" in page);
  const write = ({ length }) => (isAll ? formatNumber(length) : text("atLeast", { count: formatNumber(length) }));
  const soon = page.value.filter((update) => Date.parse(update.validUntil) - now() < HOUR);
  return { liveNow: write(page.value), endSoon: write(soon) };
}

export class InstanceState {
  #instance;
  #tiles = make("dl", { class: "counts" });
  #jobs;
  #readAt = 0;

  constructor(box, instance) {
    this.#instance = instance;
    const title = make("h2", { id: "state-title" }, text("stateTitle"));
    const section = make("section", { "aria-labelledby": title.id }, title, this.#tiles);
    this.#jobs = new Jobs(section, `${instance}/workflows/main/jobs`, tellAfter(title));
    box.append(section);
  }

  /** Show the state; it is read once a minute. */
  async show() {
    if (now() - this.#readAt < EVERY) return;
    const [live] = await Promise.all([countLive(this.#instance), this.#jobs.show()]);
    this.#readAt = now();
    const progress = this.#jobs.newest?.progress;
    const tiles = {
      ...live,
      parked: formatNumber(progress?.waiting ?? 0),
      landings: formatNumber(progress?.landed ?? 0),
    };
    this.#tiles.replaceChildren(...Object.entries(tiles).map(([key, value]) => make("div", {}, make("dt", {}, text(key)), make("dd", {}, value))));
  }
}
