/**
 * Exact rationals in BigInt. A fraction is a frozen pair {p, q} in lowest terms with q > 0.
 *
 * @typedef {{readonly p: bigint, readonly q: bigint}} Fraction
 */

const size = (n) => (n < 0n ? -n : n);

/** The greatest common divisor of integers. @param {bigint} a @param {bigint} b */
function gcd(a, b) {
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
/** @param {Fraction} a @returns {Fraction} */
export const absolute = (a) => (a.p < 0n ? fraction(-a.p, a.q) : a);

/** Write "p" or "p/q". @param {Fraction} a @returns {string} */
export const toText = (a) => (a.q === 1n ? `${a.p}` : `${a.p}/${a.q}`);

/** Read "p" or "p/q". @param {string} text @returns {Fraction} */
export function fromText(text) {
  if (!/^-?[0-9]+(?:\/[0-9]+)?$/.test(text)) throw new RangeError(`a fraction is written "p" or "p/q", not ${text}`);
  const [p, q = "1"] = text.split("/");
  return fraction(BigInt(p), BigInt(q));
}

const bits = (n) => n.toString(16).length * 4;

/**
 * The double next to p/q, however many digits it has.
 *
 * @param {Fraction|{p: bigint, q: bigint}} a - need not be in lowest terms
 * @returns {number}
 */
export function toNumber({ p, q }) {
  if (p === 0n) return 0;
  const shift = 66 + bits(q) - bits(size(p));
  const [top, bottom] = shift > 0 ? [size(p) << BigInt(shift), q] : [size(p), q << BigInt(-shift)];
  // 62 bits or more, and a last one that is odd where something is left: then the conversion rounds as it should.
  const quotient = top / bottom;
  const rounded = Number(top % bottom ? quotient | 1n : quotient);
  const half = Math.trunc(shift / 2);
  const value = rounded * 2 ** -half * 2 ** (half - shift);
  return p < 0n ? -value : value;
}

/**
 * Decimal digits for people: "0.0526316", "-36", "1.2e-51".
 *
 * @param {Fraction} a
 * @param {number} [digits] - significant ones
 * @returns {string}
 */
export function toDecimal({ p, q }, digits = 6) {
  if (p === 0n) return "0";
  const tens = (n) => 10n ** BigInt(Math.abs(n));
  // |p/q| 10^n, rounded to an integer
  const scaled = (n) => {
    const [top, bottom] = n >= 0 ? [size(p) * tens(n), q] : [size(p), q * tens(n)];
    return (2n * top + bottom) / (2n * bottom);
  };
  let places = digits - (`${size(p)}`.length - `${q}`.length);
  let rounded = `${scaled(places)}`;
  while (rounded.length > digits) rounded = `${scaled(--places)}`;
  const exponent = rounded.length - places - 1;
  const shown = exponent < -5 || exponent >= 15 ? scientific(rounded, exponent) : fixed(rounded, places);
  return p < 0n ? `-${shown}` : shown;
}

const trimmed = (whole, rest) => (/[^0]/.test(rest) ? `${whole}.${rest.replace(/0+$/, "")}` : whole);
const scientific = (digits, exponent) => `${trimmed(digits[0], digits.slice(1))}e${exponent}`;

function fixed(digits, places) {
  if (places <= 0) return digits + "0".repeat(-places);
  const padded = digits.padStart(places + 1, "0");
  return trimmed(padded.slice(0, -places), padded.slice(-places));
}
