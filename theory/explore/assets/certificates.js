/**
 * A place to drop certificates, of anybody: each condition with its numbers, accepted or what is wrong.
 */
import { check, sha256 } from "./checker.js";
import { byId, el, facts, fill, say, table } from "./dom.js";

const LARGEST_FILE = 2 ** 24;

function verdict(name, finding) {
  const head = finding.accepted
    ? `Accepted: ${finding.optimal} is the least error.`
    : finding.status === "too large"
      ? "Not decided: it takes more steps than are allowed here."
      : "Refused.";
  return el(
    "div",
    { class: `verdict ${finding.accepted ? "proved" : "refuted"}`, "data-accepted": String(finding.accepted) },
    el("p", {}, el("strong", {}, head), " ", el("span", { class: "file" }, name)),
    finding.error ? el("p", { class: "why" }, finding.error) : null,
  );
}

function conditions(finding) {
  if (!finding.conditions.length) return null;
  const ordered = finding.conditions.toSorted((a, b) => a.holds - b.holds); // first, or they may have to be scrolled to
  const rows = ordered.map(({ name, holds, required, given }) => [
    el("span", { class: holds ? "holds" : "fails" }, holds ? "✓ holds" : "✗ fails"),
    name,
    el("span", { class: "exact" }, required),
    el("span", { class: "exact" }, given),
  ]);
  return el("div", { class: "scroll" }, table(["", "condition", "required", "given"], rows, { class: "conditions" }));
}

async function present(name, finding) {
  fill("finding", verdict(name, finding), finding.problem ? facts([["problem", finding.problem]]) : null, conditions(finding));
  say("finding-said", finding.accepted ? `Accepted: ${finding.optimal}` : `Refused: ${finding.error}`);
  if (finding.accepted && globalThis.crypto?.subtle) {
    const line = el("p", { class: "hash" });
    byId("finding").append(line); // before the wait, at the end of which another may be shown
    fill(line, "SHA-256 of its canonical form: ", el("code", {}, await sha256(finding.canonical)));
  }
}

const unread = (error) => ({ accepted: false, status: "unread", conditions: [], error });

async function take(file) {
  if (!file) return;
  if (file.size > LARGEST_FILE) {
    present(file.name, unread(`a certificate has at most ${LARGEST_FILE} bytes, this file has ${file.size}`));
    return;
  }
  const bytes = await file.arrayBuffer().catch(() => null); // a folder, or what is gone
  present(file.name, bytes ? check(new Uint8Array(bytes)) : unread("the browser cannot read it as a file"));
}

/** Change one digit of the first coefficient that is no 0: close, and wrong. @param {string} text */
function spoiled(text) {
  const data = JSON.parse(text);
  const [order] = Object.entries(data.coefficients).findLast(([, value]) => value !== "0") ?? ["0"];
  const value = data.coefficients[order] ?? "0";
  data.coefficients[order] = value.replace(/\d(?=\/|$)/, (digit) => String((Number(digit) % 9) + 1));
  return JSON.stringify(data);
}

/** Make the place take files and texts. @param {() => string} current - the certificate of the selected estimator */
export function listen(current) {
  const place = byId("drop");
  const picker = byId("file");
  picker.addEventListener("change", () => { take(picker.files[0]).finally(() => { picker.value = ""; }); });
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("over"));
  // A file that misses the place must not take that of the page.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  place.addEventListener("drop", (event) => take(event.dataTransfer.files[0]));
  const box = byId("pasted");
  byId("check-pasted").onclick = () => present("the text", check(box.value));
  byId("check-current").onclick = () => { box.value = current(); present("the certificate of the selected estimator", check(box.value)); };
  byId("check-spoiled").onclick = () => { box.value = spoiled(current()); present("with one digit changed", check(box.value)); };
}
