/** What an operation is for, as the connector's definition says. */

import { read } from "./server.js";

/** Return the verb, path, summary and description of an operation as a text; empty for one that is not public. */
export async function aboutOperation(id) {
  const { paths } = await read("connector/apiDefinition.swagger.json");
  for (const [path, verbs] of Object.entries(paths)) {
    for (const [verb, { operationId, summary, description }] of Object.entries(verbs)) {
      if (operationId === id) return `${summary}. ${description} ${verb.toUpperCase()} ${path}`;
    }
  }
  return "";
}
