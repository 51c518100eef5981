/** Style sheets of parts that are loaded when they are opened. */

import { make } from "./dom.js";

/** Load a style sheet of the pages once; a part without its styles is better than none. */
export function loadStyles(name) {
  const href = new URL(name, import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return null;
  const link = make("link", { rel: "stylesheet", href });
  const loaded = new Promise((resolve) => {
    for (const event of ["load", "error"]) link.addEventListener(event, resolve);
  });
  document.head.append(link);
  return loaded;
}
