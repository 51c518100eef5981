/** One activity of the timeline: its title, and on demand all its fields. */

import { make, say } from "./dom.js";
import { formatAgo, formatClock, formatSender, formatUntil, formatZoned } from "./formats.js";
import { icon } from "./icons.js";
import { now } from "./server.js";
import { reasonOf } from "./status.js";
import { text } from "./texts.js";

const DAY = 86_400_000;

export class ActivityRow {
  #activity;
  #card;
  #fields = make("dl", { class: "all" });
  #ago;

  constructor(activity, origin, types, card) {
    [this.#activity, this.#card, this.id] = [activity, card, activity.ActivityId];
    const display = activity.ActivityTypeDisplay || activity.ActivityType;
    this.title = activity.Title || display;
    this.time = activity.ActivityTime;
    this.day = new Date(this.time).toDateString();
    this.#ago = make("time", { datetime: this.time, title: formatZoned(this.time) });
    this.end = origin.validUntil ? Date.parse(origin.validUntil) : Infinity;
    const kind = types.find((each) => each.activityType === activity.ActivityType && each.activityTypeDisplay === display);
    const meta = make("p", { class: "meta" }, this.#ago);
    if (activity.Title) meta.append(" · ", make("span", { dir: "auto" }, display));
    if (origin.validUntil) meta.append(" ", badge(origin), " · ", make("span", { dir: "auto" }, formatSender(origin)));
    meta.append(...linkTo(activity.ExternalUrl, this.title));
    this.details = make("details", {}, make("summary", {}, make("h4", { dir: "auto" }, this.title)), this.#fields);
    this.details.addEventListener("toggle", () => this.#showFields().catch((error) => say(this.#fields, reasonOf(error))));
    const description = activity.Description ? [make("p", { class: "description", dir: "auto" }, activity.Description)] : [];
    this.element = make("li", {}, icon(kind?.icon, activity.ActivityType), make("div", {}, this.details, ...description, meta));
    this.tick();
  }

  /** Update how long ago it was, for a day, later its time of day; return whether the activity has expired. */
  tick() {
    const passed = now() - Date.parse(this.time);
    say(this.#ago, passed < DAY && passed >= 0 ? formatAgo(passed) : formatClock(this.time));
    return this.end <= now();
  }

  /** Whether the activity is further down than another one. */
  isOlder(other) {
    return this.time < other.time || (this.time === other.time && this.element.compareDocumentPosition(other.element) & Node.DOCUMENT_POSITION_PRECEDING);
  }

  focus() {
    this.details.querySelector("summary").focus();
  }

  async #showFields() {
    if (!this.details.open || this.#fields.children.length) return;
    const { fieldsOf } = await import("./activity_fields.js");
    this.#fields.replaceChildren(...(await fieldsOf(this.#activity, this.#card.instance)));
  }
}

function badge(origin) {
  const until = formatUntil(origin.validUntil, now());
  return make("span", { class: "badge", title: formatZoned(origin.validUntil) }, text("realTime", { until }));
}

/** Return a link to an http or https address; nothing for others, for example scripts. */
function linkTo(address, title) {
  if (!address || !URL.canParse(address)) return [];
  const { protocol, href } = new URL(address);
  if (!["http:", "https:"].includes(protocol)) return [];
  const label = `${text("openLink")}: ${title}`;
  return [" · ", make("a", { href, target: "_blank", rel: "noopener noreferrer", "aria-label": label }, text("openLink"))];
}
