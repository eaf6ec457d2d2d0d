/**
 * The best approximation of the maximum by mean subpool maxima, exactly, with the certificate that proves it.
 */
import { add, fraction, toText } from "./fractions.js";

/** @typedef {import("./fractions.js").Fraction} Fraction */

/** The largest kernel size that is solved. */
export const LARGEST_KERNEL = 1024;

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
 * Solve a problem; throws RangeError, with a sentence for people, where it is none.
 *
 * @param {{kernelSize: number, orders: Iterable<number>, objective?: "cube"|"range"}} problem - orders are distinct, in
 * 0..d for "cube", in 1..d for "range"
 * @returns {Solution}
 */
export function solve({ kernelSize, orders, objective = "cube" }) {
  throw new Error("to come");
}

/** The text of a certificate file. @param {Solution} solution @returns {string} */
export function certificate(solution) {
  throw new Error("to come");
}
