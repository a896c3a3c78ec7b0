"use strict";

/** Places, their modules and definitions, with the reasons. */
class ModuleList {
  constructor(body) {
    this.tree = new Tree("Modules by service");
    this.depth = 0;
    body.append(el("div", { class: "tools" }, depths(["Services", "Modules", "Definitions"], (depth) => {
      this.depth = depth;
      this.update();
    })), this.tree.element);
    this.update();
  }

  update() {
    const modules = new Set(Search.filter(Data.modules).map((module) => module.index));
    const hits = new Set(Search.filter(Data.definitions));
    const found = Data.definitions.filter((d) => modules.has(d.module) || hits.has(d));
    const nodes = [...group(found, (d) => d.place)].sort((a, b) => order(a[0]) - order(b[0])).map((pair) => this.place(...pair));
    this.tree.show(nodes, Search.active && found.length < 200 ? 2 : this.depth);
    return modules.size;
  }

  place(index, definitions) {
    const place = Data.places[index];
    const parts = [...group(definitions, (d) => d.module)].sort((a, b) => nameOf(a[0]) < nameOf(b[0]) ? -1 : 1);
    return {
      row: () => [chip(place), el("span", { class: "dim" }, `${count(parts.length, "module")}, ${count(definitions.length, "definition")}`),
        el("span", { class: "end" }, place ? `${percent(place.share)} of lines` : "")],
      children: () => parts.map(([module, inside]) => this.module(module, inside, index)),
    };
  }

  module(index, definitions, place) {
    const module = Data.modules[index];
    if (!module) return { row: () => ["unknown module"], children: () => definitions.map(definitionNode) };
    const split = module.split.length > 1;
    return {
      row: () => [code(module.name), split ? el("span", { class: "tag" }, `split over ${module.split.length}`) : "",
        el("span", { class: "why" }, plain(module.place === place ? module.reason : definitions[0].reason)), sure(module.confidence)],
      body: () => facts(["File", code(module.path)], ["Lines", figure(module.lines)],
        ["Runner-up", plain(module.runner_up)], ["Goes to", split ? module.split.map((p) => chip(Data.places[p])) : ""]),
      children: () => definitions.map(definitionNode),
    };
  }
}

function nameOf(module) {
  return module < 0 ? "" : Data.modules[module].name;
}

function definitionNode(definition) {
  return { row: () => [code(definition.short), el("span", { class: "dim" }, `${definition.kind}, line ${definition.line}`),
    el("span", { class: "why" }, plain(definition.reason), definition.runner_up ? ` Runner-up: ${plain(definition.runner_up)}.` : ""),
    sure(definition.confidence)] };
}

function sure(confidence) {
  return el("span", { class: "end sure" }, bar(confidence, "Confidence"), percent(confidence));
}

function showModule(module) {
  const inside = Data.byModule.get(module.index) || [];
  Panel.show(plain(module.name), facts(["Goes to", chip(Data.places[module.place])], ["File", code(module.path)],
    ["Lines", figure(module.lines)], ["Confidence", percent(module.confidence)], ["Runner-up", plain(module.runner_up)],
    ["Reason", plain(module.reason)]),
  el("ul", {}, inside.slice(0, 200).map((d) => el("li", {}, code(d.short), ` ${d.kind}`))));
}
