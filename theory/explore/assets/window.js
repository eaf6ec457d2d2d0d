/**
 * A window of grey values to drag: the maximum, what the estimator makes of it, and the residual.
 */
import { byId, el, fill } from "./dom.js";
import { evaluator } from "./estimator.js";
import { toNumber } from "./fractions.js";

const STEP = 0.05;
const PIXELS = 160; // of dragging, from black to white

let values = [];
let evaluate = null;
let error = 0;
let relative = false;

/** Four places, or two digits of what is smaller than they show. */
const written = (value) => (Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(4) : value.toExponential(1)).replace("-", "\u2212");
const percent = (value) => Math.round(100 * value);

function paint(cell, i) {
  const value = values[i];
  cell.style.setProperty("--grey", `${percent(value)}%`);
  cell.classList.toggle("bright", value > 0.55);
  cell.setAttribute("aria-valuenow", percent(value));
  cell.setAttribute("aria-valuetext", value.toFixed(2));
  cell.textContent = values.length <= 36 ? value.toFixed(2) : "";
}

function change(cell, i, value) {
  values[i] = Math.min(1, Math.max(0, value));
  paint(cell, i);
  measure();
}

function measure() {
  const { maximum, value, residual } = evaluate(values);
  const unit = relative ? maximum - Math.min(...values) : 1;
  const share = error * unit > 0 ? Math.max(-1, Math.min(1, residual / (error * unit))) : 0;
  fill("window-max", written(maximum));
  fill("window-f", written(value));
  fill("window-residual", written(residual));
  byId("window-needle").style.setProperty("--at", `${50 + 50 * share}%`);
  fill("window-share", error ? `${percent(Math.abs(share))} % of what is certified` : "nothing is left");
}

const KEYS = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 5 * STEP, PageDown: -5 * STEP };

function cellOf(i) {
  const cell = el("div", {
    class: "cell", role: "slider", tabindex: "0", "aria-label": `input ${i + 1}`, "aria-valuemin": "0", "aria-valuemax": "100",
  });
  let from = null;
  cell.addEventListener("pointerdown", (event) => {
    cell.setPointerCapture(event.pointerId);
    from = { y: event.clientY, x: event.clientX, value: values[i] };
  });
  cell.addEventListener("pointermove", (event) => {
    if (from) change(cell, i, from.value + (from.y - event.clientY + event.clientX - from.x) / PIXELS);
  });
  for (const end of ["pointerup", "pointercancel"]) cell.addEventListener(end, () => { from = null; });
  cell.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (step === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    change(cell, i, step === undefined ? Number(event.key === "End") : values[i] + step);
  });
  paint(cell, i);
  return cell;
}

/** Show other values. @param {number[]} given */
function put(given) {
  values = given;
  [...byId("window").children].forEach(paint);
  measure();
}

/** The 0/1 window at which the residual is largest: with z zeros, somewhere. */
function worst(residuals) {
  const sizes = residuals.map((one) => Math.abs(toNumber(one)));
  const zeros = sizes.indexOf(Math.max(...(relative ? sizes.slice(1, -1) : sizes)));
  return values.map((_, i) => Number(i >= zeros));
}

/** A photograph's edge, more or less: a ramp across the window with some noise. */
const drawn = (shape, d) => {
  const columns = shape.at(-1);
  return Array.from({ length: d }, (_, i) => Math.min(1, Math.max(0, (0.15 + (0.7 * (i % columns)) / Math.max(1, columns - 1)) + 0.2 * (Math.random() - 0.5))));
};

/** Show the window of a kernel, and what an estimator makes of it. */
export function drawWindow(solution, shape, residuals) {
  const d = solution.kernelSize;
  evaluate = evaluator(solution);
  error = toNumber(solution.error);
  relative = solution.objective === "range";
  const grid = byId("window");
  if (values.length !== d || grid.dataset.shape !== shape.join()) {
    values = Array.from({ length: d }, (_, i) => (d === 9 ? [0.1, 0.15, 0.3, 0.2, 0.45, 0.8, 0.35, 0.6, 0.9][i] : ((i * 7919) % 101) / 100));
    grid.dataset.shape = shape.join();
    grid.style.setProperty("--columns", shape.length > 1 ? shape.at(-1) : Math.min(d, 12));
    fill(grid, ...values.map((_, i) => cellOf(i)));
  }
  measure();
  byId("window-worst").onclick = () => put(worst(residuals));
  byId("window-noise").onclick = () => put(values.map(Math.random));
  byId("window-edge").onclick = () => put(drawn(shape, d));
}
