/** All fields of an activity, with friendly names: those of its source record, then those of the unified activity. */

import { make } from "./dom.js";
import { formatValue } from "./formats.js";
import { read } from "./server.js";
import { loadStyles } from "./styles.js";

await loadStyles("parts.css");

/** Return a row for each field of an activity that has a value. */
export async function fieldsOf({ SemanticData, RangeIndex, ...unified }, instance) {
  const { entities } = await read(`${instance}/manage/entities`);
  const known = (name) => entities.find((each) => each.qualifiedEntityName === name)?.attributes ?? [];
  const attributes = [...known(unified.EntityName), ...known("UnifiedActivity")];
  return Object.entries({ ...recordOf(SemanticData), ...unified })
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => {
      const attribute = attributes.find((each) => each.name === name);
      const label = attribute?.friendlyName || name;
      return make("div", {}, make("dt", { dir: "auto" }, label), make("dd", { dir: "auto" }, formatValue(value, attribute?.dataType)));
    });
}

/** Return the source record of an activity; an empty one if it has none. */
function recordOf(semanticData) {
  try {
    const record = JSON.parse(semanticData ?? "{}");
    return record && typeof record === "object" ? record : {};
  } catch {
    return {};
  }
}
