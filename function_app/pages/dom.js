/** Elements. Texts are set as text nodes: no script of the pages parses HTML. */

export const at = (id) => document.getElementById(id);

/** Create an element; `attributes` that are undefined, null or false are omitted. */
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

/** Create a button that calls `press`, once at a time. */
export function makeButton(label, press, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, label);
  button.addEventListener("click", oneAtATime(press));
  return button;
}

/** Return a function that does `act`, and nothing while that is not finished. */
export function oneAtATime(act) {
  let acting = null;
  return () => (acting ??= Promise.resolve(act()).finally(() => (acting = null)));
}

/** Create a form control with its label. */
export const labelled = (label, control) => make("label", {}, make("span", {}, label), " ", control);

/** Set the text of an element if it differs, so that screen readers and selections are not interrupted. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set the options of a `select`; the selected value is kept. */
export function offer(select, choices) {
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, label]) => make("option", { value }, label)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}

/** Set the children of a list; children in the right place are not moved. */
export function arrange(list, items) {
  const kept = new Set(items);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}
