/** The texts of charts. */

import { addTexts } from "./texts.js";

addTexts({
  chart: "{title}: {total} in total, at most {most} in one interval. Arrow keys choose an interval.",
  chooseBar: "Point at a bar to read its figures.",
});
