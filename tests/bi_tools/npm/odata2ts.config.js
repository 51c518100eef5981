// Makes the client of the feed from its metadata: node_modules/.bin/odata2ts feed, in a folder with metadata.xml.
const { EmitModes, Modes } = require("@odata2ts/odata2ts");

module.exports = {
  mode: Modes.service,
  emitMode: EmitModes.js_dts,
  services: { feed: { source: "metadata.xml", output: "feed", serviceName: "Feed" } },
};
