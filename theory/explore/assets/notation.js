/**
 * Kernels, orders and numbers as people write and read them.
 */
import { toDecimal, toText } from "./fractions.js";

const LONGEST = 24; // characters of a number that is shown in full

/** Minus signs, which begin no line. */
const signed = (text) => text.replaceAll("-", "\u2212");

/** A decimal for people. @param {import("./fractions.js").Fraction} a @param {number} digits @returns {string} */
export const decimal = (a, digits) => signed(toDecimal(a, digits));

/** A fraction for people: in full where it is short. @param {import("./fractions.js").Fraction} a @returns {string} */
export function shown(a) {
  const text = toText(a);
  return text.length <= LONGEST ? signed(text) : `≈ ${decimal(a, 6)}`;
}

/** Both forms. @param {import("./fractions.js").Fraction} a @returns {string} */
export function both(a) {
  const text = toText(a);
  if (a.q === 1n) return text;
  return text.length <= LONGEST ? `${signed(text)} = ${decimal(a, 6)}` : `≈ ${decimal(a, 6)}`;
}

/** A count with separators, long ones rounded. @param {number|string|bigint} count @returns {string} */
export function counted(count) {
  const text = String(count);
  if (text.length <= 15) return BigInt(text).toLocaleString("en");
  return `≈ ${text[0]}.${text.slice(1, 3)} · 10^${text.length - 1}`;
}

/** Write orders, runs of three or more as ranges. @param {number[]} orders @returns {string} */
export function formatOrders(orders) {
  const runs = [];
  for (const order of orders) {
    const run = runs.at(-1);
    if (run && run.at(-1) === order - 1) run.push(order);
    else runs.push([order]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(","))).join(",");
}

/** The orders of a mask, in which bit r is order r. @param {number} mask @returns {number[]} */
export function ordersOf(mask) {
  const orders = [];
  for (let r = 0; mask >> r; r++) if ((mask >> r) & 1) orders.push(r);
  return orders;
}

/** The mask of orders below 31. @param {number[]} orders @returns {number} */
export const maskOf = (orders) => orders.reduce((mask, r) => mask | (1 << r), 0);

/** Read orders such as "0,1,d-1" or "0-8"; a RangeError says what is wrong. */
function readOrders(text, d) {
  const found = new Set();
  for (const part of text.split(",").map((one) => one.trim())) {
    const match = /^(d-\d{1,4}|d|\d{1,4})(?:(?:-|\.\.)(d-\d{1,4}|d|\d{1,4}))?$/.exec(part);
    if (!match) throw new RangeError(`orders are written 0,1,d-1 or 0-8, not ${part.slice(0, 40)}`);
    const [first, last] = [match[1], match[2] ?? match[1]].map((one) => {
      const [, back] = /^d(?:-(\d+))?$/.exec(one) ?? [];
      return one[0] === "d" ? d - Number(back ?? 0) : Number(one);
    });
    if (first < 0 || last > d) throw new RangeError(`orders are in 0..${d} for ${d} inputs, not ${part.slice(0, 40)}`);
    for (let r = first; r <= last; r++) found.add(r);
  }
  return [...found].sort((a, b) => a - b);
}

const sum = (text, values) => text.split("+").reduce((total, part) => total + (values[part] ?? Number(part)), 0);

/** Put numbers in the place of a family's parameters. */
const withValues = (text, values) => text.replace(/[a-ce-z]/g, (letter) => values[letter] ?? letter);

/**
 * Read what somebody looks for: orders, or a family such as mean-and-last or top:j=3.
 *
 * @param {string} text @param {number} d @param {object[]} families - of the data
 * @returns {{orders: number[], relative: boolean}}
 */
export function readSet(text, d, families) {
  const [name, ...given] = text.trim().split(/[:,](?=[a-z]=)|:$/);
  if (name === "exact") return { orders: [d], relative: false };
  if (!/[a-ce-z]/.test(name)) return { orders: readOrders(name, d), relative: false };
  const family = families.find((one) => one.name === name);
  if (!family) throw new RangeError(`there is no family ${name.slice(0, 40)}: it is chosen from the list`);
  const values = { ...family.parameters };
  for (const one of given) {
    const match = /^([a-z])=([1-9]\d{0,3})$/.exec(one);
    if (!match || !(match[1] in values)) throw new RangeError(`a parameter of ${name} is not ${one.slice(0, 20)}`);
    values[match[1]] = Number(match[2]);
  }
  if (sum(family.least, values) > d) {
    throw new RangeError(`the family ${name} begins at ${sum(family.least, values)} inputs, not ${d}`);
  }
  return { orders: readOrders(withValues(family.orders, values), d), relative: family.relative };
}

/** Whether a family is there at a kernel size. */
export const exists = (family, d) => sum(family.least, family.parameters) <= d;
