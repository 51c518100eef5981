/** The texts of the parts of the card that are loaded when they are opened: search, editing, notes, history. */

import { addTexts } from "./texts.js";

addTexts({
  foundNone: "No customer found",
  foundSome: "Customers found: {count}",
  foundMany: "The first {count} customers found",
  reverted: "{field}: the source's value shows again",
  cancel: "Cancel",
  save: "Save",
  newValue: "New value",
  noValue: "No value: clear the field",
  validFor: "Valid for",
  untilEndOfDay: "End of day ({zone})",
  untilNextRefresh: "Until next refresh",
  applied: "{field} is {value} until {time}.",
  appliedToRefresh: "{field} is {value} until the next refresh, at the latest {time}.",
  superseded: "The update is stored, but a newer one covers it until then: {time}.",
  changedFrom: "{from} to {until}",
  changedToRefresh: "{from} to the next refresh, at the latest {until}",
  shows: "shows",
  stateSuperseded: "superseded",
  expired: "expired",
  landed: "the source has it",
  stateContradicted: "shows, the source has changed",
  ended: "ended {time}",
  noteTitle: "Title",
  noteText: "Text",
  posted: "The note “{title}” is on the timeline until {time}.",
  ofNewest: "Of the newest {count} activities",
  noHistory: "No updates in the last day",
});
