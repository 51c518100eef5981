/** The customer card: reads the content of a customer again and again, and shows it in its parts. */

import "./texts_card.js";
import { at, oneAtATime, say } from "./dom.js";
import { LiveValues } from "./live.js";
import { Polling } from "./polling.js";
import { nameOf, Profile } from "./profile.js";
import { now, pathOf, read } from "./server.js";
import { Status, tellAfter } from "./status.js";
import { text, translatePage } from "./texts.js";
import { Timeline } from "./timeline.js";

const [instanceId, , customerId] = location.pathname.split("/").slice(-3).map(decodeURIComponent);
const instance = pathOf(instanceId);
const customer = `${instance}/data/Customer/${encodeURIComponent(customerId)}`;
const content = `${instance}/card/${encodeURIComponent(customerId)}/content`;
const SOON = 5_000; // before an expiry the card reads quickly

translatePage();
const [tell, tellNote] = [tellAfter(at("receipt")), tellAfter(at("posted"))];
const card = {
  ...{ instance, customer, customerId, content, tell },
  announce: (news) => say(at("news"), news),
  readNow: () => polling.now(),
  edit: (attribute, value) => tell(act("receipt", import("./edit.js"), "edit", attribute, value)),
  revert: (attribute) => tell(act("receipt", import("./edit.js"), "revert", attribute)),
};
at("search").addEventListener("submit", (event) => event.preventDefault());
at("search").addEventListener("focusin", openSearch, { once: true });
const status = new Status(at("status"), at("user"), explain);
const profile = new Profile(at("profile"), card);
const live = new LiveValues(at("live"), card);
at("history").addEventListener("toggle", showHistory);
at("note").addEventListener("click", oneAtATime(() => tellNote(act("posted", import("./note.js"), "post"))));
at("jump").addEventListener("click", ({ target }) => at(`${target.value}-title`)?.focus());
const timeline = new Timeline(at("timeline"), card);
let shown = null; // the newest content
let known = null; // the metadata of Customer, the instance, and what the viewer may do

const polling = new Polling(readCard, status, { isDue: () => live.next - now() < SOON });
polling.now();

async function readCard() {
  const [found, facts] = await Promise.all([read(content, timeline.query()), (known ??= readFacts()).catch(forget)]);
  profile.show(found, facts);
  live.show(found, facts);
  at("note").hidden = !facts.canWrite;
  at("manage").hidden = !facts.canManage;
  if (found !== shown) await showHistory();
  shown = found;
  await timeline.show(found);
  showName(facts.name);
  at("content").hidden = false;
}

async function readFacts() {
  const [entity, { name }, { roles }] = await Promise.all([
    read(`${instance}/manage/entities/Customer`, { attributesAnnotations: "true" }),
    read(instance),
    read(`${instance}/rbac/myrole`),
    timeline.readTypes(),
  ]);
  return { entity, name, canWrite: !roles.includes("Viewer"), canManage: roles.includes("Administrator") };
}

function forget(error) {
  known = null;
  throw error;
}

setInterval(() => {
  if (!live.tick()) return;
  profile.fallBack(live.takeExpired());
  showName();
  polling.resume();
}, 200);

function showName(instanceName = at("instance").textContent) {
  const name = nameOf(profile.values);
  say(at("name"), name);
  say(at("instance"), instanceName);
  document.title = `${name} – ${instanceName} – ${text("card")}`;
}

/** Return the text of a refusal; an unknown customer leads to the search. */
function explain({ status: code, code: errorCode }) {
  if (code === 403) return text("noAccess");
  if (code === 410) return text("erased");
  if (errorCode === "InstanceNotFound") return text("noInstance");
  if (errorCode !== "CustomerNotFound") return null;
  at("wanted").focus();
  return text("noCustomer");
}

async function showHistory() {
  if (!at("history").open) return;
  const { showChanges } = await import("./changes_of_day.js");
  await showChanges(at("history").querySelector("ol"), `${customer}/updates`, (await known).entity);
}

async function openSearch() {
  const { Search } = await import("./search.js");
  new Search(at("search"), instance, customerId);
}

/** Load the part for an action, do it, and show its receipt in `box`; it has none if the viewer cancels. */
async function act(box, loading, name, ...given) {
  const receipt = await (await loading)[name](card, ...given);
  if (!receipt) return;
  say(at(box), receipt);
  polling.now();
}
