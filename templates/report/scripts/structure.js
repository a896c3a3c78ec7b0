"use strict";

/** The dependency structure matrix: a row's module uses a column's. */
class StructureMatrix {
  constructor(body, status) {
    this.uses = usesOfModules();
    this.grid = new Grid({ label: "Modules by the modules they use", corner: "row uses column", status,
      fold: (a, b) => a + b, look: lookOfUse, describe: (row, column, value) => `${row.label} uses ${column.label}: ${count(value, "reference")}`,
      open: (row, column) => this.open(row, column),
      pick: (slot) => showModule(Data.modules[slot.items[0].index]) });
    body.append(
      el("div", { class: "tools" }, folds(this.grid, [["Services", true, true], ["Modules by services", false, true], ["Modules", false, false]])),
      this.grid.element,
      el("p", { class: "legend" }, el("span", { class: "key square" }, "inside a service"), el("span", { class: "key square crossing" }, "crosses a boundary"),
        el("span", { class: "key square shared" }, "shared code"),
        el("span", {}, "Darker means more references. A good split keeps the ink in the squares on the diagonal.")));
    this.update(true);
  }

  update(first = false) {
    const modules = Search.filter(Data.modules).filter((module) => module.place >= 0);
    const line = axis(modules, (module) => shortName(module.name));
    if (first && modules.length > 70) for (const name of ["rows", "columns"]) this.grid.shut[name] = new Set(line.map((g) => g.place));
    this.grid.show(line, line, this.uses);
  }

  open(row, column) {
    const [from, to] = [new Set(row.items.map((i) => i.index)), new Set(column.items.map((i) => i.index))];
    const found = Data.uses.filter(([a, b]) => from.has(Data.definitions[a].module) && to.has(Data.definitions[b].module))
      .sort((a, b) => b[2] - a[2]);
    const list = found.slice(0, 200).map(([a, b, times]) => el("li", {}, code(Data.definitions[a].name), " uses ",
      code(Data.definitions[b].name), times > 1 ? ` (${times}×)` : ""));
    Panel.show(`${row.label} → ${column.label}`, el("p", {}, count(found.length, "pair"), " of definitions"), el("ul", {}, list));
  }
}

function usesOfModules() {
  const sums = new Map();
  for (const [a, b, times] of Data.uses) {
    const [from, to] = [Data.definitions[a].module, Data.definitions[b].module];
    if (from < 0 || to < 0 || from === to) continue;
    const key = from * Data.modules.length + to;
    sums.set(key, (sums.get(key) || 0) + times);
  }
  return [...sums].map(([key, times]) => [Math.floor(key / Data.modules.length), key % Data.modules.length, times]);
}

function lookOfUse(value, row, column) {
  const summed = row.head || column.head;
  return { cls: `square${relation(row.place, column.place)}${summed ? " summed" : ""}`,
    strength: Math.min(1, 0.25 + Math.log2(1 + value) / 8), text: summed ? short(value) : "" };
}

/** Shared code goes along with each service, so using it crosses nothing. */
function relation(from, to) {
  if (from === to) return "";
  return [from, to].some((place) => Data.places[place].kind !== "service") ? " shared" : " crossing";
}

function short(value) {
  return value < 1000 ? String(value) : `${Math.round(value / 1000)}k`;
}
