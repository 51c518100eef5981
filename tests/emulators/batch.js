// Transactional batches: all operations or none. Must be loaded before the package, as its routes keep the handler of that time.
const handler = require("@vercel/cosmosdb-server/lib/handler/batch-documents");

const run = handler.default;
const FAILED_DEPENDENCY = 424;

handler.default = async (account, request, response, params) => {
  const { documents } = account.database(params.dbId).collection(params.collId);
  const before = { data: new Map(documents._data), index: new Map(documents._index) };
  const results = await run(account, request, response, params);
  if (!Array.isArray(results) || results.every(({ statusCode }) => statusCode < 400)) return results;
  documents._data = before.data;
  documents._index = before.index;
  response.statusCode = 207;
  return results.map((each) =>
    each.statusCode < 400 ? { statusCode: FAILED_DEPENDENCY, requestCharge: 0 } : each,
  );
};

/** Return a batch's body with the partition key of its header in every operation, as the package reads it. */
function withPartitionKey(body, key) {
  return JSON.stringify(JSON.parse(body).map((operation) => ({ partitionKey: key, ...operation })));
}

module.exports = { withPartitionKey };
