"use strict";

/** Seams by pair of services, the costliest first, each with its source. */
class SeamList {
  constructor(body) {
    this.tree = new Tree("Seams by pair of services");
    this.depth = 0;
    this.cost = new Set(AUTOMATION);
    body.append(el("div", { class: "tools" },
      depths(["Pairs", "Seams", "Source"], (depth) => { this.depth = depth; this.update(); }),
      AUTOMATION.map((name) => this.filter(name))), this.tree.element);
    this.update();
  }

  filter(name) {
    const box = el("input", { type: "checkbox", checked: true, on: { change: () => {
      if (box.checked) this.cost.add(name);
      else this.cost.delete(name);
      this.update();
    } } });
    return el("label", { class: "check" }, box, el("span", { class: `key ${name}` }, name));
  }

  update() {
    const found = Search.filter(Data.seams).filter((seam) => this.cost.has(seam.automation));
    const pairs = [...group(found, (seam) => `${seam.origin} ${seam.goal}`).values()]
      .map((seams) => [worst(seams), seams]).sort((a, b) => b[0] - a[0] || b[1].length - a[1].length);
    this.tree.show(pairs.map(([, seams]) => pairNode(seams)), Search.active && found.length < 60 ? 1 : this.depth);
    return found.length;
  }
}

function worst(seams) {
  return seams.reduce((cost, seam) => Math.max(cost, COST[seam.automation]), 0);
}

function costliest(seams) {
  return [...seams].sort((a, b) => COST[b.automation] - COST[a.automation] || a.index - b.index);
}

function pairNode(seams) {
  const kinds = [...group(seams, (seam) => seam.kind)].sort((a, b) => b[1].length - a[1].length);
  return {
    row: () => [el("span", { class: "pair" }, chip(Data.places[seams[0].origin]), "→", chip(Data.places[seams[0].goal])),
      el("span", { class: "dim" }, kinds.map(([kind, some]) => `${some.length} ${kind}`).join(", ")), el("span", { class: "end" },
        AUTOMATION.map((name) => [name, seams.filter((s) => s.automation === name).length]).filter(([, n]) => n)
          .map(([name, n]) => el("span", { class: `badge ${name}`, title: `${n} ${name}` }, String(n))))],
    children: () => costliest(seams).map(seamNode),
  };
}

function seamNode(seam) {
  return {
    row: () => [el("span", { class: `badge ${seam.automation}` }, seam.automation), el("b", {}, seam.kind),
      el("span", { class: "why" }, code(seam.source), " → ", code(seam.target)), el("span", { class: "end" }, code(`${seam.path}:${seam.line}`))],
    body: () => seamBody(seam),
  };
}

function seamBody(seam) {
  return [el("p", {}, plain(seam.technique)),
    seam.flags.length ? el("ul", { class: "flags" }, seam.flags.map((flag) => el("li", {}, plain(flag)))) : "",
    excerpt(seam),
    seam.endpoints.length ? el("p", { class: "dim" }, `Endpoints through it: ${seam.endpoints.map(plain).join(", ")}`) : "",
    el("p", { class: "dim" }, "Seam ", code(seam.id))].filter(Boolean);
}

function excerpt(seam) {
  if (!seam.excerpt.length) return "";
  return el("pre", { class: "source", tabindex: "0", "aria-label": `Source at ${plain(seam.path)}:${seam.line}` },
    seam.excerpt.map((line, i) => el("span", { class: seam.first + i === seam.line ? "line mark" : "line", "data-n": seam.first + i }, `${plain(line)}\n`)));
}

/** Seams for the panel, by cost. */
function seamList(seams) {
  if (!seams.length) return el("p", { class: "empty" }, "No seams.");
  const tree = new Tree("Seams");
  tree.show(costliest(seams).map((seam) => ({ ...seamNode(seam), row: () => [el("span", { class: `badge ${seam.automation}` }, seam.kind),
    el("span", { class: "why" }, code(seam.source), " → ", code(seam.target))] })), 0);
  return [el("h3", {}, count(seams.length, "seam")), tree.element];
}
