/**
 * The independent checker of certificates, for a page: a port of certificates.py, which says why its conditions are a
 * proof. It shares nothing with whatever finds certificates, and imports nothing.
 *
 * Where certificates.py stops at the first condition that is violated, this goes on, so that all can be looked at; the
 * error that it states is that of certificates.py, word for word, but for what is no JSON. Its steps are counted alike.
 */

const KERNEL_SIZE_LIMIT = 100_000;
const WORK_LIMIT = 1e9;
const MOST_INPUTS = 20; // of a combination, which is looked at at all 0/1 vectors
const MOST_RESIDUALS = 256; // that are listed one by one
const DEEPEST = 900; // nested objects and lists: Python has a limit as well, and no certificate has more than two
const SYMMETRIC = "subpool-certificate";
const COMBINATION = "subpool-combination";
const HEAD = ["format", "version", "kernel_size", "objective"];
const REST = ["coefficients", "error", "dual"];

/**
 * @typedef {object} Condition
 * @property {string} name - what is looked at, such as "the sum of the |dual weights|"
 * @property {string} requirement - a sentence, such as "the sum of the |dual weights| must be 1"
 * @property {boolean} holds
 * @property {string} required - the number, "p/q", or a few words about a long one
 * @property {string} given
 */

/**
 * @typedef {object} Finding
 * @property {boolean} accepted
 * @property {"right"|"wrong"|"unread"|"too large"} status - "unread": no certificate; "too large": nothing was decided
 * @property {Condition[]} conditions - those that hold and those that do not; none where the form is wrong
 * @property {string} [error] - where it is not accepted: one line, what is required and what was found
 * @property {string} [problem] - what it is about: kernel size, orders, objective, target
 * @property {string} [optimal] - where it is accepted: the error that is proved, "p/q"
 * @property {string} [canonical] - where it is accepted: the canonical JSON, whose SHA-256 names the certificate
 * @property {{zeros: number, residual: string, attained: boolean}[]} [residuals] - where the kernel is not too large
 */

class Wrong extends Error {}
class Unread extends Wrong {}
class TooLarge extends Unread {}

/**
 * Check a certificate: JSON text, or the bytes of a file. Never throws, whatever it is given.
 *
 * @param {string|Uint8Array|ArrayBuffer} source
 * @param {{limit?: number}} [options] - the most steps that the check may take, about a nanosecond each
 * @returns {Finding}
 */
export function check(source, { limit = WORK_LIMIT } = {}) {
  const finding = { accepted: false, status: "unread", conditions: [] };
  try {
    const work = new Work(limit);
    const [document, version] = documentOf(source, work);
    const examine = document.get("format") === COMBINATION ? examineCombination : examineSymmetric;
    const canonical = examine(document, version, work, finding);
    return Object.assign(finding, { accepted: true, status: "right", canonical });
  } catch (error) {
    const violated = finding.conditions.find((condition) => !condition.holds);
    if (violated) return refused(finding, "wrong", `${violated.requirement}, found ${violated.given}`);
    if (error instanceof TooLarge) return refused(finding, "too large", error.message);
    if (error instanceof Unread) return refused(finding, "unread", error.message);
    if (error instanceof Wrong) return refused(finding, "wrong", error.message);
    // What this engine's integers or its stack cannot hold.
    return refused(finding, "too large", `the check must be within this program's limits, found: ${error.message}`);
  }
}

function refused(finding, status, error) {
  delete finding.optimal;
  return Object.assign(finding, { accepted: false, status, error });
}

/**
 * The hash that names a certificate.
 *
 * @param {string} canonical
 * @returns {Promise<string>} hexadecimal; rejected where a page is neither a local file nor served by https
 */
export async function sha256(canonical) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Integers, and rationals {p, q} in lowest terms with q > 0.

const ONE = { p: 1n, q: 1n };
const NONE = { p: 0n, q: 1n };

const magnitude = (n) => (n < 0n ? -n : n);
const total = (numbers) => numbers.reduce((sum, n) => sum + n, 0n);
const equal = (a, b) => a.p === b.p && a.q === b.q;
const textOf = ({ p, q }) => (q === 1n ? `${p}` : `${p}/${q}`);

const CHUNK = 1024n; // bits

/**
 * The greatest common divisor. Long numbers are reduced as Lehmer (1938) did: the quotients of their leading bits make
 * a matrix of determinant 1 or -1, which changes no common divisor, whether or not they are quotients of the numbers.
 */
function commonDivisor(a, b) {
  [a, b] = [magnitude(a), magnitude(b)];
  if (a < b) [a, b] = [b, a];
  while (b >> (2n * CHUNK)) {
    const shift = BigInt(bitLength(a)) - CHUNK;
    let [x, y, p, q, r, s] = [a >> shift, b >> shift, 1n, 0n, 0n, 1n];
    while (y >> (CHUNK / 2n)) {
      const n = x / y;
      [x, y, p, q, r, s] = [y, x - n * y, r, s, p - n * r, q - n * s];
    }
    const [c, d] = [magnitude(p * a + q * b), magnitude(r * a + s * b)];
    // No quotient where b is much the shorter.
    [a, b] = c < a && d < a && q ? [c, d] : [b, a % b];
    if (a < b) [a, b] = [b, a];
  }
  while (b) [a, b] = [b, a % b];
  return a;
}

const commonMultiple = (a, b) => (a / commonDivisor(a, b)) * b;

function rational(p, q) {
  const common = commonDivisor(p, q) * (q < 0n ? -1n : 1n);
  return { p: p / common, q: q / common };
}

function bitLength(n) {
  const digits = magnitude(n).toString(16);
  return n ? 4 * digits.length - Math.clz32(parseInt(digits[0], 16)) + 28 : 0;
}

/** The product of first, first + 1, ..., last. */
function product(first, last) {
  if (last - first < 8) {
    let value = 1n;
    for (let factor = first; factor <= last; factor++) value *= BigInt(factor);
    return value;
  }
  const middle = Math.floor((first + last) / 2);
  return product(first, middle) * product(middle + 1, last);
}

const falling = (n, k) => product(n - k + 1, n);

function choose(n, k) {
  const fewer = Math.min(k, n - k);
  return fewer < 0 ? 0n : falling(n, fewer) / falling(fewer, fewer);
}

// The steps: bounds on the nanoseconds that Python's integers take. A word is a digit of theirs, of 30 bits.

const TERM = 300; // for a product and a sum of small numbers
const ADDITION = 50; // for one of a row of sums
const CHARACTER = 250; // for a character of JSON

class Work {
  constructor(limit) {
    if (typeof limit !== "number" || !(limit >= 0)) {
      throw new Unread("the limit of steps must be a number of at least 0");
    }
    this.limit = limit;
    this.steps = 0;
  }

  plan(steps) {
    this.steps += steps;
    if (this.steps > this.limit) {
      const about = this.steps < 1e15 ? this.steps : this.steps.toExponential(1);
      throw new TooLarge(
        `the check must take at most ${this.limit} steps, found that it takes about ${about}: ` +
          "give a higher limit to have it checked all the same",
      );
    }
  }
}

const wordsOf = (n) => Math.floor(bitLength(n) / 30) + 1;
const stepsOf = (p, q) => TERM * Math.min(p, q) + 2 * p * q;
const multipleSteps = (p, q) => 2 * stepsOf(p, q) + 8 * Math.max(p, q);
const literalSteps = (length) => length * (20 + Math.floor(length / 150));

/** Tabulate the logarithms of 0!, ..., d!, in bits. */
function logarithms(d) {
  const table = new Float64Array(d + 1);
  for (let n = 2; n <= d; n++) table[n] = table[n - 1] + Math.log2(n);
  return table;
}

const subsetWords = (logs, d, order) => Math.floor((logs[d] - logs[order] - logs[d - order]) / 30) + 2;

/** Bound the steps of C(d, order), and of `binomials` for values of so many words; vertices decrease. */
function binomialSteps(logs, d, order, vertices, words) {
  const subsets = subsetWords(logs, d, order);
  const below = vertices.findIndex((z) => z < order);
  const visited = below < 0 ? vertices.length : below;
  const span = visited ? d - vertices[visited - 1] : 0;
  const products = visited + Math.min(Math.floor(span / 2), span - visited + 1, Math.floor((visited * (order + 1)) / 2));
  const most = Math.floor(Math.min(order, span - visited + 1) / 2) + 1;
  return 8 * stepsOf(subsets, subsets) + TERM * visited + products * (5 * words + Math.floor(most / 4));
}

function dualSteps(certificate, logs, weights, targetWords) {
  const { kernelSize: d, orders } = certificate;
  const support = [...weights.numerators.keys()];
  const scale = wordsOf(weights.scale);
  let steps = support.length * (TERM + 2 * scale * targetWords) + stepsOf(scale + targetWords, scale + targetWords);
  for (const order of orders) {
    const words = subsetWords(logs, d, order);
    steps += binomialSteps(logs, d, order, support, words) + support.length * (TERM + scale * words);
    steps += stepsOf(scale + words, scale + words);
  }
  return steps;
}

/** Bound the words of the least common multiple of all C(d, r). */
function commonWords(logs, d, orders) {
  const most = orders.reduce((largest, order) => Math.max(largest, Math.min(order, d - order)), 0);
  const byTheLargest = subsetWords(logs, d, most) + Math.floor((most + 1) / 15) + 1;
  const sum = orders.reduce((words, order) => words + subsetWords(logs, d, order), 0);
  return Math.min(sum, Math.floor((d + 1) / 15), byTheLargest) + 1;
}

const positiveOrders = (beta) => [...beta.numerators.keys()].filter((order) => order > 0);

/** Bound the steps of the sums at all vertices: order by order, and by differences. */
function sumSteps({ kernelSize: d, vertices }, logs, beta, targetWords) {
  const orders = positiveOrders(beta);
  const common = commonWords(logs, d, orders) + targetWords;
  const last = Math.max(0, ...orders);
  const own = orders.map((order) => common + wordsOf(beta.numerators.get(order)));
  const terms = orders.map((order, i) => binomialSteps(logs, d, order, vertices, own[i]));
  const byOrder = terms.reduce((a, b) => a + b, 60 * vertices.length * orders.length);
  const words = Math.max(0, ...own) + 1 + (2 * last > d ? subsetWords(logs, d, Math.floor(d / 2)) : 0);
  return [byOrder, (d + 1) * (last + 1) * (ADDITION + Math.floor((3 * words) / 4))];
}

function primalSteps(certificate, logs, beta, targetWords) {
  const { kernelSize: d, vertices } = certificate;
  const subsets = positiveOrders(beta).map((order) => subsetWords(logs, d, order));
  const common = commonWords(logs, d, positiveOrders(beta)) + targetWords;
  const scale = common + wordsOf(beta.scale);
  let steps = stepsOf(scale, scale) + vertices.length * (TERM + 2 * scale * targetWords);
  for (const words of subsets) steps += 8 * stepsOf(words, words) + 2 * stepsOf(common, words);
  return steps + Math.min(...sumSteps(certificate, logs, beta, targetWords));
}

// The mathematics: conditions 1 to 4 of certificates.py.

/** Write numbers over their least common denominator: those other than 0, indices decreasing. */
function scaled(numbers, work) {
  let scale = 1n;
  for (const { q } of numbers.values()) {
    work.plan(multipleSteps(wordsOf(scale), wordsOf(q)));
    scale = commonMultiple(scale, q);
  }
  const most = wordsOf(scale);
  for (const { p, q } of numbers.values()) work.plan(2 * stepsOf(wordsOf(q) + wordsOf(p), most - wordsOf(q) + 1));
  const entries = [...numbers].filter(([, { p }]) => p).sort(([a], [b]) => b - a);
  return { numerators: new Map(entries.map(([index, { p, q }]) => [index, p * (scale / q)])), scale };
}

/** Tabulate t_z = c + v_(z+1) + ... + v_d, z = 0..d, times a positive integer. */
function targetValues({ kernelSize: d, target }, work) {
  if (!target) return { numerators: [...Array(d).fill(1n), 0n], scale: 1n };
  const { numerators, scale } = scaled(new Map([...target.weights, target.constant].entries()), work);
  const most = [...numerators.values()].reduce((words, n) => Math.max(words, wordsOf(n)), 1);
  work.plan((d + 1) * (TERM + wordsOf(scale) + most));
  const values = [numerators.get(d) ?? 0n];
  for (let z = d - 1; z >= 0; z--) values.push(values.at(-1) + (numerators.get(z) ?? 0n));
  return { numerators: values.reverse(), scale };
}

/** Yield factor * C(z, order) for the vertices z <= d, which must decrease; `top` is that for d. */
function* binomials(d, order, vertices, top, factor = 1n) {
  let [value, last] = [top, d];
  for (const z of vertices) {
    if (z < order) value = 0n;
    else if (last - z <= order) value = (value * falling(last - order, last - z)) / falling(last, last - z);
    else value = factor * choose(z, order);
    last = z;
    yield value;
  }
}

/** Tabulate sum_r factor_r C(z, r) for z = 0, ..., count - 1, by additions alone. */
function tabulatedSums(factors, count) {
  const last = Math.max(0, ...factors.keys());
  const row = Array.from({ length: last + 1 }, (_, order) => factors.get(order) ?? 0n);
  const values = [];
  for (let z = 0; z < count; z++) {
    values.push(row[0]);
    for (let j = 0; j < last; j++) row[j] += row[j + 1];
  }
  return values;
}

function compared(finding, name, required, given, { what = "", at = "" } = {}) {
  const requirement = `${name}${at} must be ${what}${brief(required)}`;
  const holds = equal(required, given);
  finding.conditions.push({ name, requirement, holds, required: brief(required), given: brief(given) });
}

function examineSymmetric(document, version, work, finding) {
  const certificate = readSymmetric(document, version, work);
  finding.problem = problemOf(certificate);
  const beta = scaled(certificate.coefficients, work);
  const weights = scaled(certificate.dual, work);
  const target = targetValues(certificate, work);
  const { kernelSize: d, error } = certificate;
  const sum = rational(target.numerators[0] - target.numerators[d], target.scale);
  if (!certificate.cube) {
    compared(finding, "the sum of the coefficients", sum, rational(total([...beta.numerators.values()]), beta.scale));
  }
  const largest = target.numerators.reduce((most, n) => Math.max(most, wordsOf(n)), wordsOf(target.scale));
  if (d > 1000) {
    work.plan(8 * beta.numerators.size * (TERM + 5 * (wordsOf(beta.scale) + largest)));
    lookAtLastVertices(certificate, beta, target, finding);
  }
  const needsDual = certificate.dual.size > 0 || error.p > 0n;
  const logs = logarithms(d);
  const before = needsDual ? dualSteps(certificate, logs, weights, largest) : 0;
  work.plan(before + primalSteps(certificate, logs, beta, largest));
  if (needsDual) checkDual(certificate, weights, target, sum, finding);
  const [byOrder, byDifferences] = sumSteps(certificate, logs, beta, largest);
  checkPrimal(certificate, beta, target, byDifferences < byOrder, finding);
  requireAll(finding);
  finding.optimal = textOf(error);
  return canonicalOf(certificate, work);
}

function requireAll(finding) {
  if (!finding.conditions.every((condition) => condition.holds)) throw new Wrong("a condition is violated");
}

function checkDual({ kernelSize: d, cube, orders, error }, weights, target, targetSum, finding) {
  const { numerators, scale } = weights;
  const [support, values] = [[...numerators.keys()], [...numerators.values()]];
  const all = total(values);
  compared(finding, "the sum of the |dual weights|", ONE, rational(total(values.map(magnitude)), scale));
  const moment = (order) => {
    if (order === 0) return rational(all, scale);
    const subsets = choose(d, order);
    const counts = [...binomials(d, order, support, subsets)];
    return rational(all * subsets - total(values.map((w, i) => w * counts[i])), scale * subsets);
  };
  const moments = orders.map(moment);
  const common = cube ? NONE : moments[0];
  orders.forEach((order, i) => compared(finding, `the moment of the dual with order ${order}`, common, moments[i]));
  const seen = total(support.map((z, i) => values[i] * target.numerators[z]));
  // seen / (scale target.scale) - common targetSum
  const [unit, rest] = [scale * target.scale, common.q * targetSum.q];
  const value = rational(magnitude(seen * rest - common.p * targetSum.p * unit), unit * rest);
  compared(finding, "the value of the dual", error, value, { what: "the error " });
}

/** Check condition 1, at every vertex. */
function checkPrimal({ kernelSize: d, vertices, error }, beta, target, byDifferences, finding) {
  // By the definition of phi_r, e_z = t_z - sum of all beta_r + sum of beta_r / C(d,r) * C(z,r) over the orders r > 0.
  const subsets = new Map([...beta.numerators.keys()].filter((order) => order > 0).map((r) => [r, choose(d, r)]));
  const common = [...subsets.values()].reduce(commonMultiple, 1n) * target.scale;
  const scale = beta.scale * common;
  const shift = total([...beta.numerators.values()]) * common;
  const unit = scale / target.scale;
  const factors = new Map([...subsets].map(([r, count]) => [r, beta.numerators.get(r) * (common / count)]));
  const tabulated = byDifferences ? tabulatedSums(factors, d + 1) : [];
  const sums = byDifferences
    ? [vertices.map((z) => tabulated[z]).values()]
    : [...factors].map(([r, factor]) => binomials(d, r, vertices, beta.numerators.get(r) * common, factor));
  const listed = d <= MOST_RESIDUALS;
  const residuals = [];
  let [largest, where] = [-1n, -1];
  for (const z of vertices) {
    const residual = sums.reduce((sum, terms) => sum + terms.next().value, unit * target.numerators[z] - shift);
    if (listed) residuals.push([z, residual]);
    if (magnitude(residual) > largest) [largest, where] = [magnitude(residual), z];
  }
  const name = `the largest |residual|, at ${where} zeros`;
  compared(finding, name, error, rational(largest, scale), { what: "the error ", at: "," });
  if (listed) {
    finding.residuals = residuals.reverse().map(([zeros, residual]) => {
      const exact = rational(residual, scale);
      return { zeros, residual: brief(exact), attained: magnitude(exact.p) === error.p && exact.q === error.q };
    });
  }
}

/** Check that the residuals of the last vertices are within the error: that takes no time, and refutes most. */
function lookAtLastVertices({ kernelSize: d, vertices, error }, beta, target, finding) {
  const sum = total([...beta.numerators.values()]);
  for (const z of vertices.slice(0, 8)) {
    const subsets = falling(d, d - z);
    let below = 0n;
    for (const [order, b] of beta.numerators) {
      if (order > 0 && order <= z) below += b * falling(d - order, d - z);
    }
    const scale = subsets * beta.scale * target.scale;
    const seen = subsets * beta.scale * target.numerators[z];
    const residual = magnitude(seen - (subsets * sum - below) * target.scale);
    if (residual * error.q > error.p * scale) {
      const name = `the |residual| at ${z} zeros`;
      const requirement = `${name} must be at most the error ${brief(error)}`;
      const given = brief(rational(residual, scale));
      finding.conditions.push({ name, requirement, holds: false, required: brief(error), given });
      throw new Wrong(requirement);
    }
  }
}

// The same for combinations. A set of inputs is the integer whose bits are its members.

function examineCombination(document, version, work, finding) {
  const certificate = readCombination(document, work);
  finding.problem = problemOfCombination(certificate);
  const { kernelSize: d, cube, subsets, error } = certificate;
  const beta = scaled(certificate.coefficients, work);
  const weights = scaled(certificate.dual, work);
  if (!cube) {
    compared(finding, "the sum of the coefficients", ONE, rational(total([...beta.numerators.values()]), beta.scale));
  }
  if (certificate.dual.size || error.p > 0n) {
    work.plan(subsets.length * weights.numerators.size * (TERM + wordsOf(weights.scale)));
    checkCombinationDual(certificate, weights, finding);
  }
  requireAll(finding); // what follows takes long
  work.plan((d + 2) * 2 ** d * (TERM + wordsOf(beta.scale)));
  checkCombinationPrimal(certificate, beta, finding);
  requireAll(finding);
  finding.optimal = textOf(error);
  return canonicalCombination(certificate, work);
}

const membersOf = (set) => [...Array(MOST_INPUTS).keys()].filter((place) => (set >> place) & 1);
const nameOf = (set) => brief(membersOf(set).join(", "));

function checkCombinationDual({ cube, subsets, error }, { numerators, scale }, finding) {
  const all = total([...numerators.values()]);
  const size = rational(total([...numerators.values()].map(magnitude)), scale);
  compared(finding, "the sum of the |dual weights|", ONE, size);
  const moment = (subset) => {
    let met = 0n;
    for (const [ones, w] of numerators) if (!subset || subset & ones) met += w;
    return rational(met, scale);
  };
  const common = cube ? NONE : moment(subsets[0]);
  for (const subset of subsets) {
    compared(finding, `the moment of the dual with the subset ${nameOf(subset)}`, common, moment(subset));
  }
  const seen = rational(all - (numerators.get(0) ?? 0n), scale);
  const value = rational(magnitude(seen.p * common.q - common.p * seen.q), seen.q * common.q);
  compared(finding, "the value of the dual", error, value, { what: "the error " });
}

/** Check condition 1 at every vertex: f is what it is at the full set, less the subsets that the zeros contain. */
function checkCombinationPrimal({ kernelSize: d, cube, subsets, error }, beta, finding) {
  const everything = 2 ** d;
  const contained = Array(everything).fill(0n);
  for (const [place, numerator] of beta.numerators) contained[subsets[place]] += numerator;
  contained[0] = 0n; // the intercept is there always
  for (let bit = 1; bit < everything; bit *= 2) {
    for (let set = 0; set < everything; set++) if (set & bit) contained[set] += contained[set ^ bit];
  }
  const sum = total([...beta.numerators.values()]);
  let [worst, where] = [-1n, 0];
  for (let ones = cube ? 0 : 1; ones < everything - (cube ? 0 : 1); ones++) {
    const size = magnitude((ones ? beta.scale : 0n) - sum + contained[everything - 1 - ones]);
    if (size > worst) [worst, where] = [size, ones];
  }
  const name = `the largest |residual|, at the ones ${nameOf(where)}`;
  compared(finding, name, error, rational(worst, beta.scale), { what: "the error ", at: "," });
}

// The form: from anything at all to a certificate, or an error.

function documentOf(source, work) {
  const { value: document, flaws } = parse(source, work);
  if (!(document instanceof Map)) throw unread("a certificate must be a JSON object", document);
  const [kind, version] = [document.get("format"), document.get("version")];
  if (kind !== SYMMETRIC && kind !== COMBINATION) {
    throw unread(`format must be '${SYMMETRIC}' or '${COMBINATION}'`, kind);
  }
  if (kind === COMBINATION && version !== 1n) throw unread("version of a combination must be the integer 1", version);
  if (version !== 1n && version !== 2n) throw unread("version must be the integer 1 or 2", version);
  if (flaws.length) throw flaws[0];
  return [document, version];
}

function readSymmetric(document, version, work) {
  const newer = version === 2n;
  const required = [...HEAD, "orders", ...REST, ...(newer ? ["target"] : [])];
  checkKeys(document, "the certificate", required, newer ? ["constant"] : []);
  const d = readKernelSize(document.get("kernel_size"));
  const cube = readObjective(document.get("objective")) === "cube";
  const orders = readOrders(document.get("orders"), cube ? 0 : 1, d);
  const names = new Map(orders.map((order) => [`${order}`, order]));
  const coefficients = readNumbers(document.get("coefficients"), "coefficients", work, (key) => names.get(key), names);
  const error = readError(document.get("error"), work);
  const [first, last] = cube ? [0, d] : [1, d - 1];
  const dual = readNumbers(document.get("dual"), "dual", work, (key) => indexIn(key, first, last));
  const target = newer ? readTarget(document, d, work) : null;
  if (target && target.constant.p && !cube) {
    throw wrong("the constant must be 0 for the objective 'range'", target.constant);
  }
  const vertices = Array.from({ length: last - first + 1 }, (_, i) => last - i);
  return { kernelSize: d, cube, orders, coefficients, error, dual, target, vertices };
}

function readTarget(document, d, work) {
  const value = document.get("target");
  if (!Array.isArray(value)) throw wrong("target must be a list", value);
  if (value.length !== d) throw wrong(`target must have ${d} weights`, BigInt(value.length));
  const weights = value.map((weight, index) => readNumber(weight, `target[${index}]`, work));
  const constant = readNumber(document.has("constant") ? document.get("constant") : "0", "constant", work);
  const isMaximum = weights.every((weight, k) => equal(weight, k === d - 1 ? ONE : NONE)) && !constant.p;
  return isMaximum ? null : { weights, constant };
}

function readObjective(value) {
  if (value !== "cube" && value !== "range") throw wrong("objective must be 'cube' or 'range'", value);
  return value;
}

function readKernelSize(value) {
  if (typeof value !== "bigint") throw wrong("kernel_size must be an integer", value);
  if (value < 2n) throw wrong("kernel_size must be at least 2", value);
  if (value > KERNEL_SIZE_LIMIT) {
    throw unread(`kernel_size must be at most ${KERNEL_SIZE_LIMIT} for this checker`, value);
  }
  return Number(value);
}

function readOrders(value, first, last) {
  if (!Array.isArray(value)) throw wrong("orders must be a list", value);
  if (!value.length) throw new Wrong("orders must have at least one order, found none");
  const orders = new Set();
  for (const order of value) {
    if (typeof order !== "bigint" || order < first || order > last) {
      throw wrong(`orders must be integers from ${first} to ${last}`, order);
    }
    if (orders.has(Number(order))) throw new Wrong(`orders must be distinct, found ${order} twice`);
    orders.add(Number(order));
  }
  return [...orders].sort((a, b) => a - b);
}

function indexIn(key, first, last) {
  const index = /^(?:0|[1-9][0-9]{0,5})$/.test(key) ? Number(key) : -1;
  return index >= first && index <= last ? index : undefined;
}

/** Read an object from indices, in canonical decimal form, to numbers; all the names `required` have to be there. */
function readNumbers(value, name, work, indexOf, required = new Map()) {
  checkObject(value, name);
  for (const key of required.keys()) requireKey(value, name, key);
  for (const key of value.keys()) {
    if (indexOf(key) === undefined) throw wrong(`${name} must have permitted keys only`, key);
  }
  return new Map([...value].map(([key, number]) => [indexOf(key), readNumber(number, `${name}[${key}]`, work)]));
}

function readNumber(value, name, work) {
  const match = typeof value === "string" && /^(0|-?[1-9][0-9]*)(?:\/(0|[1-9][0-9]*))?$/.exec(value);
  if (!match) throw wrong(`${name} must be an exact number, a string "p" or "p/q"`, value);
  work.plan(literalSteps(value.length));
  const [p, q] = [BigInt(match[1]), BigInt(match[2] ?? "1")];
  if (q === 0n) throw wrong(`${name} must not have denominator zero`, value);
  return rational(p, q);
}

function readError(value, work) {
  const error = readNumber(value, "error", work);
  if (error.p < 0n) throw wrong("error must be at least 0", error);
  return error;
}

function checkObject(value, name) {
  if (!(value instanceof Map)) throw wrong(`${name} must be a JSON object`, value);
}

function requireKey(value, name, key) {
  if (!value.has(key)) throw new Wrong(`${name} must have the key ${key}, found none`);
}

function checkKeys(value, name, required, optional) {
  checkObject(value, name);
  for (const key of required) requireKey(value, name, key);
  for (const key of value.keys()) {
    if (!required.includes(key) && !optional.includes(key)) throw wrong(`${name} must have permitted keys only`, key);
  }
}

function readCombination(document, work) {
  checkKeys(document, "the certificate", [...HEAD, "subsets", ...REST], []);
  const d = readKernelSize(document.get("kernel_size"));
  const cube = readObjective(document.get("objective")) === "cube";
  if (d > MOST_INPUTS) throw unread(`kernel_size must be at most ${MOST_INPUTS} for a combination`, BigInt(d));
  const subsets = readSubsets(document.get("subsets"), d, cube);
  const numbers = document.get("coefficients");
  if (!Array.isArray(numbers)) throw wrong("coefficients must be a list", numbers);
  if (numbers.length !== subsets.length) {
    throw wrong(`coefficients must be as many as subsets, ${subsets.length}`, BigInt(numbers.length));
  }
  const coefficients = new Map(numbers.map((n, place) => [place, readNumber(n, `coefficients[${place}]`, work)]));
  const error = readError(document.get("error"), work);
  const members = document.get("dual");
  if (!(members instanceof Map)) throw wrong("dual must be a JSON object", members);
  const dual = new Map();
  for (const [key, number] of members) {
    if (key.length !== d || !/^[01]+$/.test(key)) throw wrong(`keys of dual must be 0/1 vectors of ${d} digits`, key);
    if (!cube && !(key.includes("0") && key.includes("1"))) {
      throw wrong("keys of dual must not be constant for the objective 'range'", key);
    }
    dual.set(parseInt([...key].reverse().join(""), 2), readNumber(number, `dual[${key}]`, work));
  }
  return { kernelSize: d, cube, subsets, coefficients, error, dual };
}

function readSubsets(value, d, emptyAllowed) {
  if (!Array.isArray(value)) throw wrong("subsets must be a list", value);
  if (!value.length) throw new Wrong("subsets must have at least one subset, found none");
  const found = new Set();
  for (const subset of value) {
    if (!Array.isArray(subset)) throw wrong("a subset must be a list", subset);
    if (!subset.length && !emptyAllowed) {
      throw new Wrong("a subset must not be empty for the objective 'range', found one that is");
    }
    let [mask, last] = [0, -1n];
    for (const place of subset) {
      if (typeof place !== "bigint" || place <= last || place >= d) {
        throw wrong(`a subset must be increasing integers from 0 to ${d - 1}`, place);
      }
      mask |= 1 << Number(place);
      last = place;
    }
    if (found.has(mask)) throw new Wrong(`subsets must be distinct, found ${brief(subset.join(", "))} twice`);
    found.add(mask);
  }
  return [...found];
}

// What is hashed: JSON without white space, the keys of every object sorted as strings, numbers in lowest terms.

function plannedText(number, work) {
  const words = wordsOf(number.p) + wordsOf(number.q);
  work.plan(Math.floor(stepsOf(words, words) / 4));
  return textOf(number);
}

function serialized(value) {
  if (value instanceof Map) {
    const keys = [...value.keys()].sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${serialized(value.get(key))}`).join(",")}}`;
  }
  return Array.isArray(value) ? `[${value.map(serialized).join(",")}]` : JSON.stringify(value);
}

function canonicalOf({ kernelSize, cube, orders, coefficients, error, dual, target }, work) {
  const text = (number) => plannedText(number, work);
  const named = (numbers) => new Map([...numbers].map(([index, number]) => [`${index}`, text(number)]));
  const document = new Map([
    ["format", SYMMETRIC],
    ["version", target ? 2 : 1],
    ["kernel_size", kernelSize],
    ["objective", cube ? "cube" : "range"],
    ["orders", orders],
    ["coefficients", named(coefficients)],
    ["error", text(error)],
    ["dual", named([...dual].filter(([, weight]) => weight.p))],
  ]);
  if (target) document.set("target", target.weights.map(text));
  if (target?.constant.p) document.set("constant", text(target.constant));
  return serialized(document);
}

function canonicalCombination({ kernelSize: d, cube, subsets, coefficients, error, dual }, work) {
  const text = (number) => plannedText(number, work);
  const vector = (ones) => Array.from({ length: d }, (_, place) => (ones >> place) & 1).join("");
  const weights = [...dual].filter(([, weight]) => weight.p).map(([ones, weight]) => [vector(ones), text(weight)]);
  return serialized(
    new Map([
      ["format", COMBINATION],
      ["version", 1],
      ["kernel_size", d],
      ["objective", cube ? "cube" : "range"],
      ["subsets", subsets.map(membersOf)],
      ["coefficients", [...coefficients.values()].map(text)],
      ["error", text(error)],
      ["dual", new Map(weights)],
    ]),
  );
}

// JSON, read strictly: objects as Map, integers as BigInt. Repeated keys and inexact numbers are flaws.

function parse(source, work) {
  const isText = typeof source === "string";
  const isBytes = source instanceof Uint8Array || source instanceof ArrayBuffer;
  if (!isText && !isBytes) throw new Unread("a certificate must be JSON text or the bytes of a file");
  work.plan(CHARACTER * (isText ? source.length : source.byteLength));
  return new Reader(isText ? source : decoded(source), work).read();
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unread("the text must be JSON, found an error: it is not UTF-8");
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const INEXACT = /NaN|-?Infinity/y;
const WORD = /null|true|false/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))/y;
const WORDS = { null: null, true: true, false: false };
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  constructor(text, work) {
    Object.assign(this, { text, work, at: 0, flaws: [] });
  }

  read() {
    const value = this.value(0);
    this.skip();
    if (this.at < this.text.length) this.fail("end of the text");
    return { value, flaws: this.flaws };
  }

  fail(expected) {
    throw new Unread(`the text must be JSON, found an error: no ${expected} at character ${this.at}`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  skip() {
    this.match(SPACE);
  }

  take(character) {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  value(depth) {
    if (depth > DEEPEST) throw new Unread("the text must be JSON, found too deep a nesting");
    if (this.take("{")) return this.object(depth);
    if (this.take("[")) return this.list(depth);
    if (this.take('"')) return this.string();
    const word = this.match(WORD);
    if (word) return WORDS[word[0]];
    const inexact = this.match(INEXACT);
    if (inexact) return this.flawed("numbers must be exact, not floating-point", inexact[0]);
    const number = this.match(NUMBER) ?? this.fail("value");
    if (number[2] || number[3]) return this.flawed("numbers must be exact, not floating-point", number[0]);
    if (number[1].length > 512) this.work.plan(literalSteps(number[1].length));
    return BigInt(number[1]);
  }

  /** What Python reads there is nothing at all; the first flaw is what is said of the text. */
  flawed(requirement, found) {
    if (!this.flaws.length) this.flaws.push(wrong(requirement, found));
    return null;
  }

  object(depth) {
    const members = new Map();
    if (this.take("}")) return members;
    const repeated = [];
    do {
      const key = this.take('"') ? this.string() : this.fail("key in quotation marks");
      if (!this.take(":")) this.fail("colon");
      const value = this.value(depth + 1);
      if (members.has(key)) repeated.push(key);
      members.set(key, value);
    } while (this.take(","));
    if (!this.take("}")) this.fail("comma or brace");
    // After the flaws of the values within, as Python sees an object when it is complete.
    if (repeated.length) this.flawed("a JSON object must not repeat a key", repeated[0]);
    return members;
  }

  list(depth) {
    const items = [];
    if (this.take("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.take(","));
    return this.take("]") ? items : this.fail("comma or bracket");
  }

  string() {
    const parts = [];
    for (;;) {
      parts.push(this.match(PLAIN)[0]);
      if (this.text[this.at] === '"') break;
      const escape = this.match(ESCAPE) ?? this.fail("character of a string");
      parts.push(escape[2] ? String.fromCharCode(parseInt(escape[2], 16)) : (ESCAPES[escape[1]] ?? escape[1]));
    }
    this.at++;
    return parts.join("");
  }
}

// The messages: one line each, short however large the numbers are.

const wrong = (requirement, found) => new Wrong(`${requirement}, found ${brief(found)}`);
const unread = (requirement, found) => new Unread(`${requirement}, found ${brief(found)}`);

function brief(value) {
  if (typeof value === "string") return shortened(asAscii(shortened(value)));
  if (typeof value === "bigint") {
    return bitLength(value) <= 64 ? `${value}` : `an integer of ${bitLength(value)} bits`;
  }
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return "a value of type 'list'";
  if (value instanceof Map) return "a value of type 'dict'";
  const [bits, denominator] = [bitLength(value.p), bitLength(value.q)];
  if (Math.max(bits, denominator) <= 64) return textOf(value);
  return `about ${value.p < 0n ? "-" : ""}2^${bits - denominator} (denominator of ${denominator} bits)`;
}

/** As Python counts characters: a pair of surrogates is one. */
function shortened(text) {
  if (text.length <= 80 || (text.length <= 160 && [...text].length <= 80)) return text;
  const [first, last] = [[...text.slice(0, 80)], [...text.slice(-80)]];
  return `${first.slice(0, 40).join("")}...${last.slice(-40).join("")}`;
}

const NAMED = new Map([["\\", "\\\\"], ["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

/** The literal of a string in Python, in ASCII. */
function asAscii(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const shown = Array.from(text, (character) => {
    if (character === quote) return `\\${quote}`;
    if (NAMED.has(character)) return NAMED.get(character);
    const code = character.codePointAt(0);
    if (code >= 32 && code < 127) return character;
    const [letter, length] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(length, "0")}`;
  });
  return `${quote}${shown.join("")}${quote}`;
}

function problemOf({ kernelSize, cube, orders, target }) {
  const named = `kernel size ${kernelSize}, orders ${runs(orders)}, objective ${cube ? "cube" : "range"}`;
  if (!target) return named;
  const weights = target.weights.length <= 40 ? target.weights.map(brief).join(", ") : "";
  const constant = target.constant.p ? `, constant ${brief(target.constant)}` : "";
  return `${named}, target ${shortened(weights) || "of these weights"}${constant}`;
}

function problemOfCombination({ kernelSize, cube, subsets }) {
  const number = subsets.filter(Boolean).length;
  const intercept = number < subsets.length ? " with the intercept" : "";
  const objective = cube ? "cube" : "range";
  return `kernel size ${kernelSize}, ${number} subset${number === 1 ? "" : "s"}${intercept}, objective ${objective}`;
}

/** Write increasing orders, runs of three or more as a-b. */
function runs(orders) {
  const found = [];
  for (const order of orders) {
    if (found.length && order === found.at(-1).at(-1) + 1) found.at(-1).push(order);
    else found.push([order]);
  }
  return found.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(", "))).join(", ");
}
