/**
 * Elements made of text: what strangers write is data here, and never markup.
 */

/**
 * Make an element. Children are nodes or text; attributes that are null or false are left out, functions are listeners.
 *
 * @param {string} tag @param {Object<string, any>} [attributes] @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The element with an id. @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/** Replace what is in an element. @param {string|Element} place @param {...(Node|string|null)} children */
export function fill(place, ...children) {
  const element = typeof place === "string" ? byId(place) : place;
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/** A table with a head. @param {string[]} head @param {(Node|string)[][]} rows @returns {HTMLElement} */
export function table(head, rows, attributes = {}) {
  return el(
    "table",
    attributes,
    el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))),
  );
}

/** Names and what is to be said of each. @param {[string, Node|string][]} items @returns {HTMLElement} */
export const facts = (items) =>
  el("dl", { class: "facts" }, ...items.flatMap(([name, said]) => [el("dt", {}, name), el("dd", {}, said)]));

/** Say something to those who look, and to those who listen. @param {string} place - an id @param {string} text */
export function say(place, text, bad = false) {
  const element = byId(place);
  element.textContent = text;
  element.classList.toggle("bad", bad);
}

/** A row of choices, one of which is made. @returns {HTMLElement} */
export function choice(name, title, values, chosen, listener) {
  const buttons = Object.entries(values).flatMap(([value, label]) => {
    const id = `${name}-${value}`;
    return [
      el("input", { type: "radio", name, id, value, checked: value === chosen, change: () => listener(value) }),
      el("label", { for: id }, label),
    ];
  });
  return el("fieldset", { class: "choice" }, el("legend", {}, title), ...buttons);
}

/** Make buttons one stop of the Tab key, between which the arrow keys go. @param {Element} place - of the buttons */
export function rove(place) {
  const buttons = [...place.children];
  const stop = (here) => buttons.forEach((one, i) => { one.tabIndex = i === here ? 0 : -1; });
  stop(0);
  place.onkeydown = (event) => {
    const here = buttons.indexOf(document.activeElement);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (!buttons[to]) return;
    event.preventDefault();
    stop(to);
    buttons[to].focus();
  };
}

/** Copy a text, and say so on the button. @param {HTMLElement} button @param {string} text */
export async function copy(button, text) {
  button.dataset.label ??= button.textContent; // and not what it says after a click a moment ago
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow it: select the text";
  }
  setTimeout(() => {
    button.textContent = button.dataset.label;
  }, 1500);
}

/** Save a text as a file. @param {string} name @param {string} text */
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  el("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
