// Requests that Cosmos DB refuses and the package accepts: sizes, ids, keys, `ttl`, and orders without an index.
const MAX_REQUEST = 2 * 1024 * 1024;
const MAX_QUERY = 512 * 1024;
const MAX_ID = 1_023;
const MAX_KEY = 2_048;
const MAX_BATCH = 100;
const MAX_BATCH_SIZE = 1.2 * 1024 * 1024; // of the Python SDK
const NEEDED = {
  Create: ["resourceBody"],
  Upsert: ["resourceBody"],
  Read: ["id"],
  Replace: ["id", "resourceBody"],
  Delete: ["id"],
  Patch: ["id", "resourceBody"],
};
const COLLECTIONS = /^\/dbs\/([^/]+)\/colls\/?$/;
const DOCUMENTS = /^\/dbs\/([^/]+)\/colls\/([^/]+)\/docs(\/|$)/;
const ORDER_BY = /\bORDER BY\s+(.+)$/is;
const PATH = /^c((?:\.\w+|\["[^"]+"\])+)(?:\s+(?:ASC|DESC))?$/i;

const containers = new Map(); // the properties of each, by database and name
const bytes = (text) => Buffer.byteLength(text);
const bad = (message) => ({ status: 400, code: "BadRequest", message });
const tooLarge = { status: 413, code: "RequestEntityTooLarge", message: "Request size is too large" };

/** Return the refusal of a request as {status, code, message}, undefined for one that the service takes. */
function refusal(request, body) {
  const made = COLLECTIONS.exec(request.url);
  if (made && request.method === "POST") {
    const container = JSON.parse(body);
    if (container.id) containers.set(`${made[1]}/${container.id}`, container);
    return undefined;
  }
  const asked = DOCUMENTS.exec(request.url);
  if (!asked || !["POST", "PUT"].includes(request.method)) return undefined;
  if (sizeRefusal(body)) return tooLarge;
  if (request.headers["x-ms-documentdb-isquery"]) return queryRefusal(body, containers.get(`${asked[1]}/${asked[2]}`));
  const content = JSON.parse(body);
  if (!request.headers["x-ms-cosmos-is-batch-request"]) return documentRefusal(content);
  return bytes(body) > MAX_BATCH_SIZE ? tooLarge : batchRefusal(content, request.headers);
}

function sizeRefusal(body) {
  return bytes(body) > MAX_REQUEST ? tooLarge : undefined;
}

/** Return the refusal of a whole batch; what is wrong with one operation is answered as that operation's status. */
function batchRefusal(operations, headers) {
  if (headers["x-ms-cosmos-batch-atomic"]?.toLowerCase() !== "true") return bad("Only atomic batches are answered here");
  if (!isKey(headers["x-ms-documentdb-partitionkey"])) return bad("A batch needs a partition key");
  if (!Array.isArray(operations) || operations.length === 0) return bad("Batch request has no operations.");
  if (operations.length > MAX_BATCH) return bad("Batch request has more operations than what is supported.");
  if (!operations.every(isWhole)) return bad("An operation of the batch is unknown, or has no id or document");
  const isOdd = ({ operationType, ifMatch, ifNoneMatch }) => ifNoneMatch || (ifMatch && operationType === "Read");
  return operations.some(isOdd) ? bad("Conditional reads and ifNoneMatch are not answered here") : undefined;
}

function isKey(header) {
  const key = header && JSON.parse(header);
  return Array.isArray(key) && key.length === 1 && typeof key[0] === "string";
}

function isWhole(operation) {
  const needed = NEEDED[operation?.operationType];
  return needed !== undefined && needed.every((member) => operation[member]);
}

function documentRefusal({ id, pk, ttl }) {
  if (typeof id !== "string" || id === "" || bytes(id) > MAX_ID || /[/\\?#]/.test(id)) return bad("The id is invalid");
  if (typeof pk === "string" && bytes(pk) > MAX_KEY) return bad("The partition key is larger than 2048 bytes");
  const isLife = Number.isInteger(ttl) && (ttl === -1 || (ttl >= 1 && ttl <= 2_147_483_647));
  return ttl === undefined || isLife ? undefined : bad("The ttl must be -1 or a positive whole number");
}

function queryRefusal(body, container) {
  if (bytes(body) > MAX_QUERY) return bad("The query is larger than 512 KB");
  const orders = ORDER_BY.exec(JSON.parse(body).query)?.[1].split(",") ?? [];
  const policy = container?.indexingPolicy;
  if (orders.length > 1 && !policy?.compositeIndexes?.length) return bad("The order by needs a composite index");
  const unserved = orders.find((order) => !isIndexed(order.trim(), policy));
  return unserved && bad(`The index path of the order-by item ${unserved.trim()} is excluded`);
}

function isIndexed(order, policy) {
  const found = PATH.exec(order);
  if (!found || !policy?.includedPaths) return true;
  const path = found[1].replace(/\.(\w+)|\["([^"]+)"\]/g, "/$1$2") + "/?";
  const fits = ({ path: each }) => (each.endsWith("*") ? path.startsWith(each.slice(0, -1)) : path === each);
  const longest = (paths) => Math.max(0, ...(paths ?? []).filter(fits).map((each) => each.path.length));
  return path === "/id/?" || longest(policy.includedPaths) > longest(policy.excludedPaths);
}

module.exports = { refusal, documentRefusal, sizeRefusal };
