/** Does not compile. */

import type { Customer } from "./instance-client.js";

export const city = (customer: Customer) => customer.Cty;
