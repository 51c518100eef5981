/** Uses the client that is made of the definition for one instance: fields have types. */

import { equal } from "node:assert/strict";

import { Api, type Customer } from "./instance-client.js";
import { doTheMainJob } from "./steps.js";

const [baseUrl = ""] = process.argv.slice(2);
const { customers, activities, triggers } = new Api({ baseUrl });

/** Compiles only if these are the types of the fields. */
function texts(customer: Customer): (string | null | undefined)[] {
  return [customer.City, customer.BirthDate];
}

const { data: ada } = await customers.getCustomer("ada");
equal(texts(ada).join(), "Oslo,1990-12-31");
const points: number | null | undefined = ada.Points;
equal(points, null);
const page = await customers.listCustomers({ $filter: "CustomerId eq 'ada'" });
equal(page.data.value[0]?.City?.toUpperCase(), "OSLO");

await doTheMainJob({
  update: customers.updateCustomer,
  get: customers.getCustomer,
  list: customers.listCustomers,
  create: activities.createActivity,
  updateMany: customers.updateCustomers,
  poll: triggers.whenAProfileIsUpdated,
});
