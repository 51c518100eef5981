/** Uses the client that is made of the definition for all instances: calls name the instance, fields have no types. */

import { Api } from "./general-client.js";
import { doTheMainJob } from "./steps.js";

const [baseUrl = "", instanceId = ""] = process.argv.slice(2);
const { customers, activities, triggers } = new Api({ baseUrl });

function here<Rest extends unknown[], Result>(call: (instanceId: string, ...rest: Rest) => Result) {
  return (...rest: Rest): Result => call(instanceId, ...rest);
}

await doTheMainJob({
  update: here(customers.updateCustomer),
  get: here(customers.getCustomer),
  list: here(customers.listCustomers),
  create: here(activities.createActivity),
  updateMany: here(customers.updateCustomers),
  poll: here(triggers.whenAProfileIsUpdated),
});
