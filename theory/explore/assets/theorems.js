/**
 * The theorems as a graph: what rests on what, coloured by grade; each opens its section of the report.
 */
import { byId, el, fill } from "./dom.js";

const GRADES = {
  kernel: ["✓✓", "proved (kernel)"],
  proved: ["✓", "proved"],
  verified: ["✓", "verified"],
  refuted: ["✗", "refuted"],
  unknown: ["?", "not checked"],
};
const SVG = "http://www.w3.org/2000/svg";

let claims = [];
let by = new Map();
let users = new Map();
let chosen = null;

/** All that a claim reaches by a relation. */
function reach(name, next, found = new Set()) {
  for (const one of next(name)) {
    if (!found.has(one)) {
      found.add(one);
      reach(one, next, found);
    }
  }
  return found;
}

const below = (name) => by.get(name).rests_on;
const above = (name) => users.get(name) ?? [];
const chipOf = (name) => byId(`chip-${name}`);

function chip(claim) {
  const [sign, grade] = GRADES[claim.grade];
  return el(
    "li",
    {},
    el("button", { type: "button", id: `chip-${claim.name}`, class: `chip ${claim.grade}`, "aria-label": `${claim.name}, ${grade}`, click: () => open(claim.name, true) }, el("span", { class: "sign" }, sign), ` ${claim.name}`),
  );
}

function level(number, members) {
  const title = number ? `Level ${number}: resting on claims above` : "Level 0: from the definitions alone";
  return el("section", { class: "level" }, el("h3", {}, title), el("ul", { class: "chips" }, ...members.map(chip)));
}

function links(title, names) {
  if (!names.length) return null;
  const items = names.flatMap((name, i) => [i ? ", " : "", el("button", { type: "button", class: "link", click: () => open(name, true) }, name)]);
  return el("p", { class: "links" }, el("strong", {}, title), " ", ...items);
}

/** Open a claim: its section, and its place among the others. */
export function open(name, moving = false) {
  const claim = by.get(name);
  chosen = name;
  const copy = byId(`section-${name}`).content.cloneNode(true);
  copy.querySelectorAll(".back").forEach((back) => back.remove());
  fill("claim-links", links("Rests on", claim.rests_on), links("Used by", above(name)));
  fill("claim", copy);
  byId("claim-choice").value = name;
  highlight();
  if (moving) byId("claim-place").scrollIntoView({ block: "nearest" });
}

function highlight() {
  const under = reach(chosen, below);
  const over = reach(chosen, above);
  for (const { name } of claims) {
    const { classList } = chipOf(name);
    classList.toggle("chosen", name === chosen);
    classList.toggle("under", under.has(name));
    classList.toggle("over", over.has(name));
    classList.toggle("apart", name !== chosen && !under.has(name) && !over.has(name));
    chipOf(name).toggleAttribute("aria-current", name === chosen);
  }
  drawEdges(under, over);
}

/** Curves from each claim to those that it rests on, of what belongs to the chosen one. */
function drawEdges(under, over) {
  const svg = byId("edges");
  const origin = svg.getBoundingClientRect();
  const inside = (name) => name === chosen || under.has(name) || over.has(name);
  const curves = claims.flatMap(({ name, rests_on }) => rests_on.filter((one) => inside(name) && inside(one)).map((one) => {
    const [from, to] = [chipOf(one).getBoundingClientRect(), chipOf(name).getBoundingClientRect()];
    const [x1, y1] = [from.left + from.width / 2 - origin.left, from.bottom - origin.top];
    const [x2, y2] = [to.left + to.width / 2 - origin.left, to.top - origin.top];
    const bend = Math.max(18, (y2 - y1) / 2);
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`);
    path.setAttribute("class", over.has(name) ? "over" : "under");
    return path;
  }));
  svg.replaceChildren(...curves);
}

function count() {
  const counts = Object.entries(GRADES).map(([grade, [sign, label]]) => [grade, sign, label, claims.filter((one) => one.grade === grade).length]);
  fill("grades", ...counts.filter(([, , , number]) => number).map(([grade, sign, label, number]) => el("span", { class: `chip ${grade}` }, el("span", { class: "sign" }, sign), ` ${number} ${label}`)));
}

/** Draw the graph. @param {object[]} given - of the data */
export function drawTheorems(given) {
  claims = given;
  by = new Map(claims.map((one) => [one.name, one]));
  for (const { name, rests_on } of claims) for (const one of rests_on) users.set(one, [...(users.get(one) ?? []), name]);
  count();
  const levels = [];
  for (const claim of claims) (levels[claim.level] ??= []).push(claim);
  fill("levels", ...levels.map((members, number) => level(number, members)));
  const picker = byId("claim-choice");
  fill(picker, ...claims.map(({ name }) => el("option", { value: name }, name)));
  picker.onchange = () => open(picker.value, true);
  new ResizeObserver(() => { if (chosen) highlight(); }).observe(byId("levels"));
}
