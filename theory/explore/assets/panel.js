/**
 * One estimator: what it is, how good it is, what it costs.
 */
import { chart, colour, columns, hover, show } from "./charts.js";
import { byId, copy, el, facts, fill, save, say, table } from "./dom.js";
import { equioscillation, orderStatisticWeights, residualLaw, terms, vertexResiduals } from "./estimator.js";
import { fraction, toNumber, toText } from "./fractions.js";
import { toLatex } from "./latex.js";
import { networkSize } from "./networks.js";
import { both, counted, decimal, formatOrders, shown } from "./notation.js";
import { certificate } from "./solver.js";

const NEGATIVE = "\u2212";

/** The estimator as a formula, m_r with the order below. */
function formula({ orders, coefficients }) {
  const parts = coefficients.flatMap((beta, i) => {
    if (beta.p === 0n) return [];
    const size = shown(beta.p < 0n ? { p: -beta.p, q: beta.q } : beta);
    const factor = orders[i] === 0 ? [size] : [size === "1" ? "" : size, el("i", {}, " m"), el("sub", {}, String(orders[i]))];
    return [[beta.p < 0n, factor]];
  });
  const nodes = parts.slice(0, 8).flatMap(([negative, factor], i) => [
    i ? ` ${negative ? NEGATIVE : "+"} ` : negative ? NEGATIVE : "",
    el("span", { class: "nowrap" }, ...factor),
  ]);
  return el("p", { class: "estimator" }, el("i", {}, "f"), " = ", ...(nodes.length ? nodes : ["0"]), parts.length > 8 ? " + …" : null);
}

/**
 * What the extremal theorems say of all sets of as many orders below d: on the cube with order 0 among them no error is
 * below 1/(2 H), relative to the range none below 1/(H - 1), H the subsets of so many of d - 1 or of d inputs.
 */
function leastOf({ kernelSize: d, orders, objective }) {
  const relative = objective === "range";
  if (orders.at(-1) === d || !(relative || orders[0] === 0)) return null;
  const [inputs, most] = relative ? [d, orders.length] : [d - 1, orders.length - 1];
  let [subsets, sum] = [1n, 1n]; // with k of the inputs, with at most k
  for (let k = 1; k <= most; k++) {
    subsets = (subsets * BigInt(inputs + 1 - k)) / BigInt(k);
    sum += subsets;
  }
  const number = orders.length === 1 ? "one order" : `${orders.length} orders`;
  const bound = fraction(1n, relative ? sum - 1n : 2n * sum);
  return `no set of ${number} below ${d}${relative ? "" : ", 0 among them,"} has an error below ${shown(bound)}`;
}

/** What is said first: error, formula, costs. */
export function drawSummary(solution) {
  const least = leastOf(solution);
  const size = networkSize(solution);
  const relative = solution.objective === "range";
  fill(
    "summary",
    el("p", { class: "error" }, "E", el("sub", {}, relative ? "range" : ""), " = ", el("output", { id: "error" }, both(solution.error))),
    formula(solution),
    facts([
      ["subpool maxima", counted(terms(solution))],
      ["network", `${counted(size.units)} ReLUs in ${size.hiddenLayers} ${size.hiddenLayers === 1 ? "layer" : "layers"}, ${counted(size.parameters)} parameters`],
      ["means", relative ? "of max − min of the window, for any inputs" : "the largest |max − f| on inputs from 0 to 1"],
      ...(least ? [["proved", least]] : []),
    ]),
  );
}

function drawCoefficients({ orders, coefficients }) {
  const rows = orders.map((r, i) => [String(r), el("span", { class: "exact", title: toText(coefficients[i]).slice(0, 400) }, shown(coefficients[i])), decimal(coefficients[i], 8)]);
  fill("coefficients", el("div", { class: "scroll" }, table(["order r", "coefficient", "decimal"], rows, { class: "numbers" })));
}

function bars(place, label, axes, values, names, description) {
  const plot = chart({ x_axis_label: axes, y_axis_label: label, height: 230 });
  const source = columns({ x: values.map((_, i) => names[i]), y: values.map(toNumber), exact: values.map(both) });
  const width = values.length > 60 ? 1 : 0.7;
  const bar = plot.vbar({ field: "x" }, width, { field: "y" }, 0, { source, fill_color: colour("verified"), fill_alpha: 0.85, line_color: null });
  hover(plot, [bar], [[axes, "@x"], [label, "@exact"]]);
  return { plot, finish: () => show(place, plot, description) };
}

function drawResidual(solution) {
  const residuals = vertexResiduals(solution);
  const { worst, points } = equioscillation(solution);
  const found = points.map(({ zeros, sign }) => `${zeros} (${sign > 0 ? "+" : sign < 0 ? NEGATIVE : "0"})`).join(", ");
  const { plot, finish } = bars("residual-chart", "residual e", "zeros z", residuals, residuals.map((_, z) => z), `Residual at windows of 0 and 1 by the number of zeros; the largest size, ${both(worst)}, is at ${found}`);
  const attained = points.map(({ zeros }) => zeros);
  const source = columns({ x: attained, y: attained.map((z) => toNumber(residuals[z])) });
  plot.scatter({ field: "x" }, { field: "y" }, { source, size: 9, fill_color: colour("refuted"), line_color: null });
  for (const sign of [1, -1]) {
    plot.add_layout(new Bokeh.Span({ location: sign * toNumber(worst), dimension: "width", line_color: colour("refuted"), line_dash: [5, 3] }));
  }
  finish();
  // Relative to the range an estimator has coefficients of sum 1, or its error on constant windows has no bound.
  const others = solution.objective === "range" ? "no estimator of these orders, with coefficients of sum 1," : "no estimator of these orders";
  const listed = points.length > 14 ? `${points.length} numbers of zeros` : `z = ${found}`;
  fill("residual-said", `At windows of zeros and ones, by the number z of zeros. ±${shown(worst)} is attained at ${listed}: `, worst.p === 0n ? "nothing is left." : `${others} is lower at all of them.`);
}

function drawWeights(solution) {
  const weights = orderStatisticWeights(solution);
  bars("weights-chart", "weight", "order statistic k", weights, weights.map((_, i) => i + 1), "Weight of each order statistic, from the smallest input to the largest").finish();
  const rest = solution.orders[0] === 0 ? `, and the constant ${shown(solution.coefficients[0])}` : "";
  fill("weights-said", `f sorts the window: the largest input has the weight ${shown(weights.at(-1))}${rest}.`);
}

function drawLaw(solution) {
  const law = residualLaw(solution);
  const plot = chart({ x_axis_label: "residual of a uniform window", y_axis_label: "density", height: 230 });
  if (law.pointMass) {
    const at = toNumber(law.mean);
    plot.left[0].axis_label = "probability";
    plot.line([at, at], [0, 1], { line_color: colour("verified"), line_width: 3 });
  } else {
    const source = columns({ x: law.at, y: law.density, share: law.cumulative.map((one) => `${(100 * one).toFixed(1)} %`) });
    plot.varea({ field: "x" }, 0, { field: "y" }, { source, fill_color: colour("verified"), fill_alpha: 0.25 });
    const line = plot.line({ field: "x" }, { field: "y" }, { source, line_color: colour("verified"), line_width: 2 });
    hover(plot, [line], [["residual", "@x"], ["at most that", "@share"]], { mode: "vline" });
  }
  const spread = Math.sqrt(toNumber(law.variance));
  show("law-chart", plot, `Density of the residual for uniform inputs, with mean ${decimal(law.mean, 4)} and standard deviation ${spread.toPrecision(4)}`);
  fill("law-said", law.pointMass ? `The residual is ${shown(law.mean)} always.` : `Inputs uniform on [0, 1]: mean ${both(law.mean)}, standard deviation ${spread.toPrecision(4)}.`);
}

function drawNetwork(solution) {
  const size = networkSize(solution, { construction: byId("smallest").checked ? "smallest" : "tree" });
  const most = size.widths.reduce((a, b) => (a > b ? a : b), 1n);
  const layers = size.widths.map((width, i) => el("li", {}, el("span", { class: "layer" }, `layer ${i + 1}`), el("span", { class: "bar", style: `--share: ${Number((1000n * width) / most) / 1000}` }), el("span", { class: "width" }, counted(width))));
  fill("network", el("ol", { class: "layers" }, el("li", {}, el("span", { class: "layer" }, "inputs"), el("span", { class: "bar inputs", style: `--share: ${Math.min(1, solution.kernelSize / Number(most))}` }), el("span", { class: "width" }, String(solution.kernelSize))), ...layers), el("p", {}, size.hiddenLayers ? `${counted(size.units)} ReLUs, ${counted(size.parameters)} weights and biases of dense layers.` : "A linear function: no ReLU is needed."));
}

function drawTexts(solution) {
  const text = certificate(solution);
  const latex = toLatex(solution);
  fill("certificate-text", text);
  fill("latex-text", latex);
  const name = `subpool-${solution.kernelSize}-${formatOrders(solution.orders).slice(0, 40)}.json`;
  byId("certificate-copy").onclick = (event) => copy(event.target, text);
  byId("certificate-save").onclick = () => save(name, text);
  byId("latex-copy").onclick = (event) => copy(event.target, latex);
}

/** Draw all of it. @param {import("./solver.js").Solution} solution */
export function drawPanel(solution) {
  say("chosen", `${solution.kernelSize} inputs, orders {${formatOrders(solution.orders)}}`);
  drawCoefficients(solution);
  drawResidual(solution);
  drawWeights(solution);
  drawLaw(solution);
  drawNetwork(solution);
  drawTexts(solution);
  byId("smallest").onchange = () => drawNetwork(solution);
}
