/** The customer card: reads the customer id from the address, and updates profile and timeline. */

import { at, say } from "./dom.js";
import { keepReading } from "./polling.js";
import { nameOf, Profile } from "./profile.js";
import { Search } from "./search.js";
import { read } from "./server.js";
import { text, translatePage } from "./texts.js";
import { Timeline } from "./timeline.js";

const EVERY = 1_000;
const [instanceId, , customerId] = location.pathname.split("/").slice(-3).map(decodeURIComponent);
const instance = `instances/${encodeURIComponent(instanceId)}`;

translatePage();
const profile = new Profile(announce);
const timeline = new Timeline(instance, customerId, announce, () => readNow());
new Search(instance, customerId);

let entity = null;

const readNow = keepReading(async () => {
  entity ??= await read(`${instance}/manage/entities/Customer`);
  const path = `${instance}/data/Customer/${encodeURIComponent(customerId)}`;
  const [found] = await Promise.all([read(path, { explain: "true" }), timeline.read()]);
  profile.show(found, entity.attributes);
  timeline.show();
  showName();
  at("content").hidden = false;
}, EVERY);

setInterval(() => {
  if (!profile.tick()) return;
  showName();
  readNow();
}, 200);

function showName() {
  const name = nameOf(profile.values);
  say(at("name"), name);
  document.title = `${name} – ${text("card")}`;
}

/** Announce a change to screen readers. */
function announce(news) {
  say(at("news"), news);
}
