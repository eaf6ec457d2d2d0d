/**
 * What follows from the coefficients of an estimator: residuals, weights of the order statistics, the residual's law.
 *
 * An estimator here is any object with kernelSize, objective, orders and coefficients as a Solution of solver.js has
 * them. Counts are BigInt, as they may have many digits. The mathematics: theory/estimator.py, theory/splines.py.
 */
import { add, fraction, multiply, subtract, toNumber } from "./fractions.js";

/** @typedef {import("./fractions.js").Fraction} Fraction */
/**
 * @typedef {object} Estimator
 * @property {number} kernelSize
 * @property {"cube"|"range"} objective
 * @property {number[]} orders - increasing
 * @property {Fraction[]} coefficients - for the orders in turn
 * @property {Fraction} [error]
 */

/** The numbers C(0, k), ..., C(last, k). */
function pascal(last, k) {
  const values = Array(last + 1).fill(0n);
  if (k <= last) values[k] = 1n;
  for (let n = k + 1; n <= last; n++) values[n] = (values[n - 1] * BigInt(n)) / BigInt(n - k);
  return values;
}

/** Numbers over a common denominator. */
function overCommonDenominator(numbers) {
  const q = numbers.reduce((common, number) => common * fraction(number.q, common).p, 1n);
  return { numerators: numbers.map((number) => number.p * (q / number.q)), q };
}

/** For n = 0..last the sum over the orders r >= 1 of beta_r / C(d,r) C(n, r - less), over a common denominator. */
function binomialSums({ kernelSize: d, orders, coefficients }, last, less) {
  const positive = orders.filter(Boolean);
  const betas = coefficients.slice(orders.length - positive.length);
  const shares = betas.map((beta, i) => multiply(beta, fraction(1n, pascal(d, positive[i])[d])));
  const { numerators, q } = overCommonDenominator(shares);
  const sums = Array(last + 1).fill(0n);
  positive.forEach((r, i) => pascal(last, r - less).forEach((count, n) => (sums[n] += numerators[i] * count)));
  return { sums, q };
}

/** The residuals e_z, z = 0..d, over a common denominator. */
function scaledResiduals(estimator) {
  const { sums, q } = binomialSums(estimator, estimator.kernelSize, 0);
  const whole = estimator.coefficients.reduce(add, fraction(0));
  const scale = q * whole.q;
  const residuals = sums.map((sum, z) => (z < estimator.kernelSize ? scale : 0n) - whole.p * q + sum * whole.q);
  return { residuals, scale };
}

/**
 * Residuals e_z = max - f at 0/1 vectors with z zeros, z = 0..d.
 *
 * @param {Estimator} estimator
 * @returns {Fraction[]}
 */
export function vertexResiduals(estimator) {
  const { residuals, scale } = scaledResiduals(estimator);
  return residuals.map((residual) => fraction(residual, scale));
}

/**
 * The largest |e_z| among the vertices that the objective looks at, and where it is attained, zeros increasing.
 *
 * @param {Estimator} estimator
 * @returns {{worst: Fraction, points: {zeros: number, sign: 1|-1|0}[]}} signs are 0 where all residuals are
 */
export function equioscillation(estimator) {
  const { residuals, scale } = scaledResiduals(estimator);
  const all = residuals.map((residual, zeros) => ({ zeros, residual, size: residual < 0n ? -residual : residual }));
  const seen = estimator.objective === "range" ? all.slice(1, -1) : all;
  const worst = seen.reduce((most, { size }) => (size > most ? size : most), 0n);
  const points = seen.filter(({ size }) => size === worst);
  const signed = points.map(({ zeros, residual }) => ({ zeros, sign: Number(residual > 0n) - Number(residual < 0n) }));
  return { worst: fraction(worst, scale), points: signed };
}

/**
 * Weights of the order statistics x_(1) <= ... <= x_(d) in f, smallest first.
 *
 * @param {Estimator} estimator
 * @returns {Fraction[]}
 */
export function orderStatisticWeights(estimator) {
  const { sums, q } = binomialSums(estimator, estimator.kernelSize - 1, 1);
  return sums.map((sum) => fraction(sum, q));
}

/**
 * A function that evaluates f at d numbers, in doubles, with one sort: prepared once, called at each move of a slider.
 *
 * @param {Estimator} estimator
 * @returns {(values: number[]) => {maximum: number, value: number, residual: number}}
 */
export function evaluator(estimator) {
  const weights = orderStatisticWeights(estimator).map(toNumber);
  const intercept = estimator.orders[0] === 0 ? toNumber(estimator.coefficients[0]) : 0;
  return (values) => {
    const sorted = Float64Array.from(values).sort();
    const value = sorted.reduce((sum, x, k) => sum + weights[k] * x, intercept);
    const maximum = sorted[sorted.length - 1];
    return { maximum, value, residual: maximum - value };
  };
}

/**
 * The law of the residual for uniform inputs: a B-spline with the vertex residuals as knots.
 *
 * `at` are equally spaced points from the least to the largest residual, `density` and `cumulative` the values there.
 * Where all residuals are equal there is a point mass: `at` and `cumulative` have one entry, `density` has none.
 *
 * @param {Estimator} estimator
 * @param {number} [points] - at least 2
 * @returns {{least: Fraction, largest: Fraction, mean: Fraction, meanSquare: Fraction, variance: Fraction,
 *   pointMass: boolean, at: number[], density: number[], cumulative: number[]}}
 */
export function residualLaw(estimator, points = 201) {
  const { residuals, scale } = scaledResiduals(estimator);
  const knots = residuals.sort((a, b) => Number(a > b) - Number(a < b));
  const [first, width, count] = [knots[0], knots.at(-1) - knots[0], BigInt(knots.length)];
  const total = knots.reduce((sum, knot) => sum + knot, 0n);
  const squares = knots.reduce((sum, knot) => sum + knot * knot, total * total);
  const [mean, meanSquare] = [fraction(total, count * scale), fraction(squares, count * (count + 1n) * scale * scale)];
  const law = {
    least: fraction(first, scale),
    largest: fraction(first + width, scale),
    mean,
    meanSquare,
    variance: subtract(meanSquare, multiply(mean, mean)),
  };
  if (!width) return { ...law, pointMass: true, at: [toNumber(law.least)], density: [], cumulative: [1] };
  const unit = toNumber({ p: width, q: scale });
  const steps = BigInt(points - 1);
  const places = Array.from({ length: points }, (_, i) => first * steps + width * BigInt(i)); // times steps
  const seen = places.map((place) => distancesFrom(knots, place, width, steps));
  return {
    ...law,
    pointMass: false,
    at: places.map((place) => toNumber({ p: place, q: scale * steps })),
    density: seen.map(({ distances, cell }) => densityFrom(distances, cell) / unit),
    cumulative: seen.map(({ distances, cell }) => cumulativeFrom(distances, cell)),
  };
}

/** Distances of place / steps from the knots, over the width, and the cell that it is in, the last at the upper end. */
function distancesFrom(knots, place, width, steps) {
  const differences = knots.map((knot) => place - knot * steps);
  const above = differences.findIndex((difference) => difference < 0n);
  const last = knots.indexOf(knots.at(-1)) - 1;
  // Not in lowest terms, which would take long and change nothing.
  const distances = differences.map((difference) => Math.abs(toNumber({ p: difference, q: width * steps })));
  return { distances, cell: above < 0 ? last : above - 1 };
}

/** The density, of distances from the knots, by the recursion of Cox and de Boor, in which nothing cancels. */
function densityFrom(x, cell) {
  const d = x.length - 1;
  const splines = new Float64Array(d + 2);
  splines[cell] = 1 / (x[cell] + x[cell + 1]);
  for (let k = 2; k <= d; k++) {
    for (let i = Math.max(0, cell - k + 1); i <= Math.min(cell, d - k); i++) {
      splines[i] = (x[i] * splines[i] + x[i + k] * splines[i + 1]) / (x[i] + x[i + k]);
    }
  }
  return d * splines[0];
}

/** The distribution function, of the same, by de Boor's algorithm: convex combinations of 0 and 1. */
function cumulativeFrom(x, cell) {
  const d = x.length - 1;
  const weights = new Float64Array(d + 1);
  weights[0] = 1;
  for (let r = 1; r <= d; r++) {
    for (let j = Math.min(r - 1, cell); j >= Math.max(0, r - d + cell); j--) {
      const upper = x[j + d + 1 - r];
      weights[j] = (upper * (j ? weights[j - 1] : 0) + x[j] * weights[j]) / (x[j] + upper);
    }
    weights[r] = 1;
  }
  return weights[cell];
}

/**
 * Number of subpool maxima, the sum of C(d,r) over the orders.
 *
 * @param {{kernelSize: number, orders: number[]}} estimator
 * @returns {bigint}
 */
export const terms = ({ kernelSize: d, orders }) => orders.reduce((sum, r) => sum + pascal(d, r)[d], 0n);
