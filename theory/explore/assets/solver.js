/**
 * The best approximation of the maximum by mean subpool maxima, exactly, with the certificate that proves it.
 *
 * With p in the span of the binomial coefficients C(z, s), s in S, let L be the largest p(d) subject to |p(z)| <= 1 at
 * z = 0..d-1. On the cube the least error is 1/(1+L) with S = R where 0 is in R, and 1/L with S = R and 0 added where
 * it is not; relative to the range it is 1/L with S = R. The exchange of theory/optimal/extrapolation.py finds L: its
 * docstring says why each step is possible, and why no optimum but one exists, so that this and Python agree.
 */
import { fraction, multiply, toText } from "./fractions.js";

/** @typedef {import("./fractions.js").Fraction} Fraction */

/** The largest kernel size that is solved. */
export const LARGEST_KERNEL = 1024;
/** Products of large integers for which a reader may wait: half a minute. */
const MOST_WORK = 2e9;

/**
 * @typedef {object} Solution
 * @property {number} kernelSize - number d of inputs of a window
 * @property {"cube"|"range"} objective
 * @property {number[]} orders - increasing
 * @property {Fraction[]} coefficients - beta_r, for the orders in turn
 * @property {Fraction} error - the least possible one
 * @property {{zeros: number, weight: Fraction}[]} dual - weights w_z that prove it; empty where the error is 0
 * @property {number[]} reference - the numbers of zeros that have one, increasing
 * @property {number} exchanges - references that were solved
 */

/**
 * Solve a problem; throws RangeError, with a sentence for people, where it is none or takes too long.
 *
 * @param {{kernelSize: number, orders: Iterable<number>, objective?: "cube"|"range"}} problem - orders are distinct, in
 * 0..d for "cube", in 1..d for "range"
 * @returns {Solution}
 */
export function solve({ kernelSize: d, orders: given, objective = "cube" }) {
  const orders = checked(d, given, objective);
  const problem = { kernelSize: d, objective, orders };
  if (orders.at(-1) === d) {
    // The maximum itself is in the class; no error is smaller than 0.
    const coefficients = orders.map((r) => fraction(r === d ? 1 : 0));
    return { ...problem, coefficients, error: fraction(0), dual: [], reference: [], exchanges: 0 };
  }
  const hasIntercept = orders[0] === 0;
  const span = hasIntercept || objective === "range" ? orders : [0, ...orders];
  const { constant, primal, dual, exchanges } = extrapolate(d, span);
  const error = fraction(constant.q, hasIntercept ? constant.p + constant.q : constant.p);
  const coefficients = orders.map((r) => {
    return r ? multiply(error, multiply(primal.get(r), fraction(binomial(d, r)))) : error;
  });
  const weights = dual.map(({ zeros, weight }) => ({ zeros, weight: multiply(error, weight) }));
  if (hasIntercept) weights.push({ zeros: d, weight: fraction(-error.p, error.q) });
  return { ...problem, coefficients, error, dual: weights, reference: weights.map(({ zeros }) => zeros), exchanges };
}

function checked(d, given, objective) {
  if (!Number.isInteger(d) || d < 2 || d > LARGEST_KERNEL) {
    throw new RangeError(`a kernel size is an integer from 2 to ${LARGEST_KERNEL}, not ${d}`);
  }
  if (objective !== "cube" && objective !== "range") throw new RangeError('an objective is "cube" or "range"');
  const orders = [...given].sort((a, b) => a - b);
  const first = objective === "cube" ? 0 : 1;
  const wrong = orders.find((r) => !Number.isInteger(r) || r < first || r > d);
  if (wrong !== undefined) throw new RangeError(`orders${first ? " of the error relative to max \u2212 min" : ""} are integers from ${first} to ${d}, not ${wrong}`);
  if (!orders.length) throw new RangeError("there is at least one order");
  if (new Set(orders).size < orders.length) throw new RangeError("orders are distinct");
  return orders;
}

/** C(n, k). */
function binomial(n, k) {
  let value = 1n;
  for (let i = 1; i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i);
  return value;
}

/** The numbers C(z, s), z = 0..d-1, of an order. */
function column(d, s) {
  const values = Array(d).fill(0n);
  if (s < d) values[s] = 1n;
  for (let z = s + 1; z < d; z++) values[z] = (values[z - 1] * BigInt(z)) / BigInt(z - s);
  return values;
}

/** Chebyshev points of [0, last], rounded and moved so that they increase and z_i >= s_i. */
function firstReference(last, orders) {
  const n = orders.length;
  const steps = Math.max(n - 1, 1);
  const reference = orders.map((s, i) => Math.max(s, Math.round((last * (1 - Math.cos((Math.PI * i) / steps))) / 2)));
  for (let i = 1; i < n; i++) reference[i] = Math.max(reference[i], reference[i - 1] + 1);
  reference[n - 1] = Math.min(reference[n - 1], last);
  for (let i = n - 2; i >= 0; i--) reference[i] = Math.min(reference[i], reference[i + 1] - 1);
  return reference;
}

/** In each run of equal strict signs the point of the largest size, a point of the reference where it ties. */
function extremalPoints(values, reference) {
  const preferred = new Set(reference);
  const points = [];
  let [sign, best] = [0, 0n];
  values.forEach((value, z) => {
    if (value === 0n) return;
    const [current, size] = value > 0n ? [1, value] : [-1, -value];
    if (current !== sign) {
      points.push(z);
      [sign, best] = [current, size];
    } else if (size > best || (size === best && preferred.has(z))) {
      points[points.length - 1] = z;
      best = size;
    }
  });
  return points;
}

/**
 * Solve an integer system, by elimination without fractions (Bareiss 1968): the numerators, and their denominator.
 *
 * Every leading minor of a matrix C(z_i, s_j) with z_i >= s_i is positive, so no rows are exchanged.
 */
function solveExactly(matrix, right) {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  let last = 1n;
  for (let k = 0; k < n; k++) {
    const pivot = rows[k][k];
    if (pivot === 0n) throw new Error("a reference is singular, which the theory excludes");
    for (let i = k + 1; i < n; i++) {
      const first = rows[i][k];
      for (let j = k + 1; j <= n; j++) rows[i][j] = (rows[i][j] * pivot - first * rows[k][j]) / last;
    }
    last = pivot;
  }
  const numerators = Array(n).fill(0n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = last * rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * numerators[j];
    numerators[i] = sum / rows[i][i];
  }
  return [numerators, last];
}

const dot = (a, b) => a.reduce((sum, number, i) => sum + number * b[i], 0n);

/** The extrapolation constant L of increasing orders below d, the coefficients of p, and the weights that prove it. */
function extrapolate(d, orders) {
  const n = orders.length;
  const columns = orders.map((s) => column(d, s));
  const target = orders.map((s) => binomial(d, s));
  const signs = orders.map((_, i) => ((n - 1 - i) % 2 ? -1n : 1n));
  let reference = firstReference(d - 1, orders);
  let previous = null;
  for (let exchanges = 1; ; exchanges++) {
    if (exchanges * n ** 3 * d > MOST_WORK) {
      throw new RangeError(`${n} orders of kernel size ${d} take longer than a page should: use the command line`);
    }
    const system = reference.map((z) => columns.map((values) => values[z]));
    const [numerators, scale] = solveExactly(system, signs);
    const constant = fraction(dot(target, numerators), scale);
    if (previous && constant.p * previous.q >= previous.p * constant.q) {
      throw new Error("an exchange did not decrease the dual value, which the theory excludes");
    }
    previous = constant;
    const values = Array.from({ length: d }, (_, z) => {
      return columns.reduce((sum, entries, j) => (entries[z] ? sum + entries[z] * numerators[j] : sum), 0n);
    });
    const points = extremalPoints(values, reference);
    if (points.length !== n) throw new Error("the theory excludes so many runs of signs");
    if (points.every((z) => values[z] <= scale && -values[z] <= scale)) {
      const primal = new Map(orders.map((s, j) => [s, fraction(numerators[j], scale)]));
      return { constant, primal, dual: proved(columns, target, reference, constant), exchanges };
    }
    reference = points;
  }
}

/** The weights of a reference: sum_i a_i C(z_i, s) = C(d, s), with sum |a_i| = L. */
function proved(columns, target, reference, constant) {
  const [weights, scale] = solveExactly(
    columns.map((values) => reference.map((z) => values[z])),
    target,
  );
  const size = weights.reduce((sum, weight) => sum + (weight < 0n ? -weight : weight), 0n);
  if (size * constant.q !== constant.p * scale) {
    throw new Error("primal and dual values differ, which the theory excludes");
  }
  return reference.map((zeros, i) => ({ zeros, weight: fraction(weights[i], scale) }));
}

/**
 * The text of a certificate file, character by character what Certificate.to_json of Python writes.
 *
 * @param {Solution} solution
 * @returns {string}
 */
export function certificate({ kernelSize, objective, orders, coefficients, error, dual }) {
  const members = (pairs) => `{${pairs.map(([key, value]) => `"${key}": "${toText(value)}"`).join(", ")}}`;
  const fields = [
    '"format": "subpool-certificate"',
    '"version": 1',
    `"kernel_size": ${kernelSize}`,
    `"objective": "${objective}"`,
    `"orders": [${orders.join(", ")}]`,
    `"coefficients": ${members(orders.map((r, i) => [r, coefficients[i]]))}`,
    `"error": "${toText(error)}"`,
    `"dual": ${members(dual.map(({ zeros, weight }) => [zeros, weight]))}`,
  ];
  return `{${fields.join(", ")}}`;
}
