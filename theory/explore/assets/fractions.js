/**
 * Exact rationals in BigInt. A fraction is a frozen pair {p, q} in lowest terms with q > 0.
 *
 * @typedef {{readonly p: bigint, readonly q: bigint}} Fraction
 */

const size = (n) => (n < 0n ? -n : n);

/** Greatest common divisor of integers. @param {bigint} a @param {bigint} b @returns {bigint} */
export function gcd(a, b) {
  a = size(a);
  b = size(b);
  while (b) [a, b] = [b, a % b];
  return a;
}

/** The fraction p/q in lowest terms. @param {bigint|number} p @param {bigint|number} [q] @returns {Fraction} */
export function fraction(p, q = 1n) {
  [p, q] = [BigInt(p), BigInt(q)];
  if (q === 0n) throw new RangeError("a fraction has a denominator other than 0");
  const common = q < 0n ? -gcd(p, q) : gcd(p, q);
  return Object.freeze({ p: p / common, q: q / common });
}

/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const add = (a, b) => fraction(a.p * b.q + b.p * a.q, a.q * b.q);
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const subtract = (a, b) => fraction(a.p * b.q - b.p * a.q, a.q * b.q);
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const multiply = (a, b) => fraction(a.p * b.p, a.q * b.q);
/** @param {Fraction} a @param {Fraction} b @returns {Fraction} */
export const divide = (a, b) => fraction(a.p * b.q, a.q * b.p);
/** @param {Fraction} a @returns {Fraction} */
export const absolute = (a) => (a.p < 0n ? fraction(-a.p, a.q) : a);
/** Negative, 0 or positive as a is below, at or above b. @param {Fraction} a @param {Fraction} b @returns {number} */
export const compare = (a, b) => Number(a.p * b.q > b.p * a.q) - Number(a.p * b.q < b.p * a.q);

/** Write "p" or "p/q". @param {Fraction} a @returns {string} */
export const toText = (a) => (a.q === 1n ? `${a.p}` : `${a.p}/${a.q}`);

/** Read "p" or "p/q". @param {string} text @returns {Fraction} */
export function fromText(text) {
  if (!/^-?[0-9]+(?:\/[0-9]+)?$/.test(text)) throw new RangeError(`a fraction is written "p" or "p/q", not ${text}`);
  const [p, q = "1"] = text.split("/");
  return fraction(BigInt(p), BigInt(q));
}

/** The double next to it, however long its digits are. @param {Fraction} a @returns {number} */
export function toNumber(a) {
  throw new Error("to come");
}

/**
 * Significant decimal digits, as "0.0526316" or "1.2e-51", of any exponent.
 *
 * @param {Fraction} a @param {number} [digits] @returns {string}
 */
export function toDecimal(a, digits = 6) {
  throw new Error("to come");
}
