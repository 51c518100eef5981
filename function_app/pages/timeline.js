/** The timeline: newest first, filtered by type and date, in steps of 50. */

import { at, make, offer, say } from "./dom.js";
import { formatInstant, formatNumber } from "./formats.js";
import { icon } from "./icons.js";
import { read } from "./server.js";
import { text } from "./texts.js";

const STEP = 50;
const MAX_SHOWN = 1_000; // the maximum page of the server

export class Timeline {
  #instance;
  #customerId;
  #announce;
  #top = STEP;
  #page = null;
  #types = null;
  #shown = null;
  #asked = "";
  #isSameView = false;
  #items = new Map();

  constructor(instance, customerId, announce, readNow) {
    [this.#instance, this.#customerId, this.#announce] = [instance, customerId, announce];
    at("filters").addEventListener("submit", (event) => event.preventDefault());
    at("filters").addEventListener("change", () => {
      this.#top = STEP;
      readNow();
    });
    at("more").addEventListener("click", () => {
      this.#top = Math.min(MAX_SHOWN, this.#top + STEP);
      readNow();
    });
  }

  /** Read the activities; and the types if the activities have changed. */
  async read() {
    const query = {
      customerId: this.#customerId,
      activityType: at("type").value,
      from: dayStart(at("from").value, 0),
      to: dayStart(at("to").value, 1),
      $top: String(this.#top),
    };
    const page = await read(`${this.#instance}/profile/timeline`, query);
    if (page !== this.#page) {
      const metadata = `${this.#instance}/profile/activityresponsemetadata`;
      this.#types = (await read(metadata, { customerId: this.#customerId })).activityTypes;
    }
    this.#page = page;
    this.#asks(query);
  }

  show() {
    const page = this.#page;
    if (page === this.#shown) return;
    this.#shown = page;
    this.#offerTypes();
    const before = this.#items;
    this.#items = new Map(page.value.map((row) => [row.ActivityId, before.get(row.ActivityId) ?? this.#item(row)]));
    const newest = page.value[0];
    if (newest && this.#isSameView && !before.has(newest.ActivityId)) {
      this.#announce(text("newActivity", { title: titleOf(newest) }));
    }
    arrange(at("timeline"), [...this.#items.values()]);
    const hasMore = "@odata.nextLink" in page;
    at("more").hidden = !hasMore || this.#top === MAX_SHOWN;
    const count = formatNumber(page.value.length);
    const summary = page.value.length === 0 ? "noActivities" : hasMore && this.#top === MAX_SHOWN ? "mostActivities" : "activities";
    say(at("timeline-count"), text(summary, { count }));
  }

  /** Store the query. An activity is announced only if the query has not changed. */
  #asks({ $top, ...query }) {
    const asked = JSON.stringify(query);
    this.#isSameView = asked === this.#asked;
    this.#asked = asked;
  }

  #offerTypes() {
    const names = Map.groupBy(this.#types, (each) => each.activityType);
    const choices = [...names].map(([type, rows]) => {
      const label = rows.map((row) => row.activityTypeDisplay || type).join(", ");
      return [type, `${label} (${formatNumber(rows.reduce((sum, row) => sum + row.count, 0))})`];
    });
    offer(at("type"), [["", text("allTypes")], ...choices]);
  }

  #item(row) {
    const display = row.ActivityTypeDisplay || row.ActivityType;
    const configured = this.#types.find((each) => each.activityType === row.ActivityType && each.activityTypeDisplay === display);
    const link = webAddress(row.ExternalUrl);
    const parts = [make("h3", { dir: "auto" }, titleOf(row))];
    if (row.Description) parts.push(make("p", { class: "description", dir: "auto" }, row.Description));
    const meta = make("p", { class: "meta" }, make("time", { datetime: row.ActivityTime }, formatInstant(row.ActivityTime)));
    if (row.Title) meta.append(" · ", make("span", { dir: "auto" }, display));
    if (link) {
      const label = `${text("openLink")}: ${titleOf(row)}`;
      meta.append(" · ", make("a", { href: link, target: "_blank", rel: "noopener noreferrer", "aria-label": label }, text("openLink")));
    }
    return make("li", {}, icon(configured?.icon, row.ActivityType), make("div", {}, ...parts, meta));
  }
}

const titleOf = (row) => row.Title || row.ActivityTypeDisplay || row.ActivityType;

/** Return an http or https address, null for others, for example scripts. */
function webAddress(address) {
  const url = URL.parse(address ?? "");
  return url && ["http:", "https:"].includes(url.protocol) ? url.href : null;
}

/** Return the start of a local day, `later` days added, as an instant; an empty text without a day. */
function dayStart(day, later) {
  const [year, month, date] = day.split("-").map(Number);
  return day ? new Date(year, month - 1, date + later).toISOString() : "";
}

/** Set the children of a list; children in the right place are not moved. */
function arrange(list, items) {
  const kept = new Set(items);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}
