/** The texts of the start page. */

import "./texts_refreshes.js";
import { addTexts } from "./texts.js";

addTexts({
  title: "Real-time Customer Profiles",
  instances: "Instances",
  noInstances: "You have a role on no instance. Ask an administrator for one.",
  name: "Name",
  role: "My role",
  lastRefresh: "Last refresh",
  never: "never",
  failedToday: "Failed calls today",
  pages: "Pages",
  customersOf: "Customers of {name}",
  noCustomers: "No customer fits",
  search: "Search",
  field: "Field",
  anyField: "No filter",
  value: "Value",
  sort: "Sort by",
  byId: "Customer ID",
  descending: "Descending",
  numberExpected: "{field} expects a number, like 1200.",
  yesNoExpected: "{field} expects Yes or No.",
  dayExpected: "{field} expects a day, like 1990-12-31.",
  timeExpected: "{field} expects a day and a time, like 2026-11-24 09:30.",
  clockExpected: "{field} expects a time, like 09:30.",
  guidExpected: "{field} expects a whole id, like 22222222-2222-4222-8222-222222222222.",
  customersShown: "Customers shown: {shown} of {count}",
  moreCustomers: "More customers",
  firstCalls: "Three calls to try",
  callRead: "Read a customer, with where each live value comes from:",
  callUpdate: "Change a city for one hour:",
  callList: "List customers, live values included:",
});
