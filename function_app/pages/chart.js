/** A chart of stacked bars over time, as SVG. The tables have the same figures for users of screen readers. */

import { make, makeSvg } from "./dom.js";
import { text } from "./texts.js";

const HEIGHT = 220;
const TOP = 12;
const BOTTOM = 24;
const STEPS = 4;
const LABEL_WIDTH = 84;
const BAR_GAP = 0.22;

/**
 * Draw `series` ([{name, values}], a value for each of `times`) into a box, and redraw when its width changes.
 */
export function drawBars(box, chart) {
  box.chart = chart;
  if (!box.observer) {
    box.observer = new ResizeObserver(() => draw(box, box.chart));
    box.observer.observe(box);
  }
  draw(box, chart);
}

function draw(box, { title, times, series, format, formatTime }) {
  const width = box.clientWidth;
  if (width === 0) return;
  const sums = times.map((_, index) => series.reduce((sum, each) => sum + each.values[index], 0));
  const most = Math.max(...sums, 1);
  const ceiling = niceCeiling(most);
  const left = 12 + 7.5 * Math.max(...gridSteps(ceiling).map((value) => format(value).length));
  const inner = width - left;
  const height = (value) => ((HEIGHT - TOP - BOTTOM) * value) / ceiling;
  const slot = inner / times.length;
  const total = sums.reduce((sum, each) => sum + each, 0);
  const label = text("chart", { title, total: format(total), most: format(Math.max(...sums)) });
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, role: "img", "aria-label": label });
  for (const value of gridSteps(ceiling)) {
    const y = HEIGHT - BOTTOM - height(value);
    svg.append(makeSvg("line", { x1: left, x2: width, y1: y, y2: y }));
    svg.append(makeSvg("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, format(value)));
  }
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / slot));
  times.forEach((time, index) => {
    const x = left + index * slot;
    let y = HEIGHT - BOTTOM;
    series.forEach((each, number) => {
      const value = each.values[index];
      if (value === 0) return;
      const tall = Math.max(height(value), 1);
      y -= tall;
      const shape = { class: `s${number}`, x: x + (slot * BAR_GAP) / 2, y, width: slot * (1 - BAR_GAP), height: tall };
      const hint = `${formatTime(time)} · ${each.name}: ${format(value)}`;
      svg.append(makeSvg("rect", shape, makeSvg("title", {}, hint)));
    });
    const middle = x + slot / 2;
    const isInside = middle - LABEL_WIDTH / 2 > left - 20 && middle + LABEL_WIDTH / 2 < width + 4;
    if ((times.length - 1 - index) % every === Math.floor(every / 2) % every && isInside) {
      svg.append(makeSvg("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, formatTime(time)));
    }
  });
  const keys = series.map((each, number) => make("li", {}, swatch(number), make("bdi", {}, each.name)));
  box.replaceChildren(svg, make("ul", { class: "legend" }, ...keys));
}

const swatch = (number) =>
  makeSvg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, makeSvg("rect", { class: `s${number}`, width: 10, height: 10, rx: 2 }));

const gridSteps = (ceiling) => Array.from({ length: STEPS + 1 }, (_, step) => (ceiling * step) / STEPS);

/** Return a round number not below `most` for an axis of four steps. */
function niceCeiling(most) {
  const unit = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 4, 8, 10].find((times) => times * unit >= most) * unit;
  return Math.max(found, STEPS);
}
