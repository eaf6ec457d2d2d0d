/**
 * An estimator and its error in LaTeX, character by character what Estimator.to_latex of Python writes
 * (theory/typeset.py): for \[ ... \], with the package amsmath.
 */
import { absolute, toText } from "./fractions.js";

const LINE = 60; // digits of a line
const LONGEST_SET = 60; // characters: half a line

function digits(text) {
  if (text.length <= LINE) return text;
  const lines = text.match(new RegExp(`.{1,${LINE}}`, "g"));
  return `\\begin{array}{l} ${lines.join(" \\\\ ")} \\end{array}`;
}

function fractionInLatex(number) {
  const [numerator, denominator] = toText(absolute(number)).split("/");
  const size = denominator ? `\\frac{${digits(numerator)}}{${digits(denominator)}}` : digits(numerator);
  return number.p < 0n ? `-${size}` : size;
}

/** Orders as a set, runs of more than three with dots. */
function ordersInLatex(orders) {
  const runs = [];
  for (const order of orders) {
    if (runs.length && order === runs.at(-1).at(-1) + 1) runs.at(-1).push(order);
    else runs.push([order]);
  }
  const shown = runs.map((run) => (run.length > 3 ? `${run[0]}, \\ldots, ${run.at(-1)}` : run.join(", ")));
  return `\\{${shown.join(", ")}\\}`;
}

function combination(terms) {
  const shown = [];
  for (const [number, symbol] of terms) {
    if (!number.p) continue;
    const isUnit = number.q === 1n && (number.p === 1n || number.p === -1n);
    const size = symbol && isUnit ? "" : fractionInLatex(absolute(number));
    const sign = number.p < 0n ? "-" : shown.length ? "+" : "";
    shown.push([sign, size, symbol].filter(Boolean).join(" "));
  }
  return shown.length ? shown : ["0"];
}

/** How wide it is set, in digits. */
function width(latex) {
  if (latex.includes("\\begin{array}")) return LINE;
  const longer = latex.replace(/\\frac\{([^{}]*)\}\{([^{}]*)\}/g, (_, a, b) => (b.length > a.length ? b : a));
  const signs = longer.replace(/\\(?:cdot|approx|le|ge|in)\b|[-+=]/g, "xx");
  const visible = signs.replace(/\\(?:left|right|quad)\b|[{}_^&\s]/g, "");
  return visible.replace(/\\[a-zA-Z]+|\\./g, "x").length;
}

/** `left = pieces` as rows, broken between pieces where a line would be too wide. */
function equation(left, pieces) {
  const lines = [[]];
  const room = LINE - width(left) - 3;
  let used = 0;
  for (const piece of pieces) {
    used += width(piece) + 2;
    if (lines.at(-1).length && used > room) {
      lines.push([]);
      used = width(piece) + 4;
    }
    lines.at(-1).push(piece);
  }
  const [first, ...others] = lines.map((line) => line.join(" "));
  return [`${left} &= ${first}`, ...others.map((line) => `&\\quad ${line}`)];
}

function aligned(rows) {
  return rows.length === 1 ? rows[0].replace("&", "") : `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}`;
}

/**
 * The estimator, and its error where it is known, in LaTeX.
 *
 * @param {import("./estimator.js").Estimator} estimator
 * @returns {string}
 */
export function toLatex({ kernelSize, objective, orders, coefficients, error }) {
  const terms = orders.map((r, i) => [coefficients[i], r ? `m_{${r}}(x)` : ""]);
  const rows = equation("f(x)", combination(terms));
  if (!error) return aligned(rows);
  const set = ordersInLatex(orders);
  const wide = set.length > LONGEST_SET;
  const symbol = objective === "range" ? "E_{\\mathrm{range}}" : "E";
  rows[rows.length - 1] += ",";
  rows.push(...equation(`${symbol}(${kernelSize}, ${wide ? "R" : set})`, [fractionInLatex(error)]));
  if (wide) {
    rows[rows.length - 1] += ",";
    rows.push(...equation("R", set.replaceAll(", ", ",\n").split("\n")));
  }
  return aligned(rows);
}
