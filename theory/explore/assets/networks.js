/**
 * The size of the ReLU network that computes an estimator, counted without building it: a port of
 * theory/networks/plan.py and theory/networks/size.py, whose docstrings say what the parts are and why they suffice.
 *
 * A family is [size, start, stop, top, kept]: all subsets of `size` inputs among start..stop-1, with their `top`
 * largest values in sorted order, of which `kept` are used one by one in the next layer. Vertices are
 * [size, start, stop, ranks]: the values of a layer that the next one carries on. Counts are BigInt.
 */

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0n);

/** Compare lists of numbers like tuples. */
function inOrder(a, b) {
  const i = a.findIndex((number, place) => number !== b[place]);
  return i < 0 ? 0 : Number(a[i]) - Number(b[i]);
}

function distinctLists(lists) {
  return [...new Map(lists.map((list) => [list.join(), list])).values()];
}

function binomial(n, k) {
  let value = k > n || k < 0 ? 0n : 1n;
  for (let i = 1; value && i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i);
  return value;
}

/** The least number of hidden layers by pairwise maxima for blocks of a size: the ceiling of its binary logarithm. */
const levelOf = (size) => (size ? 32 - Math.clz32(size - 1) : 0);
const halfSizes = (size) => [Math.ceil(size / 2), Math.floor(size / 2)];

/** The families of the first and of the last halves of the members of a family, all their values kept. */
function halves([size, start, stop, top]) {
  const [first, last] = halfSizes(size);
  const [a, b] = [Math.min(top, first), Math.min(top, last)];
  return [
    [first, start, stop - last, a, a],
    [last, start + first, stop, b, b],
  ];
}

function countMergingUnits(size, top) {
  const [first, last] = halfSizes(size);
  const terms = Math.min(first, top);
  const whole = Math.min(terms, Math.max(0, top + 1 - last));
  return whole * last + (terms - whole) * (top + 1) - (terms * (terms + 1) - whole * (whole + 1)) / 2;
}

/** Which orders are served by which block size, and how many units subsets of their own take at the least. */
function* candidateBlocks(d, orders, hiddenLayers) {
  const served = orders.filter((r) => r > 1);
  const largest = Math.min(d, 2 ** hiddenLayers);
  let own = 0n;
  for (let joint = 0; joint <= served.length; joint++) {
    const rest = served.slice(joint);
    if (!(rest.length === 1 && rest[0] === largest)) {
      const sizes = new Map(served.slice(0, joint).map((r) => [r, r]));
      if (rest.length) sizes.set(largest, rest[0]);
      yield [[...sizes], own];
    }
    if (rest.length) own += binomial(d, rest[0]);
  }
}

/** The levels, from blocks [size, least order that is served]; a level has its number, what it merges and passes on. */
function makeLevels(d, blocks, hiddenLayers) {
  const levels = [];
  let needed = [];
  for (let number = hiddenLayers; number > 0; number--) {
    const finished = blocks.filter(([size]) => levelOf(size) === number);
    const families = finished.map(([size, least]) => [size, 0, d, size - least + 1, 0]);
    const passed = needed.filter(([size]) => levelOf(size) < number);
    const merged = widest([...families, ...needed.filter(([size]) => levelOf(size) === number)]);
    needed = widest([...passed, ...merged.flatMap(halves)]);
    levels.unshift({ number, merged, passed });
  }
  return levels;
}

/** Leave out families whose members all belong to another one that asks for as much. */
function widest(families) {
  const key = ([size, start, stop, top, kept]) => [size, start, -stop, -top, -kept];
  const sorted = distinctLists(families).sort((a, b) => inOrder(key(a), key(b)));
  const distinct = [];
  let wide = [];
  for (const family of sorted) {
    const [size, start, stop, top, kept] = family;
    wide = wide.filter((f) => f[0] === size && f[2] > start);
    if (stop - start >= size && !wide.some((f) => stop <= f[2] && top <= f[3] && kept <= f[4])) {
      distinct.push(family);
      wide.push(family);
    }
  }
  return distinct;
}

/** Inputs that need not be carried through the first layer, as max(a, b) = a + relu(b - a) = b + relu(a - b). */
function omittedInputs({ number, merged, passed }) {
  if (number > 1) return new Set();
  const claims = [...merged, ...passed].filter(([size, , , , kept]) => size <= 2 && kept);
  const changes = Array(claims.reduce((most, f) => Math.max(most, f[2]), 0) + 1).fill(0);
  for (const [, start, stop] of claims) {
    changes[start]++;
    changes[stop]--;
  }
  let [claimed, last] = [0, -1];
  const lastOwn = changes.map((change, j) => {
    claimed += change;
    return (last = Math.max(last, claimed === 1 ? j : -1));
  });
  const owned = merged.filter(([, start, stop, , kept]) => kept === 1 && lastOwn[stop - 1] >= start);
  return new Set(owned.map(([, , stop]) => lastOwn[stop - 1]));
}

/** The values that stay when the kept values of a family are written as one value of a half plus units. */
function basesOf({ number }, family, omitted) {
  const [, start, stop, , kept] = family;
  if (!kept) return [];
  const [first, last] = halves(family);
  if (number === 1 && kept === 1) {
    let out = stop - 1;
    for (let j = stop - 1; j >= start; j--) if (omitted.has(j)) out = j;
    const ranges = [
      [1, start, out, 1],
      [1, out + 1, stop, 1],
    ];
    return ranges.filter(([, from, to]) => from < to);
  }
  const bases = [[...first.slice(0, 3), Math.ceil(kept / 2)]];
  if (kept > 1) bases.push([...last.slice(0, 3), Math.floor(kept / 2)]);
  return bases;
}

/** The vertices that a merged family adds, and the values that its units touch. */
function connected(level, family, omitted) {
  const [, start, stop, , kept] = family;
  const vertices = basesOf(level, family, omitted);
  if (level.number === 1 && kept < 2) return [vertices, [[1, start, stop, 1]]];
  if (!kept) return [[], []];
  const [first, last] = halves(family);
  if (kept === 1 && first[2] - first[1] > first[0]) vertices.push([last[0], last[2] - last[0], last[2], 1]);
  return [vertices, [last.slice(0, 4)]];
}

/** What a level has to carry: all values directly, or differences along units, by parts; and the values passed on. */
function carriedBy(level) {
  const omitted = omittedInputs(level);
  const passed = level.passed.map(([size, start, stop, , kept]) => [size, start, stop, kept]);
  const direct = [...passed, ...level.merged.flatMap((family) => basesOf(level, family, omitted))];
  const [vertices, touched] = [[], []];
  level.merged.forEach((family, group) => {
    const [own, others] = connected(level, family, omitted);
    const shared = others.flatMap((w) => passed.flatMap((v) => intersection(v, w)));
    vertices.push(...[...own, ...shared].map((v) => [v, group]));
    touched.push(...others.map((w) => [w, group]));
  });
  const root = joined(vertices, touched, level.merged.length);
  const parts = new Map();
  for (const [v, group] of vertices) parts.set(root[group], [...(parts.get(root[group]) ?? []), v]);
  return { direct, parts: [...parts.values()], passed };
}

/** The members that two families share, none or one family. */
function intersection(v, w) {
  const [start, stop] = [Math.max(v[1], w[1]), Math.min(v[2], w[2])];
  return v[0] === w[0] && stop - start >= v[0] ? [[v[0], start, stop, Math.min(v[3], w[3])]] : [];
}

/** Join groups that share a vertex, or of which one touches a vertex of the other; the root of each. */
function joined(vertices, touched, groups) {
  const root = Array.from({ length: groups }, (_, k) => k);
  const find = (k) => {
    while (root[k] !== k) k = root[k] = root[root[k]];
    return k;
  };
  const swept = [...vertices.map(([v, group]) => [...v, 1, group]), ...touched.map(([v, group]) => [...v, 0, group])];
  let open = [];
  for (const entry of swept.sort(inOrder)) {
    const [size, start, stop, , isVertex, group] = entry;
    open = open.filter((other) => other[0] === size && size <= other[2] - start);
    if (stop - start < size) continue;
    for (const other of open) if (isVertex || other[4]) root[find(group)] = find(other[5]);
    open.push(entry);
  }
  return root.map((_, k) => find(k));
}

/** The subsets of `size` inputs that lie within at least one of some ranges [start, stop]. */
function countUnion(size, ranges) {
  let [total, reach] = [0n, 0];
  for (const [start, stop] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (stop <= reach) continue;
    total += binomial(stop - start, size) - binomial(Math.max(0, reach - start), size);
    reach = stop;
  }
  return total;
}

/** Sum over families of each size, and over the steps of an entry of theirs, a weight of the step times the members. */
function countBySteps(families, entry, weightOf) {
  return sum(
    [...new Set(families.map(([size]) => size))].flatMap((size) => {
      const same = families.filter((f) => f[0] === size);
      const steps = [...new Set(same.map((f) => f[entry]))].sort((a, b) => a - b);
      return steps.map((step, i) => {
        const members = same.filter((f) => f[entry] >= step).map(([, start, stop]) => [start, stop]);
        return BigInt(weightOf(size, step) - weightOf(size, steps[i - 1] ?? 0)) * countUnion(size, members);
      });
    }),
  );
}

const countVertices = (vertices) => countBySteps(vertices, 3, (_, rank) => rank);

/** The merging units of a level, and the units that carry values on, as linked differences or directly. */
function countLevel(level) {
  const { direct, parts, passed } = carriedBy(level);
  const linked = parts.flat();
  const vertices = countVertices([...linked, ...passed]);
  const linking = vertices + BigInt(parts.length) + vertices - countVertices(linked) - 2n;
  return {
    units: countBySteps(level.merged, 3, countMergingUnits),
    linking: linking > 0n ? linking : 0n,
    direct: countVertices(direct),
  };
}

/** The widths of the ways to carry values on: as differences, and on the nonnegative domain directly at first. */
function waysToCarry(d, levels, orders, domain) {
  const counts = levels.map(countLevel);
  // The running sum of one order, of inputs >= 0, has the sign of its coefficient.
  const running = domain === "nonnegative" && orders.filter(Boolean).length === 1 ? 1n : 2n;
  const linked = counts.map(({ units, linking }) => units + linking + running);
  const ways = [linked];
  if (domain === "real") return ways;
  const direct = [];
  counts.forEach((count, i) => {
    const byVertices = count.direct + running;
    const carried = i === 0 && BigInt(d) <= byVertices ? BigInt(d) : byVertices;
    direct.push(count.units + carried);
    ways.push([...direct, ...linked.slice(direct.length)]);
  });
  return ways;
}

function sizeOf(d, widths) {
  const all = [BigInt(d), ...widths, 1n];
  const parameters = sum(all.slice(1).map((after, i) => (all[i] + 1n) * after));
  return { widths, hiddenLayers: widths.length, units: sum(widths), parameters };
}

/**
 * Count the ReLU network that computes an estimator with these orders, whatever its coefficients.
 *
 * @param {{kernelSize: number, orders: number[]}} estimator
 * @param {{construction?: "tree"|"smallest", domain?: "real"|"nonnegative"}} [options] - "tree" has the least depth
 * that pairwise maxima allow, "smallest" the fewest units; "nonnegative" is exact for inputs >= 0, "real" for all
 * @returns {{widths: bigint[], hiddenLayers: number, units: bigint, parameters: bigint}} parameters are all entries of
 * the dense matrices and of the biases
 */
export function networkSize({ kernelSize: d, orders }, { construction = "tree", domain = "real" } = {}) {
  const smallest = construction === "smallest";
  const [first, second] = smallest ? ["units", "parameters"] : ["parameters", "units"];
  const isLess = (a, b) => a[first] < b[first] || (a[first] === b[first] && a[second] < b[second]);
  const increasing = [...orders].sort((a, b) => a - b);
  const least = levelOf(increasing.at(-1));
  const most = smallest && least ? levelOf(d) : least;
  let best = null;
  for (let depth = least; depth <= most; depth++) {
    for (const [blocks, own] of candidateBlocks(d, increasing, depth)) {
      // A unit has two incoming weights or more, and a bias: what is left to try only takes more.
      if (best && own * (smallest ? 1n : 3n) > best[first]) break;
      for (const widths of waysToCarry(d, makeLevels(d, blocks, depth), increasing, domain)) {
        const size = sizeOf(d, widths);
        if (!best || isLess(size, best)) best = size;
      }
    }
  }
  return best;
}
