// Transactional batches: all operations or none. Must be loaded before the package, as its routes keep the handler of that time.
const handler = require("@vercel/cosmosdb-server/lib/handler/batch-documents");
const operations = require("@vercel/cosmosdb-server/lib/handler/_document-operations");
const { patchOperation } = require("@vercel/cosmosdb-server/lib/handler/_patch-operations");
const { default: readJson } = require("@vercel/cosmosdb-server/lib/json");
const { documentRefusal, sizeRefusal } = require("./rules");

const MULTI_STATUS = 207;
const FAILED_DEPENDENCY = { statusCode: 424, requestCharge: 0 };
const BAD_REQUEST = { statusCode: 400 };
const CONDITION = /^\s*from\s+(\w+)\s+where\s+(.+)$/is;
const WITH_DOCUMENT = ["Create", "Upsert", "Replace"];
const runs = {
  Create: operations.createOperation,
  Upsert: operations.upsertOperation,
  Read: operations.readOperation,
  Replace: operations.replaceOperation,
  Delete: operations.deleteOperation,
  Patch: patch,
};
const idOf = ({ id, resourceBody }) => id ?? resourceBody?.id;

handler.default = async (account, request, response, { dbId, collId }) => {
  const batch = await readJson(request);
  // Without an await from here on, so that no other request is answered in between.
  const collection = account.database(dbId).collection(collId);
  if (!collection.read()) {
    response.statusCode = 404;
    return { code: "NotFound", message: "The container does not exist" };
  }
  const header = request.headers["x-ms-documentdb-partitionkey"];
  const [key] = JSON.parse(header);
  const ids = new Set(batch.map(idOf));
  const draft = draftOf(collection, ids, key);
  const target = { documents: draft, document: (id, partition) => draft._item("/id", id, partition) };
  const results = [];
  for (const [index, operation] of batch.entries()) {
    const { statusCode, body } = run(target, { ...operation, partitionKey: header }, key);
    if (statusCode >= 400) {
      response.statusCode = MULTI_STATUS;
      return batch.map((_, each) => (each === index ? { statusCode, requestCharge: 0 } : FAILED_DEPENDENCY));
    }
    results.push({ statusCode, requestCharge: 1, eTag: body?._etag, resourceBody: body });
  }
  take(draft, collection.documents, ids, key);
  return results;
};

/** Return a copy of the documents of a batch, for it to change. */
function draftOf(collection, ids, key) {
  const { documents } = collection;
  const draft = new documents.constructor(collection, documents._partitionKeyPath);
  draft._ridCount = documents._ridCount;
  for (const id of ids) {
    const found = collection.document(id, key).read();
    if (found) draft._set(found);
  }
  return draft;
}

/** Replace the documents of a batch by those of its draft. */
function take(draft, documents, ids, key) {
  documents._ridCount = draft._ridCount;
  for (const id of ids) {
    const [before, after] = [documents, draft].map((each) => each._item("/id", id, key).read());
    if (before === after) continue;
    if (before) documents.delete(id, key);
    if (after) documents._set(after);
  }
}

function run(target, operation, key) {
  const { operationType, id, resourceBody } = operation;
  const isOfKey = (document) => target.documents._getPartition(document) === key;
  if (WITH_DOCUMENT.includes(operationType)) {
    const isOther = id !== undefined && id !== resourceBody.id;
    if (documentRefusal(resourceBody) || isOther || !isOfKey(resourceBody)) return BAD_REQUEST;
  }
  const result = runs[operationType](target, operation);
  if (operationType !== "Patch" || result.statusCode >= 400) return result;
  const refused = sizeRefusal(JSON.stringify(result.body)) ?? documentRefusal(result.body);
  return refused ? { statusCode: refused.status } : result;
}

/** Patch a document. The package would read the condition in lower case. */
function patch(target, { resourceBody, ...operation }) {
  const condition = resourceBody.condition?.replace(CONDITION, "SELECT * FROM $1 WHERE $1.id = @id AND ($2)");
  return patchOperation(target, { ...operation, operations: resourceBody.operations, condition });
}
