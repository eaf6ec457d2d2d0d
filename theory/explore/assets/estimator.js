/**
 * What follows from the coefficients of an estimator: residuals, weights, the law of the residual, networks, LaTeX.
 *
 * An estimator here is any object with kernelSize, objective, orders and coefficients as a Solution of solver.js has
 * them; `error` is shown where it is there. Counts are BigInt, as they may have many digits.
 */
import { absolute, add, compare, fraction, toNumber, toText } from "./fractions.js";

/** @typedef {import("./fractions.js").Fraction} Fraction */
/**
 * @typedef {object} Estimator
 * @property {number} kernelSize
 * @property {"cube"|"range"} objective
 * @property {number[]} orders - increasing
 * @property {Fraction[]} coefficients - for the orders in turn
 * @property {Fraction} [error]
 */

/** Residuals e_z = max - f at 0/1 vectors with z zeros, z = 0..d. @param {Estimator} estimator @returns {Fraction[]} */
export function vertexResiduals(estimator) {
  throw new Error("to come");
}

/**
 * The largest |e_z| among the vertices that the objective looks at, and where it is attained.
 *
 * @param {Estimator} estimator
 * @returns {{worst: Fraction, points: {zeros: number, sign: 1|-1|0}[]}}
 */
export function equioscillation(estimator) {
  throw new Error("to come");
}

/** Weights of the order statistics x_(1) <= ... <= x_(d) in f. @param {Estimator} estimator @returns {Fraction[]} */
export function orderStatisticWeights(estimator) {
  throw new Error("to come");
}

/**
 * A function that evaluates f at d numbers, in doubles, with one sort: prepare it once, call it at each move of a slider.
 *
 * @param {Estimator} estimator
 * @returns {(values: number[]) => {maximum: number, value: number, residual: number}}
 */
export function evaluator(estimator) {
  throw new Error("to come");
}

/**
 * The law of the residual for uniform inputs: a B-spline with the vertex residuals as knots.
 *
 * `at` is increasing, from the least to the largest residual; `density` and `cumulative` are its values there. Where
 * all residuals are equal there is a point mass: `at` has that one point, `density` is empty.
 *
 * @param {Estimator} estimator
 * @param {number} [points] - of the grid
 * @returns {{least: Fraction, largest: Fraction, mean: Fraction, meanSquare: Fraction, variance: Fraction,
 *   pointMass: boolean, at: number[], density: number[], cumulative: number[]}}
 */
export function residualLaw(estimator, points = 201) {
  throw new Error("to come");
}

/** Number of subpool maxima. @param {{kernelSize: number, orders: number[]}} estimator @returns {bigint} */
export function terms(estimator) {
  throw new Error("to come");
}
