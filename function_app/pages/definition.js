/** The definition of an instance: read, changed in an editor, and saved as a whole. */

import { make, makeButton } from "./dom.js";
import { read, Refused, send } from "./server.js";
import { save } from "./table.js";
import { text } from "./texts.js";

export class DefinitionSection {
  #instance;
  #editor = make("textarea", { spellcheck: "false", "aria-labelledby": "definition-title", dir: "ltr" });

  constructor(box, instance, tell) {
    this.#instance = instance;
    const keep = makeButton(text("save"), () => confirm(text("replaceDefinition")) && tell(this.#save()));
    const download = makeButton(text("download"), () => save("definition.json", this.#editor.value, "application/json"));
    box.append(make("details", {}, make("summary", {}, text("showDefinition")), this.#editor, make("p", { class: "actions" }, keep, download)));
  }

  async show() {
    this.#editor.value = JSON.stringify(await read(`${this.#instance}/definition`), null, 2);
  }

  async #save() {
    await send("PUT", this.#instance, { body: parsed(this.#editor.value) });
    await this.show();
  }
}

function parsed(written) {
  try {
    return JSON.parse(written);
  } catch (error) {
    throw new Refused(0, error); // what the server would refuse
  }
}
