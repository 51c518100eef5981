/** Icons of activities: by name in the definition, otherwise by activity type. They are 24 units wide, drawn in lines. */

import { makeSvg } from "./dom.js";

const SHAPES = {
  cart: ["M3 4h2l2.2 10.5h10.3L20 7H6", "M8.5 19.5a.8.8 0 1 0 .1 0", "M16.5 19.5a.8.8 0 1 0 .1 0"],
  store: ["M4 10v10h16V10", "M3 10l2-6h14l2 6z", "M10 20v-6h4v6"],
  ticket: ["M3 7h18v3.5a1.5 1.5 0 0 0 0 3V17H3v-3.5a1.5 1.5 0 0 0 0-3z", "M14 7v10"],
  feedback: ["M4 5h16v11h-9l-4 4v-4H4z", "M8 9.5h8", "M8 12.5h5"],
  star: ["M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8z"],
  repeat: ["M4 11a8 8 0 0 1 14-4l2 2", "M20 4v5h-5", "M20 13a8 8 0 0 1-14 4l-2-2", "M4 20v-5h5"],
  mail: ["M3 6h18v12H3z", "M3 7l9 6 9-6"],
  phone: ["M6 3l3 5-2 2a13 13 0 0 0 7 7l2-2 5 3-2 3C10 21 3 14 3 5z"],
  globe: ["M12 3a9 9 0 1 0 .1 0", "M3 12h18", "M12 3c-5 6-5 12 0 18c5-6 5-12 0-18"],
  calendar: ["M4 6h16v14H4z", "M4 10h16", "M8 3v4", "M16 3v4"],
  other: ["M12 7v5l3 3", "M12 3a9 9 0 1 0 .1 0"],
};
const BY_TYPE = [
  [/order|purchase|sale/i, "cart"],
  [/ticket|case|support/i, "ticket"],
  [/feedback|survey|review/i, "feedback"],
  [/loyalty|reward|point/i, "star"],
  [/subscription|renew/i, "repeat"],
  [/mail/i, "mail"],
  [/call|phone/i, "phone"],
  [/web|visit|page/i, "globe"],
  [/meeting|appointment|event/i, "calendar"],
];

export function icon(name, type) {
  const byType = BY_TYPE.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
  const paths = Object.hasOwn(SHAPES, name ?? "") ? SHAPES[name] : SHAPES[byType];
  return makeSvg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths.map((d) => makeSvg("path", { d })));
}
