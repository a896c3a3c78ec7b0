"use strict";

/** An element. Children that are strings become text, so nothing in the data can become markup. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name === "vars") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== ""));
  return element;
}

/** A number as people read it. */
function figure(value) {
  if (value === null) return "n/a";
  return Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(4)));
}

/** "1 seam", "2 seams". */
function count(value, noun) {
  return `${figure(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function percent(value) {
  return value > 0 && value < 0.01 ? "<1 %" : `${Math.round(value * 100)} %`;
}

/** The text on one line: line breaks and other control characters are shown, not obeyed. */
function plain(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A name or path in the code's typeface, breakable after its dots and slashes. */
function code(text, attributes = {}) {
  const parts = plain(text).split(/(?<=[./:])/).flatMap((part, i) => (i ? [el("wbr"), part] : [part]));
  return el("code", attributes, parts);
}

/** A chip in the colour of a place. */
function chip(place) {
  return el("span", { class: "chip", vars: { "--hue": placeColor(place) } }, place ? plain(place.name) : "nowhere");
}

function bar(share, label) {
  return el("span", { class: "meter", role: "img", "aria-label": `${label} ${percent(share)}` },
    el("span", { vars: { "--part": `${Math.min(100, share * 100)}%` } }));
}
