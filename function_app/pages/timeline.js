/** The timeline: newest first, under days, by words, type and date; further pages are added below and stay. */

import { ActivityRow } from "./activity.js";
import { choices, choose, whenChosen } from "./address.js";
import { arrange, make, makeButton, offer, oneAtATime, say } from "./dom.js";
import { formatDay, formatNumber } from "./formats.js";
import { now, read, searchOf, wordsOf } from "./server.js";
import { tellAfter } from "./status.js";
import { text } from "./texts.js";

const PRESETS = [1, 7, 30]; // days
const FILTERS = ["words", "type", "from", "to"];
const PAUSE = 300; // after the last letter

export class Timeline {
  #card;
  #parts;
  #types = [];
  #shown = null;
  #asked = "";
  #rows = new Map(); // by activity id, newest first
  #days = new Map();
  #next = null;

  constructor(section, card) {
    this.#card = card;
    const named = [...FILTERS, "more", "presets", "activities", "timeline-count", "over-time"];
    this.#parts = Object.fromEntries(named.map((id) => [id, section.querySelector(`#${id}`)]));
    const form = section.querySelector("#filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    const chosen = () => this.#choose(Object.fromEntries(FILTERS.map((id) => [id, this.#parts[id].value])));
    let timer = 0;
    form.addEventListener("input", ({ target }) => {
      clearTimeout(timer);
      timer = setTimeout(chosen, target === this.#parts.words ? PAUSE : 0);
    });
    this.#parts["over-time"].addEventListener("toggle", () => this.#drawOverTime());
    const tell = tellAfter(this.#parts.more);
    this.#parts.more.addEventListener("click", oneAtATime(() => tell(this.#addPage())));
    this.#parts.presets.replaceChildren(...PRESETS.map((days) => this.#preset(days)), this.#clear());
    whenChosen(() => this.#choose({}));
    this.#fill();
  }

  /** The query of the first page with the chosen filters. */
  query() {
    const { words = "", type, from, to } = choices();
    return { $search: searchOf(wordsOf(words)), activityType: type, from: dayStart(from, 0), to: dayStart(to, 1) };
  }

  /** Show a content: its activities replace the first page, those of further pages stay. */
  async show(content) {
    this.#dropExpired();
    if (content === this.#shown) return;
    if (this.#shown && idsOf(content) !== idsOf(this.#shown)) await this.readTypes();
    this.#shown = content;
    const asked = JSON.stringify(this.query());
    const isSameView = asked === this.#asked;
    this.#asked = asked;
    const first = this.#rowsOf(content);
    const newest = [...first.values()][0];
    if (isSameView && newest && !this.#rows.has(newest.id)) this.#card.announce(text("newActivity", { title: newest.title }));
    const last = [...first.values()].at(-1);
    const older = isSameView && last ? [...this.#rows].filter(([id, row]) => !first.has(id) && row.isOlder(last)) : [];
    if (!older.length) this.#next = content["@odata.nextLink"] ?? null;
    this.#rows = new Map([...first, ...older]);
    this.#arrange();
    await this.#drawOverTime();
  }

  /** Draw how many activities there are over time, if that is open. */
  async #drawOverTime() {
    const box = this.#parts["over-time"];
    if (!box.open) return;
    const { drawActivities } = await import("./activity_chart.js");
    await drawActivities(box, this.#card, this.query());
  }

  #rowsOf(content) {
    const reused = ({ activity, origin }) => this.#rows.get(activity.ActivityId) ?? new ActivityRow(activity, origin, this.#types, this.#card);
    return new Map(content.activities.map((each) => [each.activity.ActivityId, reused(each)]));
  }

  /** Read the types of the customer's activities, and offer them. */
  async readTypes() {
    const path = `${this.#card.instance}/profile/activityresponsemetadata`;
    this.#types = (await read(path, { customerId: this.#card.customerId })).activityTypes;
    const labels = new Map();
    for (const { activityType, activityTypeDisplay, count } of this.#types) {
      const label = labels.get(activityType) ?? { names: [], count: 0 };
      labels.set(activityType, { names: [...label.names, activityTypeDisplay || activityType], count: label.count + count });
    }
    const options = [...labels].map(([type, { names, count }]) => [type, `${names.join(", ")} (${formatNumber(count)})`]);
    const chosen = choices().type;
    const missing = chosen && !labels.has(chosen) ? [[chosen, chosen]] : [];
    offer(this.#parts.type, [["", text("allTypes")], ...options, ...missing]);
    this.#parts.type.value = chosen ?? "";
  }

  async #addPage() {
    const asked = this.#asked;
    const content = await read(`${this.#card.content}${new URL(this.#next).search}`);
    if (asked !== this.#asked) return; // other filters were chosen
    const added = [...this.#rowsOf(content)].filter(([id]) => !this.#rows.has(id));
    this.#next = content["@odata.nextLink"] ?? null;
    this.#rows = new Map([...this.#rows, ...added]);
    this.#arrange();
    added[0]?.[1].focus();
  }

  #dropExpired() {
    const ended = [...this.#rows].filter(([, row]) => row.tick());
    for (const [id] of ended) this.#rows.delete(id);
    if (ended.length) this.#arrange();
  }

  #arrange() {
    const items = [];
    let day = "";
    for (const row of this.#rows.values()) {
      if (row.day !== day) items.push(this.#dayOf((day = row.day), row.time));
      items.push(row.element);
    }
    arrange(this.#parts.activities, items);
    this.#parts.more.hidden = this.#next === null;
    say(this.#parts["timeline-count"], this.#summary());
  }

  #dayOf(day, time) {
    if (!this.#days.has(day)) this.#days.set(day, make("li", { class: "day" }, make("h3", {}, formatDay(time))));
    return this.#days.get(day);
  }

  #summary() {
    const { words, type, from, to } = choices();
    if (this.#rows.size === 0) return text(words || type || from || to ? "noneFit" : "noActivities");
    const counted = this.#types.filter((each) => !type || each.activityType === type);
    const total = counted.reduce((sum, each) => sum + each.count, 0);
    const count = formatNumber(this.#rows.size);
    return words || from || to ? text("activities", { count }) : text("activitiesOf", { count, total: formatNumber(total) });
  }

  #preset(days) {
    const press = () => this.#choose({ from: localDay(days - 1), to: "" });
    return makeButton(days === 1 ? text("today") : text("lastDays", { count: days }), press, { class: "tool" });
  }

  #clear() {
    return makeButton(text("clearFilters"), () => this.#choose({ words: "", type: "", from: "", to: "" }), { class: "tool" });
  }

  #choose(filters) {
    choose(filters);
    this.#fill();
    this.#card.readNow();
  }

  #fill() {
    const chosen = choices();
    for (const id of FILTERS) this.#parts[id].value = chosen[id] ?? "";
  }
}

const idsOf = (content) => content.activities.map(({ activity }) => activity.ActivityId).join("\n");

/** Return the day that was `before` days ago, as a date field has it. */
function localDay(before) {
  const day = new Date(now() - before * 86_400_000);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Return the start of a local day, `later` days added, as an instant; an empty text without a day. */
function dayStart(day, later) {
  const [year, month, date] = (day ?? "").split("-").map(Number);
  return day ? new Date(year, month - 1, date + later).toISOString() : "";
}
