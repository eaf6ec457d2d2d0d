/**
 * The page: its state, and what is drawn when it changes.
 */
import { listen } from "./certificates.js";
import { byId, choice, el, fill, rove, say } from "./dom.js";
import { terms, vertexResiduals } from "./estimator.js";
import { toNumber, toText } from "./fractions.js";
import { BUDGETS, drawFront, mark } from "./front.js";
import { networkSize } from "./networks.js";
import { exists, formatOrders, readSet } from "./notation.js";
import { drawPanel, drawSummary } from "./panel.js";
import { certificate, solve } from "./solver.js";
import { drawTheorems, open } from "./theorems.js";
import { drawWindow } from "./window.js";

const data = JSON.parse(byId("data").textContent);
const theorems = JSON.parse(byId("theorems-data").textContent);
const state = { kernel: null, d: 0, orders: [], objective: "cube", budget: "terms", bare: false };
let solution = null;
let point = null; // of the chart, as which the solution is shown there

/** Solve, and draw what belongs to the estimator; where there is none, say why, and leave what is there. */
function draw() {
  drawToggles();
  try {
    solution = solve({ kernelSize: state.d, orders: state.orders, objective: state.objective });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say("problem-said", error.message, true);
    if (!solution) { // an address may ask for anything
      if (state.objective === "cube") state.orders = [0];
      setObjective("cube");
      draw();
      say("problem-said", error.message, true);
    } else mark(state, point);
    return;
  }
  say("problem-said", "");
  drawSummary(solution);
  drawPanel(solution);
  drawWindow(solution, state.kernel.shape, vertexResiduals(solution));
  point = pointOf(solution);
  mark(state, point);
  const address = `#${state.kernel.name}/${formatOrders(state.orders)}${state.objective === "cube" ? "" : `/${state.objective}`}`;
  history.replaceState(null, "", address);
}

function drawToggles() {
  const place = byId("orders");
  if (place.childElementCount !== state.d + 1) {
    fill(place, ...Array.from({ length: state.d + 1 }, (_, r) => el("button", { type: "button", class: "toggle", "data-order": String(r), click: () => toggle(r) }, String(r))));
    rove(place);
  }
  const chosen = new Set(state.orders);
  [...place.children].forEach((button, r) => button.setAttribute("aria-pressed", String(chosen.has(r))));
}

function toggle(r) {
  const orders = new Set(state.orders);
  if (!orders.delete(r)) orders.add(r);
  state.orders = [...orders].sort((a, b) => a - b);
  draw();
}

/** Select orders, written as text. */
function select(text) {
  state.orders = readSet(text, state.d, data.families).orders;
  draw();
}

function search() {
  const text = byId("search").value;
  try {
    const { orders, relative } = readSet(text, state.d, data.families);
    state.orders = orders;
    choose(relative ? "range" : "cube");
    say("search-said", `{${formatOrders(orders)}}`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say("search-said", error.message, true);
  }
}

function setObjective(objective) {
  state.objective = objective;
  byId(`objective-${objective}`).checked = true;
}

function choose(objective) {
  setObjective(objective);
  draw();
}

/** Go to a kernel; what is selected stays if it can, in the shape that it has: 0,1,d-1 at any kernel. */
function goTo(kernel, text = "0,1,d-1") {
  state.kernel = kernel;
  state.d = kernel.shape.reduce((a, b) => a * b, 1);
  byId("kernel").value = kernel.name;
  solution = null; // nothing of another kernel may stay
  say("search-said", "");
  try {
    const { orders, relative } = readSet(text, state.d, data.families);
    state.orders = orders;
    if (relative) setObjective("range");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    state.orders = [0];
    say("search-said", error.message, true);
  }
  const families = data.families.filter((one) => exists(one, state.d));
  fill("families", ...families.map(({ name }) => el("option", { value: name })), el("option", { value: "exact" }));
  redraw();
}

/** Orders as text in d, so that they mean the same at another kernel. */
function relativeText() {
  return state.orders.map((r) => (2 * r > state.d ? (r === state.d ? "d" : `d-${state.d - r}`) : String(r))).join(",");
}

function redraw() {
  drawFront(data, state, select);
  draw();
}

/** Draw the front again for another cost or other sets, with the same estimator. */
function redrawFront() {
  drawFront(data, state, select);
  mark(state, point);
}

/** The point of a chart that an estimator is, on the cube. */
function pointOf(solution) {
  if (solution.objective !== "cube") return null;
  const { units, parameters, hiddenLayers } = networkSize(solution);
  const counts = { terms: terms(solution), units, parameters, hidden_layers: hiddenLayers };
  return { ...counts, orders: formatOrders(solution.orders), name: "", exact: toText(solution.error), error: toNumber(solution.error) };
}

function controls() {
  const names = data.kernels.map(({ name, shape }) => el("option", { value: name }, shape.length > 1 ? `${name} (d = ${shape.reduce((a, b) => a * b, 1)})` : `d = ${name}`));
  fill("kernel", ...names);
  byId("kernel").onchange = (event) => goTo(data.kernels.find(({ name }) => name === event.target.value), relativeText());
  byId("budget").append(choice("budget", "Error against", BUDGETS, state.budget, (value) => { state.budget = value; redrawFront(); }));
  byId("objective").append(choice("objective", "Error", { cube: "on inputs in [0, 1]", range: "relative to max − min" }, state.objective, choose));
  byId("bare").onchange = (event) => { state.bare = event.target.checked; redrawFront(); };
  for (const link of document.querySelectorAll("nav a")) {
    link.onclick = (event) => { // the address stays that of the set
      event.preventDefault();
      const part = document.querySelector(link.getAttribute("href"));
      part.scrollIntoView();
      part.focus({ preventScroll: true });
    };
  }
  byId("search-form").onsubmit = (event) => { event.preventDefault(); search(); };
}

/** Go to what the address asks for, if it is there: #3x3/0,1,8/range, its commas as programs may write them. */
function goToAddress() {
  const [name, orders, objective] = location.hash.slice(1).replaceAll(/%2C/gi, ",").split("/");
  const kernel = data.kernels.find((one) => one.name === name) ?? data.kernels.find(({ shape }) => String(shape.reduce((a, b) => a * b, 1)) === name);
  if (!kernel && state.kernel && orders === undefined) return; // a part of the page
  setObjective(kernel && objective === "range" ? "range" : "cube");
  goTo(kernel ?? state.kernel ?? first, kernel && orders ? orders : undefined);
  if (!kernel && orders !== undefined) say("search-said", `this page has no kernel ${name.slice(0, 20)}`, true);
}

controls();
const first = data.kernels.find(({ name }) => name === "3x3") ?? data.kernels[0];
goToAddress();
addEventListener("hashchange", goToAddress);
listen(() => certificate(solution));
drawTheorems(theorems);
document.querySelectorAll("#theorems, nav a[href='#theorems']").forEach((part) => part.toggleAttribute("hidden", !theorems.length));
if (theorems.length) open(theorems.find(({ name }) => name === "closed-form-mean-and-last")?.name ?? theorems[0].name);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.body.dataset.ready = "";
