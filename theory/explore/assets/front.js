/**
 * The front: error against cost for all sets of orders of a kernel, or for its families, with what is proved of them.
 */
import { alignGrids, chart, colour, columns, hover, show } from "./charts.js";
import { byId, el, fill, table } from "./dom.js";
import { fromText, toNumber } from "./fractions.js";
import { counted, decimal, formatOrders, ordersOf } from "./notation.js";

export const BUDGETS = {
  terms: "subpool maxima",
  units: "ReLUs",
  parameters: "parameters",
  hidden_layers: "layers",
};

let marker; // the source of the selected set
let drawn; // the front that is shown, and what a choice of its sets does

const LARGEST_DOUBLE = 1e300; // beyond it a logarithmic axis has no place

/** Binomial coefficients of d, in doubles: sums up to 2^12 are exact. */
function binomials(d) {
  const row = [1];
  for (let r = 1; r <= d; r++) row.push((row[r - 1] * (d - r + 1)) / r);
  return row;
}

/** The points of a kernel size: all sets of a sweep, or the families. */
function readPoints(size, d) {
  const names = new Map(); // of several families where they meet
  for (const { name, orders } of size.families) names.set(orders, names.has(orders) ? `${names.get(orders)}, ${name}` : name);
  if (!size.sweep) {
    const once = new Map(size.families.map((one) => [one.orders, one]));
    return [...once.values()].map(({ orders, error, ...counts }) => ({
      ...counts, orders, name: names.get(orders), exact: error, mask: 0, intercept: /^0(?!\d)/.test(orders),
    }));
  }
  const row = binomials(d);
  return size.sweep.errors.split(" ").map((exact, i) => {
    const mask = i + 1;
    const orders = ordersOf(mask);
    const text = formatOrders(orders);
    return {
      mask,
      orders: text,
      name: names.get(text) ?? "",
      exact,
      terms: orders.reduce((sum, r) => sum + row[r], 0),
      units: size.sweep.units[i],
      parameters: size.sweep.parameters[i],
      hidden_layers: size.sweep.hidden_layers[i],
      intercept: mask % 2 === 1,
    };
  });
}

const read = new Map();

/** The points of a kernel size, read once. */
function pointsOf(data, d) {
  if (!read.has(d)) {
    const points = readPoints(data.sizes[d], d);
    for (const point of points) point.error = toNumber(fromText(point.exact));
    read.set(d, points);
  }
  return read.get(d);
}

/** The points that no other one beats: of a sweep as they were found exactly, of families by comparison here. */
function frontOf(size, points, budget, bare) {
  if (size.sweep) return size.sweep.fronts[bare ? "all" : "intercept"][budget].map((mask) => points[mask - 1]);
  const ordered = points.filter((one) => bare || one.intercept);
  ordered.sort((a, b) => a[budget] - b[budget] || a.error - b.error);
  const front = [];
  for (const point of ordered) if (!front.length || point.error < front.at(-1).error) front.push(point);
  return front;
}

const drawable = (points, budget) => points.filter((one) => Number(one[budget]) > 0 && Number(one[budget]) < LARGEST_DOUBLE);

function source(points, budget) {
  return columns({
    x: points.map((one) => Number(one[budget])),
    y: points.map((one) => one.error),
    orders: points.map((one) => `{${one.orders}}`),
    name: points.map((one) => one.name || "–"),
    exact: points.map((one) => (one.exact.length > 24 ? one.error.toPrecision(6) : `${one.exact} = ${one.error.toPrecision(4)}`)),
    terms: points.map((one) => counted(one.terms)),
    units: points.map((one) => counted(one.units)),
    parameters: points.map((one) => counted(one.parameters)),
    hidden_layers: points.map((one) => String(one.hidden_layers)),
  });
}

const TIPS = [
  ["orders", "@orders"],
  ["family", "@name"],
  ["error", "@exact"],
  ["subpool maxima", "@terms"],
  ["ReLUs", "@units"],
  ["parameters", "@parameters"],
  ["layers", "@hidden_layers"],
];

/** What is proved: the least errors by width, of so many orders, and what the lowest orders reach. */
function drawBounds(plot, { width, chebyshev, extremal }, most) {
  const within = (points) => {
    const found = points.filter(([n]) => n <= most);
    return columns({ x: found.map(([n]) => n), y: found.map(([, error]) => error) });
  };
  const [x, y] = [{ field: "x" }, { field: "y" }];
  plot.line(x, y, { source: within(width), line_color: colour("refuted"), line_dash: [6, 3], line_width: 1.6 });
  plot.line(x, y, { source: within(chebyshev), line_color: colour("unknown"), line_dash: [2, 2], line_width: 1.6 });
  plot.scatter(x, y, { source: within(extremal), marker: "diamond", size: 13, fill_color: null, line_color: colour("proved"), line_width: 2 });
}

/** What the signs of the chart are. */
function drawKey(swept, budget) {
  const proved = budget === "terms"
    ? [["bound-width", "proved: no set with order 0 is below"], ["bound-chebyshev", "proved: orders 0..n are not above"], ["bound-extremal", "proved: the least with as many orders, 0 among them"]]
    : [["bound-maximum", "the maximum itself, with error 0"]];
  const items = [["dot", swept ? "a set" : "a set of a family"], ["line", swept ? "the front" : "the front of these"], ...proved, ["ring", "the selected set"]];
  fill("front-key", ...items.map(([sign, text]) => el("li", {}, el("span", { class: `swatch ${sign}` }), text)));
}

/** Draw the front. @param {object} state - of the page @param {(orders: string) => void} select */
export function drawFront(data, state, select) {
  const { d, budget, bare } = state;
  const size = data.sizes[d];
  const all = pointsOf(data, d);
  const points = drawable(all.filter((one) => bare || one.intercept), budget);
  const front = drawable(frontOf(size, all, budget, bare), budget);
  const plot = chart({
    height: window.innerWidth < 600 ? 320 : 440,
    x_axis_type: "log",
    y_axis_type: "log",
    x_axis_label: BUDGETS[budget] + (budget === "terms" ? "" : " of the network"),
    y_axis_label: "optimal error E",
    tools: "pan,wheel_zoom,box_zoom,reset",
    toolbar_location: "above",
  });
  const errors = points.map((one) => one.error).filter((error) => error > 0);
  const costs = points.map((one) => Number(one[budget]));
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  const margin = Math.max(1.5, (most / least) ** 0.05); // on both sides, as the axis is logarithmic
  plot.y_range = new Bokeh.Range1d({ start: least / margin, end: most * margin });
  plot.toolbar.logo = null;
  plot.toolbar.active_drag = null; // a finger that scrolls the page is no finger that moves the chart
  if (budget === "hidden_layers") {
    const ticks = Array.from({ length: Math.max(...costs, size.maximum[budget]) }, (_, i) => i + 1);
    plot.below[0].ticker = new Bokeh.FixedTicker({ ticks });
    alignGrids(plot);
  }
  const many = points.length > 600;
  const dots = plot.scatter({ field: "x" }, { field: "y" }, {
    source: source(points, budget), size: many ? 4.5 : 7, fill_color: colour("verified"), fill_alpha: many ? 0.4 : 0.6, line_color: null,
  });
  plot.step({ field: "x" }, { field: "y" }, "after", { source: source(front, budget), line_color: colour("ink"), line_width: 1.4 });
  const corners = plot.scatter({ field: "x" }, { field: "y" }, {
    source: source(front, budget), size: 6, fill_color: colour("ink"), line_color: null,
  });
  if (budget === "terms") {
    drawBounds(plot, size.bounds, Math.max(...costs));
  } else {
    const x = Number(size.maximum[budget]);
    plot.line([x, x], [least / margin, most * margin], { line_color: colour("proved"), line_dash: [6, 3], line_width: 1.6 });
  }
  marker = source([], budget);
  plot.scatter({ field: "x" }, { field: "y" }, { source: marker, size: 15, fill_color: null, line_color: colour("refuted"), line_width: 2.5 });
  hover(plot, [corners, dots], TIPS, { limit: 1 });
  plot.add_tools(new Bokeh.TapTool({ renderers: [dots, corners], visible: false }));
  for (const [renderer, its] of [[dots, points], [corners, front]]) {
    const { selected } = renderer.data_source;
    selected.change.connect(() => {
      if (!selected.indices.length) return;
      const { orders } = its[selected.indices[0]];
      selected.indices = []; // the ring marks it, and the others do not fade
      select(orders);
    });
  }
  const what = size.sweep ? `${points.length.toLocaleString("en")} sets of orders` : `${points.length} sets of known families`;
  show("front-chart", plot, `Optimal error against ${BUDGETS[budget]}, logarithmic, for ${what} of ${d} inputs; ${front.length} of them are the front, which the slider and the table below go through.`);
  drawKey(size.sweep, budget);
  fill("front-caption", caption(what, size, budget), linear(all, bare, budget));
  fill("front-table", frontTable(front, select));
  drawn = { front, select };
}

/** Mark the selected set in the chart that is there. @param {object} point - with an error and costs, as all have */
export function mark(state, point) {
  marker.data = source(point ? drawable([point], state.budget) : [], state.budget).data;
  walk(drawn.front, state, drawn.select);
}

function caption(what, size, budget) {
  const maximum = budget === "terms"
    ? "Errors are of max pooling on inputs from 0 to 1. The bounds are of orders below d, as order d is the maximum itself: the claims width, chebyshev and extremal."
    : `The maximum itself takes ${counted(size.maximum[budget])} ${BUDGETS[budget]}: where a set lies to the right of it, nothing is gained.`;
  return `${what[0].toUpperCase()}${what.slice(1)}, each with its exact optimum. ${maximum} Point at a set to see it, choose it by a click.`;
}

/** What a logarithmic axis has no place for. */
function linear(all, bare, budget) {
  const left = all.filter((one) => (bare || one.intercept) && Number(one[budget]) === 0).map((one) => `{${one.orders}}`);
  return left.length ? ` Linear functions take none, and are left out: ${left.join(", ")}.` : "";
}

/** A slider that goes along the front: by keyboard, by finger. */
function walk(front, state, select) {
  const slider = byId("front-walk");
  slider.max = String(front.length - 1);
  const here = front.findIndex((one) => one.orders === formatOrders(state.orders));
  slider.value = String(Math.max(here, 0));
  const describe = (one) => `{${one.orders}}, error ${one.error.toPrecision(3)}`;
  slider.setAttribute("aria-valuetext", here < 0 ? "the selected set is not on the front" : describe(front[here]));
  slider.oninput = () => select(front[Number(slider.value)].orders);
}

function frontTable(front, select) {
  const rows = front.map((one) => [
    el("button", { type: "button", class: "link", click: () => select(one.orders) }, `{${one.orders}}`),
    one.name || "",
    one.exact.length > 24 ? `≈ ${decimal(fromText(one.exact), 4)}` : one.exact,
    counted(one.terms),
    counted(one.units),
    counted(one.parameters),
    String(one.hidden_layers),
  ]);
  return table(["orders", "family", "error", "subpool maxima", "ReLUs", "parameters", "layers"], rows, { class: "numbers" });
}
