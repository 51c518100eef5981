// Reads of an absent document answer 404, where the package fails. Must be loaded before the package.
const handler = require("@vercel/cosmosdb-server/lib/handler/read-document");

const read = handler.default;

handler.default = (account, request, response, params) => {
  const collection = account.database(params.dbId).collection(params.collId);
  const [key] = JSON.parse(request.headers["x-ms-documentdb-partitionkey"] ?? "[]");
  if (collection.read() && collection.document(params.docId, key).read()) {
    return read(account, request, response, params);
  }
  response.statusCode = 404;
  return { code: "NotFound", message: "Entity with the specified id does not exist in the system." };
};
