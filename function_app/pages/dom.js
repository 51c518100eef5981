/** Elements. Text only ever becomes text: nothing here, and nothing else, parses HTML. */

export const at = (id) => document.getElementById(id);

/** Make an element; `attributes` that are undefined, null or false are left out. */
export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function makeSvg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Set an element's text, if it is another one: what is read aloud or selected stays undisturbed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Fill a `select`, keeping what is chosen. */
export function offer(select, choices) {
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, label]) => make("option", { value }, label)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}
