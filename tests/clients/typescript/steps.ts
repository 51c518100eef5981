/** The main job, over the client that is made of either definition. */

import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";

import type * as made from "./general-client.js";

type Answer<Body> = Promise<made.HttpResponse<Body, made.ErrorBody>>;

/** Operations of one instance. */
export interface Calls {
  update: (
    customerId: string,
    body: object,
    query?: { clear?: string },
    options?: made.RequestParams,
  ) => Answer<made.UpdatedCustomer>;
  get: (customerId: string) => Answer<{ City?: string | null; Points?: number | null }>;
  list: (query: { $filter: string; $count: boolean; $top: number }) => Answer<made.CustomerList>;
  create: (entityName: "Shop_Purchases", body: object) => Answer<made.CreatedActivity>;
  updateMany: (body: made.UpdateCustomersBatch) => Answer<made.BatchResult>;
  poll: (query?: { state?: string }) => Answer<made.UpdateEvents>;
}

// The generator leaves headers out of its functions.
const representation = { headers: { Prefer: "return=representation" } };

export async function doTheMainJob(calls: Calls): Promise<void> {
  await updateAndRead(calls);
  await list(calls);
  await createActivities(calls);
  await updateMany(calls);
  await readErrors(calls);
  await poll(calls);
  console.log("done");
}

async function updateAndRead({ update, get }: Calls): Promise<void> {
  const updated = await update("bob", { City: "Bergen" }, {}, representation);
  deepEqual([updated.status, updated.data.receipt.outcome], [200, "applied"]);
  equal(updated.data.customer.City, "Bergen");
  const cleared = await update("dag", { Points: 7 }, { clear: "City" }, representation);
  equal(cleared.data.customer.City, null);
  const { data: dag } = await get("dag");
  deepEqual([dag.City, dag.Points], [null, 7]);
}

async function list({ update, list }: Calls): Promise<void> {
  await update("eve", { City: "Narvik" });
  await update("fay", { City: "Narvik" });
  const { data: page } = await list({ $filter: "City eq 'Narvik'", $count: true, $top: 1 });
  deepEqual([page.value.map((row) => row.CustomerId), page["@odata.count"]], [["eve"], 2]);
}

async function createActivities({ create }: Calls): Promise<void> {
  const purchase = { PurchaseId: "P-1", PurchasedOn: "2026-11-23T10:30:00Z", ContactId: "K-1", Product: "Grinder" };
  const created = await create("Shop_Purchases", purchase);
  deepEqual([created.status, created.data.value.customerId], [201, "ada"]);
  const parked = await create("Shop_Purchases", { ...purchase, PurchaseId: "P-2", ContactId: "K-9" });
  deepEqual([parked.status, parked.data.value.outcome, parked.data.value.customerId], [202, "parked", null]);
}

async function updateMany({ updateMany }: Calls): Promise<void> {
  const items = [
    { CustomerId: "gro", City: "Bergen" },
    { CustomerId: "eve", Cty: "Bergen" },
  ];
  const [applied, refused] = (await updateMany({ items })).data.value;
  equal(applied?.outcome, "applied");
  deepEqual([refused?.index, refused?.errorCode, refused?.details?.[0]?.target], [1, "UnknownAttribute", "/Cty"]);
}

async function readErrors({ update, get }: Calls): Promise<void> {
  const refused = await update("ada", { Cty: "Bergen" });
  deepEqual([refused.status, refused.error.errorCode], [400, "UnknownAttribute"]);
  equal(refused.error.details[0]?.target, "/Cty");
  const absent = await get("nobody");
  deepEqual([absent.status, absent.error.errorCode], [404, "CustomerNotFound"]);
}

async function poll({ update, poll }: Calls): Promise<void> {
  console.log("waits for events");
  await once(process.stdin, "data");
  const first = await poll();
  deepEqual([first.status, first.data.value], [202, []]);
  await update("ida", { City: "Bergen" });
  console.log("waits for events");
  await once(process.stdin, "data");
  process.stdin.destroy();
  const polled = await poll({ state: first.data.state });
  const seen = polled.data.value.map(({ customerId, names, fields }) => [customerId, names, fields.City]);
  deepEqual([polled.status, seen], [200, [["ida", ["City"], "Bergen"]]]);
}
