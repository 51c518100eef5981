// Cosmos DB's wire protocol on loopback; prints `{"endpoint", "requests"}` as its first line.
// GET {requests} returns and forgets what was asked for documents since the last time: [{kind, path, body}].
const http = require("http");
const sql = require("@zeit/cosmosdb-query");
const { createHttpsServer } = require("@vercel/cosmosdb-server");

const parsed = new Map(); // parsing a query takes longer than all the rest, and the same ones come again and again
const parse = sql.default;
sql.default = (query) => parsed.get(query) ?? parsed.set(query, parse(query)).get(query);
const kinds = { POST: "create", PUT: "replace", GET: "read", DELETE: "delete" };
const kindOf = ({ method, headers }) =>
  headers["x-ms-documentdb-isquery"] ? "query" : headers["x-ms-documentdb-is-upsert"] ? "upsert" : kinds[method];

const seen = [];
const cosmos = createHttpsServer({ keepAlive: true });
cosmos.keepAliveTimeout = 120_000; // longer than anybody here is idle
cosmos.prependListener("request", (request) => {
  const entry = { kind: kindOf(request), path: request.url, body: "" };
  if (request.url.includes("/docs")) seen.push(entry);
  request.on("data", (chunk) => (entry.body += chunk));
});
const requests = http.createServer((_, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(seen.splice(0)));
});

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
Promise.all([listen(cosmos), listen(requests)]).then(([port, side]) =>
  console.log(JSON.stringify({ endpoint: `https://127.0.0.1:${port}`, requests: `http://127.0.0.1:${side}` })),
);
process.stdin.resume().on("end", () => process.exit(0));
