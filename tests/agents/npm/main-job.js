// The main job, over the official client in TypeScript: node main-job.js URL MODE.
import { deepEqual, equal, match, ok } from "node:assert/strict";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [url, mode] = process.argv.slice(2);
const client = new Client({ name: "tests", version: "1.0.0" }, { versionNegotiation: { mode } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));

async function use(name, args) {
  const result = await client.callTool({ name, arguments: args });
  ok(!result.isError, JSON.stringify(result));
  equal(result.content.length, 1);
  return [result.structuredContent, result.content[0].text];
}

const names = (await client.listTools()).tools.map((tool) => tool.name);
ok(names.includes("update_customer"));
const [found] = await use("find_customers", { filter: "City eq 'Oslo'", top: 1 });
const customer_id = found.value[0].CustomerId;
const [updated] = await use("update_customer", { customer_id, fields: { City: "Bodø" }, valid_for: "PT1H" });
const [read, text] = await use("get_customer", { customer_id });
deepEqual([read.City, read["@explain"].City.source], ["Bodø", "Oslo"]);
match(text, /the source has Oslo/);
const fields = { CustomerId: customer_id, ActivityTime: "2026-11-23T10:00:00Z", ActivityType: "Call", Title: "Moved" };
const [added] = await use("add_activity", { fields });
equal(added.value.outcome, "created");
const [timeline] = await use("list_activities", { customer_id });
deepEqual(timeline.value.map((each) => each.Title), ["Moved"]);
await use("end_update", { customer_id, update_id: updated.receipt.updateId });
const [ended] = await use("get_customer", { customer_id });
equal(ended.City, "Oslo");
const refused = await client.callTool({ name: "get_customer", arguments: { customer_id: "unknown" } });
ok(refused.isError);
console.log(`done by ${client.getNegotiatedProtocolVersion()}`);
await client.close();
