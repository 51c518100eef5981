/** Texts with the marks of Markdown, as the tables of errors have them: shown as elements, or left out. */

import { make } from "./dom.js";

const MARKS = /`([^`]+)`|\*([^*\s][^*]*)\*/g;

/** Return a text as an element: what is in backticks as code, what is in asterisks emphasized. */
export function marked(text) {
  const shown = make("span");
  let place = 0;
  for (const { 0: whole, 1: code, 2: emphasized, index } of text.matchAll(MARKS)) {
    shown.append(text.slice(place, index), code ? make("code", {}, code) : make("em", {}, emphasized));
    place = index + whole.length;
  }
  shown.append(text.slice(place));
  return shown;
}

/** Return a text without its marks. */
export const unmarked = (text) => text.replace(MARKS, "$1$2");
