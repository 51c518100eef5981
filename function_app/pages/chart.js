/** A chart of stacked bars over time, as SVG. Pointer, touch and arrow keys choose a bar, whose figures stand below. */

import "./texts_chart.js";
import { make, makeSvg, say } from "./dom.js";
import { text } from "./texts.js";

const [HEIGHT, TOP, BOTTOM, STEPS, LABEL_WIDTH, BAR_GAP] = [220, 12, 24, 4, 84, 0.22];

/** Draw `series` ([{name, colour, values}], a value for each of `times`) into a box, and again when its width changes. */
export function drawBars(box, chart) {
  box.chart = chart;
  if (!box.observer) {
    box.output = make("output", {});
    box.picture = make("div", { tabindex: "0", role: "group" });
    box.legend = make("ul", { class: "legend" });
    box.replaceChildren(box.picture, box.output, box.legend);
    box.observer = new ResizeObserver(() => draw(box, box.chart));
    box.observer.observe(box);
    box.picture.addEventListener("pointermove", (event) => pick(box, slotAt(box, event)));
    box.picture.addEventListener("pointerdown", (event) => pick(box, slotAt(box, event)));
    box.picture.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      pick(box, Math.min(box.chart.times.length - 1, Math.max(0, (box.chosen ?? box.chart.times.length) + step)));
    });
  }
  draw(box, chart);
}

function draw(box, { title, times, series, format, formatTime }) {
  const width = box.clientWidth;
  if (width === 0 || times.length === 0) return;
  const totals = times.map((_, index) => series.reduce((sum, each) => sum + each.values[index], 0));
  const ceiling = niceCeiling(Math.max(...totals, 1));
  const left = 12 + 7.5 * Math.max(...gridSteps(ceiling).map((value) => format(value).length));
  const height = (value) => ((HEIGHT - TOP - BOTTOM) * value) / ceiling;
  const slot = (width - left) / times.length;
  const total = totals.reduce((sum, each) => sum + each, 0);
  box.picture.setAttribute("aria-label", text("chart", { title, total: format(total), most: format(Math.max(...totals)) }));
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, "aria-hidden": "true" });
  for (const value of gridSteps(ceiling)) {
    const y = HEIGHT - BOTTOM - height(value);
    svg.append(makeSvg("line", { x1: left, x2: width, y1: y, y2: y }));
    svg.append(makeSvg("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, format(value)));
  }
  if (box.chosen < times.length) {
    const place = { x: left + box.chosen * slot, y: TOP, width: slot, height: HEIGHT - TOP - BOTTOM };
    svg.append(makeSvg("rect", { class: "chosen", ...place }));
  }
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / slot));
  times.forEach((time, index) => {
    const x = left + index * slot;
    let y = HEIGHT - BOTTOM;
    for (const { colour, values } of series.filter((each) => each.values[index] > 0)) {
      const tall = Math.max(height(values[index]), 1);
      y -= tall;
      svg.append(makeSvg("rect", { class: colour, x: x + (slot * BAR_GAP) / 2, y, width: slot * (1 - BAR_GAP), height: tall }));
    }
    const middle = x + slot / 2;
    const isInside = middle - LABEL_WIDTH / 2 > left - 20 && middle + LABEL_WIDTH / 2 < width + 4;
    if ((times.length - 1 - index) % every === Math.floor(every / 2) % every && isInside) {
      svg.append(makeSvg("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, formatTime(time)));
    }
  });
  box.picture.replaceChildren(svg);
  [box.left, box.width] = [left, slot];
  box.legend.replaceChildren(...series.map(({ name, colour }) => make("li", {}, swatch(colour), make("bdi", {}, name))));
  say(box.output, figuresAt(box));
}

/** Return the number of the bar at a pointer. */
const slotAt = (box, event) =>
  Math.min(box.chart.times.length - 1, Math.max(0, Math.floor((event.clientX - box.picture.getBoundingClientRect().left - box.left) / box.width)));

function pick(box, slot) {
  if (slot === box.chosen) return;
  box.chosen = slot;
  draw(box, box.chart);
}

function figuresAt({ chosen, chart: { times, series, format, formatTime } }) {
  if (!(chosen < times.length)) return text("chooseBar");
  const parts = series.filter((each) => each.values[chosen] > 0).map((each) => `${each.name}: ${format(each.values[chosen])}`);
  return [formatTime(times[chosen]), ...(parts.length ? parts : [format(0)])].join(" · ");
}

const swatch = (colour) =>
  makeSvg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, makeSvg("rect", { class: colour, width: 10, height: 10, rx: 2 }));

const gridSteps = (ceiling) => Array.from({ length: STEPS + 1 }, (_, step) => (ceiling * step) / STEPS);

/** Return a round number not below `most` for an axis of four steps. */
function niceCeiling(most) {
  const unit = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 4, 8, 10].find((times) => times * unit >= most) * unit;
  return Math.max(found, STEPS);
}
