/**
 * What follows from the coefficients of an estimator: residuals, weights of the order statistics, the law of the residual.
 *
 * An estimator here is any object with kernelSize, objective, orders and coefficients as a Solution of solver.js has
 * them. Counts are BigInt, as they may have many digits. The mathematics: theory/estimator.py, theory/splines.py.
 */
import { absolute, add, compare, divide, fraction, multiply, subtract, toNumber } from "./fractions.js";

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

/** The orders from 1 on with integers b_r, and q, such that beta_r / C(d,r) = b_r / q. */
function scaledCoefficients({ kernelSize: d, orders, coefficients }) {
  const positive = orders.flatMap((r, i) => (r ? [[r, coefficients[i]]] : []));
  const shares = positive.map(([r, beta]) => [r, multiply(beta, fraction(1n, pascal(d, r)[d]))]);
  const q = shares.reduce((scale, [, share]) => scale * fraction(share.q, scale).p, 1n);
  return { shares: shares.map(([r, share]) => [r, share.p * (q / share.q)]), q };
}

/** For n = 0..last the sum over r of b_r C(n, r - less), over q. */
function binomialSums({ shares, q }, last, less) {
  const sums = Array(last + 1).fill(0n);
  for (const [r, b] of shares) pascal(last, r - less).forEach((count, n) => (sums[n] += b * count));
  return sums.map((sum) => fraction(sum, q));
}

/**
 * Residuals e_z = max - f at 0/1 vectors with z zeros, z = 0..d.
 *
 * @param {Estimator} estimator
 * @returns {Fraction[]}
 */
export function vertexResiduals(estimator) {
  const { kernelSize: d, coefficients } = estimator;
  const whole = coefficients.reduce(add, fraction(0));
  const sums = binomialSums(scaledCoefficients(estimator), d, 0);
  return sums.map((sum, z) => add(subtract(fraction(z < d ? 1 : 0), whole), sum));
}

/**
 * The largest |e_z| among the vertices that the objective looks at, and where it is attained, zeros increasing.
 *
 * @param {Estimator} estimator
 * @returns {{worst: Fraction, points: {zeros: number, sign: 1|-1|0}[]}} signs are 0 where all residuals are
 */
export function equioscillation(estimator) {
  const residuals = vertexResiduals(estimator).map((residual, zeros) => ({ zeros, residual, size: absolute(residual) }));
  const seen = estimator.objective === "range" ? residuals.slice(1, -1) : residuals;
  const worst = seen.reduce((most, { size }) => (compare(size, most) > 0 ? size : most), fraction(0));
  const points = seen.filter(({ size }) => compare(size, worst) === 0);
  return { worst, points: points.map(({ zeros, residual: { p } }) => ({ zeros, sign: Number(p > 0n) - Number(p < 0n) })) };
}

/**
 * Weights of the order statistics x_(1) <= ... <= x_(d) in f, smallest first.
 *
 * @param {Estimator} estimator
 * @returns {Fraction[]}
 */
export function orderStatisticWeights(estimator) {
  return binomialSums(scaledCoefficients(estimator), estimator.kernelSize - 1, 1);
}

/**
 * A function that evaluates f at d numbers, in doubles, with one sort: prepare it once, call it at each move of a slider.
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
  const knots = vertexResiduals(estimator).sort(compare);
  const [least, largest, count] = [knots[0], knots.at(-1), BigInt(knots.length)];
  const width = subtract(largest, least);
  const total = knots.reduce(add, fraction(0));
  const squares = knots.reduce((sum, knot) => add(sum, multiply(knot, knot)), multiply(total, total));
  const mean = multiply(total, fraction(1n, count));
  const meanSquare = multiply(squares, fraction(1n, count * (count + 1n)));
  const law = { least, largest, mean, meanSquare, variance: subtract(meanSquare, multiply(mean, mean)) };
  if (!width.p) return { ...law, pointMass: true, at: [toNumber(least)], density: [], cumulative: [1] };
  const unit = toNumber(width);
  const places = Array.from({ length: points }, (_, i) => fraction(i, points - 1));
  const starts = knots.map((knot) => divide(subtract(knot, least), width));
  const q = starts.reduce((common, start) => common * fraction(start.q, common).p, 1n);
  const numerators = starts.map((start) => start.p * (q / start.q));
  const seen = places.map((place) => distancesFrom(numerators, q, place));
  return {
    ...law,
    pointMass: false,
    at: places.map((place) => toNumber(add(least, multiply(width, place)))),
    density: seen.map(({ distances, cell }) => densityFrom(distances, cell) / unit),
    cumulative: seen.map(({ distances, cell }) => cumulativeFrom(distances, cell)),
  };
}

/** Distances of a place in [0, 1] from the knots n_i / q, and the cell that it is in, the last one at the upper end. */
function distancesFrom(numerators, q, place) {
  const differences = numerators.map((n) => place.p * q - n * place.q);
  const last = numerators.findIndex((n) => n === q) - 1;
  const above = differences.findIndex((difference) => difference < 0n);
  // Not in lowest terms, which would take long and change nothing.
  const distances = differences.map((difference) => Math.abs(toNumber({ p: difference, q: q * place.q })));
  return { distances, cell: above < 0 ? last : above - 1 };
}

/** The density of the law with knots at these distances, by the recursion of Cox and de Boor; it has no cancellation. */
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

/** The distribution function, by de Boor's algorithm: convex combinations of 0 and 1. */
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
