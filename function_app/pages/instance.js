/** The instance page: what an Administrator looks after, in sections. A new section is one more in `SECTIONS`. */

import "./texts_instance.js";
import { ChangesSection } from "./changes.js";
import { DefinitionSection } from "./definition.js";
import { at, make, say } from "./dom.js";
import { KeysSection } from "./keys.js";
import { Polling } from "./polling.js";
import { RefreshesSection } from "./refreshes.js";
import { RolesSection } from "./roles.js";
import { pathOf, read } from "./server.js";
import { Status, tellAfter } from "./status.js";
import { SubscriptionsSection } from "./subscriptions.js";
import { text, translatePage } from "./texts.js";

const SECTIONS = {
  refreshes: RefreshesSection,
  definition: DefinitionSection,
  roles: RolesSection,
  keys: KeysSection,
  subscriptions: SubscriptionsSection,
  changes: ChangesSection,
};
const RECORDED = ["definition", "roles", "keys", "subscriptions"]; // their actions are changes
const EVERY = 2_000;
const [instanceId] = location.pathname.split("/").slice(-2).map(decodeURIComponent);
const instance = pathOf(instanceId);

translatePage();
const status = new Status(
  at("status"),
  at("user"),
  ({ status: code }) => ({ 403: text("needsAdministrator"), 404: text("noInstance") })[code] ?? null,
);
let sections = null;

const polling = new Polling(readInstance, status, { quick: EVERY });
polling.now();

/** Show the sections; later only the refreshes, as the others change by actions. */
async function readInstance() {
  if (sections) await sections.refreshes.show();
  else await open();
}

/** Show the sections; each reads what it needs, and says by itself why an action failed. */
async function open() {
  const boxes = [];
  const made = {};
  for (const [key, Section] of Object.entries(SECTIONS)) {
    const title = make("h2", { id: `${key}-title` }, text(key));
    const box = make("section", { id: key, "aria-labelledby": title.id }, title);
    const tell = tellAfter(title);
    const tellAndShow = (promise) => tell(promise.then(() => made.changes.show()));
    made[key] = new Section(box, instance, RECORDED.includes(key) ? tellAndShow : tell);
    boxes.push(box);
  }
  const [{ name }] = await Promise.all([read(instance), ...Object.values(made).map((section) => section.show())]);
  at("content").replaceChildren(...boxes);
  say(at("name"), name);
  say(at("about"), instanceId);
  document.title = `${name} – ${text("instance")}`;
  at("content").hidden = false;
  sections = made;
}
