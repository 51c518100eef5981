/** Generates the clients: `node generate.js FOLDER GENERAL INSTANCE`, with the addresses of the definitions. */

import { generateApi } from "swagger-typescript-api";

const [output, ...urls] = process.argv.slice(2);
const options = { moduleNameFirstTag: true, disableThrowOnError: true, silent: true };
for (const [index, url] of urls.entries()) {
  await generateApi({ ...options, url, output, fileName: ["general-client.ts", "instance-client.ts"][index] });
}
