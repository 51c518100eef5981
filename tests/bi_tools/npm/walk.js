// Reads the feed at the address in the first argument with the client that odata2ts made, and prints what it read.
const { FetchClient } = require("@odata2ts/http-client-fetch");
const { FeedService } = require("./feed/FeedService.js");

const PAGE = { headers: { Prefer: "odata.maxpagesize=1000" } };
const http = new FetchClient();
const root = process.argv[2];
const service = new FeedService(http, root);

/** Returns a property of the rows of all pages. */
async function walk(set, property) {
  const values = [];
  let { data } = await set.query(undefined, PAGE);
  for (;;) {
    values.push(...data.value.map((row) => row[property]));
    const next = data["@odata.nextLink"];
    if (!next) return values;
    data = (await http.get(next)).data;
  }
}

async function main() {
  const city = process.argv[3];
  const filtered = await service.Customer().query((builder, customer) =>
    builder
      .select("CustomerId", "City", "Value")
      .filter(customer.City.eq(city), customer.BirthDate.lt("2000-01-01"), customer.Value.ge(2.5))
      .orderBy(customer.CustomerId.desc())
      .count()
      .top(3),
  );
  const one = await service.Customer("c00007").query();
  console.log(
    JSON.stringify({
      customers: await walk(service.Customer(), "CustomerId"),
      activities: await walk(service.UnifiedActivity(), "ActualActivityId"),
      records: await walk(service.Shop_Purchases(), "PurchaseId"),
      filtered: filtered.data,
      one: one.data,
    }),
  );
}

main();
