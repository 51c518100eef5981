// Cosmos DB's wire protocol on loopback, as strict as the service; prints `{"endpoint", "requests", "clock"}` first.
// GET {requests} returns the document requests since the last call, a batch as one of them: [{kind, path, body}].
// POST {clock} moves its clock forward by the seconds in the body.
const http = require("http");
const { Readable } = require("stream");
const sql = require("@zeit/cosmosdb-query");
require("./absent");
require("./functions");
require("./batch");
const { advance } = require("./ttl");
const { refusal } = require("./rules");
const { createHttpServer } = require("@vercel/cosmosdb-server");

const parsed = new Map(); // parsing a query is the slowest step, and the same queries are repeated
const parse = sql.default;
sql.default = (query) => parsed.get(query) ?? parsed.set(query, parse(query)).get(query);
const kinds = { POST: "create", PUT: "replace", PATCH: "patch", GET: "read", DELETE: "delete" };
const kindOf = ({ method, headers }) => {
  if (headers["x-ms-documentdb-isquery"]) return "query";
  if (headers["x-ms-cosmos-is-batch-request"]) return "batch";
  return headers["x-ms-documentdb-is-upsert"] ? "upsert" : kinds[method];
};

/** Return the body of a request, null if the client leaves before its end. */
const textOf = async (request) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString();
};

const seen = [];
// Without TLS: a client that is closed cancels its health check, and a TLS connection being made would stay open.
const cosmos = createHttpServer({ keepAlive: true });
cosmos.keepAliveTimeout = 120_000; // longer than any test is idle
const [answer] = cosmos.listeners("request");
cosmos.removeAllListeners("request");
cosmos.on("request", async (request, response) => {
  const body = await textOf(request);
  if (body === null) return response.destroy();
  const kind = kindOf(request);
  if (request.url.includes("/docs")) seen.push({ kind, path: request.url, body });
  const refused = refusal(request, body);
  if (refused) {
    response.writeHead(refused.status, { "content-type": "application/json" });
    return response.end(JSON.stringify({ code: refused.code, message: refused.message }));
  }
  const { method, url, headers } = request;
  return answer(Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers }), response);
});
const side = http.createServer(async (request, response) => {
  if (request.method === "POST") advance(Number(await textOf(request)));
  response.setHeader("Content-Type", "application/json");
  response.end(request.method === "POST" ? "{}" : JSON.stringify(seen.splice(0)));
});

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
Promise.all([listen(cosmos), listen(side)]).then(([port, other]) => {
  const beside = `http://127.0.0.1:${other}`;
  console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, requests: beside, clock: beside }));
});
process.stdin.resume().on("end", () => process.exit(0));
