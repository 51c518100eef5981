// Text functions with the last argument of the service, to ignore case, and functions that the package does not have.
const functions = require("@zeit/cosmosdb-query/lib/builtin-functions");

const folding = (test) => (text, wanted, ignoreCase = false) => {
  if (typeof text !== "string" || typeof wanted !== "string") return undefined;
  return ignoreCase ? test(text.toLowerCase(), wanted.toLowerCase()) : test(text, wanted);
};

functions.CONTAINS = folding((text, wanted) => text.includes(wanted));
functions.STARTSWITH = folding((text, wanted) => text.startsWith(wanted));
functions.ENDSWITH = folding((text, wanted) => text.endsWith(wanted));
functions.STRINGEQUALS = folding((text, wanted) => text === wanted);
functions.REGEXMATCH = (text, pattern) => (typeof text === "string" ? new RegExp(pattern).test(text) : undefined);
functions.IS_INTEGER = (value) => Number.isInteger(value);
