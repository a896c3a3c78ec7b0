"use strict";

/** The panel at the side: details of whatever was chosen. */
const Panel = {
  element: document.getElementById("panel"),
  opener: null,

  show(title, ...content) {
    if (this.element.hidden) this.opener = document.activeElement;
    this.element.replaceChildren(
      el("header", {}, el("h2", { id: "panel-title" }, title),
        el("button", { class: "quiet", type: "button", "aria-label": "Close", on: { click: () => this.close() } }, "×")),
      el("div", { class: "panel-body" }, ...content));
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.element.focus({ preventScroll: true });
  },

  close() {
    this.element.hidden = true;
    this.opener?.focus({ preventScroll: true });
  },
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !Panel.element.hidden) Panel.close();
});

/** A list of facts: name and value. */
function facts(...pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]).flat());
}

/** The way from a handler to an access, one definition per line. */
function proof(effect) {
  const steps = effect.path.map((name) => el("li", {}, code(Data.names[name])));
  return el("div", { class: "proof" },
    el("p", {}, el("b", { class: effect.write ? "write" : "read" }, effect.write ? "writes " : "reads "),
      code(Data.tables[effect.table].name), ` (${effect.how}) at `, code(effect.location)),
    el("ol", { class: "path" }, steps));
}

function showEndpoint(endpoint, only = null) {
  const effects = only ? endpoint.effects.filter((effect) => only.has(effect.table)) : endpoint.effects;
  const commits = endpoint.transactions.map(([tables, at]) =>
    el("li", {}, tables.map((t) => plain(Data.tables[t].name)).join(", "), " at ", code(at)));
  Panel.show(plain(endpoint.name),
    facts(["Service", chip(Data.places[endpoint.place])], ["Handler", code(endpoint.handler)],
      ["Where", code(endpoint.location)], ["Routes", endpoint.rules.map((rule) => el("div", {}, code(rule)))]),
    effects.map(proof),
    commits.length ? [el("h3", {}, "Transactions"), el("ul", {}, commits)] : []);
}

function showTable(table) {
  Panel.show(plain(table.name), facts(["Owner", chip(Data.places[table.place])],
    ["Written by", table.writers.map(plain).join(", ")], ["Read by", table.readers.map(plain).join(", ")],
    ["Declared at", code(table.location)],
    ["Note", table.tied ? "Two services had equal claims: pin its owner." : ""]));
}
