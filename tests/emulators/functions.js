// Text functions with the last argument of the service, to ignore case, and StringEquals.
const functions = require("@zeit/cosmosdb-query/lib/builtin-functions");

const folding = (test) => (text, wanted, ignoreCase = false) => {
  if (typeof text !== "string" || typeof wanted !== "string") return undefined;
  return ignoreCase ? test(text.toLowerCase(), wanted.toLowerCase()) : test(text, wanted);
};

functions.CONTAINS = folding((text, wanted) => text.includes(wanted));
functions.STARTSWITH = folding((text, wanted) => text.startsWith(wanted));
functions.ENDSWITH = folding((text, wanted) => text.endsWith(wanted));
functions.STRINGEQUALS = folding((text, wanted) => text === wanted);
