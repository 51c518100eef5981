/** The start page: the viewer's instances with their state, the customers of one of them, and first calls. */

import "./texts_start.js";
import { choices, choose, whenChosen } from "./address.js";
import { Customers } from "./customers.js";
import { at, make } from "./dom.js";
import { formatInstant, formatNumber } from "./formats.js";
import { Polling } from "./polling.js";
import { API, now, pathOf, read } from "./server.js";
import { countLive, EVERY } from "./state.js";
import { Status } from "./status.js";
import { Table } from "./table.js";
import { text, translatePage } from "./texts.js";

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

translatePage();
document.title = text("title");
const facts = new Map(); // by instance: role, live updates, failures, newest refresh
const explain = ({ status: code }) => (code === 403 ? text("noAccess") : null);
const status = new Status(at("status"), at("user"), explain);
const customers = new Customers(at("customers"), explain);
const table = new Table(at("instances"), columns(), { empty: text("noInstances") });
let instances = [];

const polling = new Polling(readInstances, status, { quick: EVERY });
whenChosen(showCustomers);
polling.now();

async function readInstances() {
  instances = await read("instances");
  show();
  at("content").hidden = false;
  await showCustomers();
  await Promise.all(instances.map(({ instanceId }) => readFacts(instanceId)));
}

async function readFacts(instanceId) {
  const path = pathOf(instanceId);
  const today = new Date(now());
  today.setHours(0, 0, 0, 0);
  const [{ roles }, jobs, live, usage] = await Promise.all([
    read(`${path}/rbac/myrole`),
    read(`${path}/workflows/main/jobs`, { top: "1" }),
    countLive(path),
    read(`${path}/usage`, { from: today.toISOString() }),
  ]);
  facts.set(instanceId, { role: roles[0], job: jobs[0] ?? null, live: live.liveNow, failures: usage.total.failures });
  show();
}

const show = () => table.show(instances, (instance) => instance.instanceId);

function columns() {
  const fact = (write) => ({ instanceId }) => (facts.has(instanceId) ? write(facts.get(instanceId)) : "…");
  const column = (key, write, isText = true) => ({ label: text(key), isText, value: fact(write), show: fact(write) });
  return [
    { label: text("name"), isText: true, value: ({ name }) => name, show: ({ name }) => name, press: ({ instanceId }) => pick(instanceId) },
    column("role", ({ role }) => role),
    column("lastRefresh", ({ job }) => (job ? `${formatInstant(job.endTimestamp ?? job.submittedTimestamp)}, ${text(job.jobStatus)}` : text("never"))),
    column("warnings", ({ job }) => formatNumber(job?.warnings.length ?? 0), false),
    column("liveNow", ({ live }) => live, false),
    column("failedToday", ({ failures }) => formatNumber(failures), false),
    { label: text("pages"), isText: true, show: links },
  ];
}

function links({ instanceId }) {
  const usage = make("a", { href: `${pathOf(instanceId)}/usage/page` }, text("usage"));
  const instance = make("a", { href: `${pathOf(instanceId)}/page` }, text("instance"));
  const isAdministrator = facts.get(instanceId)?.role === "Administrator";
  return make("span", { class: "links" }, usage, ...(isAdministrator ? [instance] : []));
}

function pick(instanceId) {
  choose({ instance: instanceId, search: "", field: "", value: "", sort: "", down: "" });
  showCustomers();
}

async function showCustomers() {
  const { instance: wanted } = choices();
  const instance = instances.find(({ instanceId }) => instanceId === wanted) ?? instances[0];
  at("customers").hidden = !instance;
  if (!instance) return;
  const first = await customers.show(instance);
  if (first && LOCAL.includes(location.hostname)) showCalls(instance.instanceId, first);
}

/** Show calls to try with the local host, which needs no sign-in. */
function showCalls(instanceId, customerId) {
  const data = `${API}${pathOf(instanceId)}/data/Customer`;
  const customer = `${data}/${encodeURIComponent(customerId)}`;
  const calls = {
    callRead: `curl '${customer}?explain=true'`,
    callUpdate: `curl -X PATCH '${customer}?validFor=PT1H' -H 'Content-Type: application/json' -H 'Prefer: return=representation' -d '{"City": "Bergen"}'`,
    callList: `curl '${data}?$top=3'`,
  };
  at("calls").hidden = false;
  at("calls").querySelector("ol").replaceChildren(...Object.entries(calls).map(([key, call]) => make("li", {}, text(key), make("pre", {}, call))));
}
