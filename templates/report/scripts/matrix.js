"use strict";

/** Endpoints against tables: what each reads and writes. Values are bits: 1 reads, 2 writes. */
const READ = 1;
const WRITE = 2;

class AccessMatrix {
  constructor(body, status) {
    this.grid = new Grid({ label: "Endpoints by tables", corner: "endpoint × table", status,
      fold: (a, b) => ({ bits: a.bits | b.bits, times: a.times + b.times }),
      look: lookOfAccess, describe: describeAccess, open: openAccess,
      pick: (slot, axis) => (axis === "rows" ? showEndpoint(Data.endpoints[slot.items[0].index]) : showTable(Data.tables[slot.items[0].index])) });
    body.append(
      el("div", { class: "tools" },
        folds(this.grid, [["Services", true, true], ["Tables", true, false], ["Endpoints", false, true], ["Everything", false, false]])),
      this.grid.element,
      el("p", { class: "legend" }, el("span", { class: "key dot reads" }, "reads"), el("span", { class: "key dot writes" }, "writes"),
        el("span", { class: "key dot writes foreign" }, "another service's table"),
        el("span", {}, "Click a dot for the path that proves it. Arrow keys move, Enter opens.")));
    this.update(true);
  }

  update(first = false) {
    const endpoints = Search.filter(Data.endpoints);
    const touched = new Set(endpoints.flatMap((endpoint) => endpoint.effects.map((effect) => effect.table)));
    const tables = Data.tables.filter((table) => (Search.active ? touched.has(table.index) : true));
    const [rows, columns] = [axis(endpoints, (e) => plain(e.name)), axis(tables, (t) => plain(t.name))];
    if (first) this.foldAtFirst(rows, columns, endpoints.length * tables.length);
    this.grid.show(rows, columns, endpoints.flatMap(entriesOf));
  }

  foldAtFirst(rows, columns, size) {
    if (size < 4000) return;
    this.grid.shut.rows = new Set(rows.map((group) => group.place));
    this.grid.shut.columns = size < 40000 ? new Set() : new Set(columns.map((group) => group.place));
  }
}

function entriesOf(endpoint) {
  return endpoint.effects.map((effect) => [endpoint.index, effect.table, { bits: effect.write ? WRITE : READ, times: 1 }]);
}

function lookOfAccess(value, row, column) {
  const foreign = row.place !== column.place ? " foreign" : "";
  const summed = row.head || column.head ? " summed" : "";
  return { cls: `dot ${value.bits & WRITE ? "writes" : "reads"}${foreign}${summed}`, text: summed ? figure(value.times) : "" };
}

function describeAccess(row, column, value) {
  const does = value.bits === (READ | WRITE) ? "reads and writes" : value.bits & WRITE ? "writes" : "reads";
  return `${row.label} ${does} ${column.label}${row.head || column.head ? `, ${figure(value.times)} accesses` : ""}`;
}

function openAccess(row, column) {
  const tables = new Set(column.items.map((item) => item.index));
  const endpoints = row.items.map((item) => Data.endpoints[item.index]).filter((e) => e.effects.some((f) => tables.has(f.table)));
  if (endpoints.length === 1) return showEndpoint(endpoints[0], tables);
  const list = endpoints.slice(0, 200).map((endpoint) => el("li", {},
    el("button", { class: "link", type: "button", on: { click: () => showEndpoint(endpoint, tables) } }, plain(endpoint.name))));
  Panel.show(`${row.label} × ${column.label}`, el("p", {}, count(endpoints.length, "endpoint")), el("ul", {}, list));
}
