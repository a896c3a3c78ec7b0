"use strict";

/** The service map, drawn by Cytoscape. */
class ServiceMap {
  constructor(body, status) {
    this.graph = new MapGraph();
    this.status = status;
    this.canvas = el("div", { class: "map", tabindex: "0", role: "application",
      "aria-label": "Service map. Arrow keys choose a node, Enter opens or closes it, Space shows its details, plus and minus zoom, 0 fits.",
      on: { keydown: (event) => this.onKey(event) } });
    body.append(this.tools(), this.canvas, this.legend());
    this.cy = cytoscape({ container: this.canvas, style: this.style(), minZoom: 0.1, maxZoom: 3,
      boxSelectionEnabled: false, autoungrabify: false });
    this.cy.userZoomingEnabled(false);
    this.cy.on("tap", "node", (event) => this.choose(event.target));
    this.cy.on("dbltap", "node", (event) => this.toggle(event.target));
    this.cy.on("tap", (event) => event.target === this.cy && this.choose(null));
    this.cy.on("tap", "edge", (event) => this.showEdge(event.target));
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.draw();
  }

  tools() {
    const button = (label, title, run) => el("button", { type: "button", title, on: { click: run } }, label);
    const shared = el("input", { type: "checkbox", on: { change: () => {
      this.graph.shared = shared.checked;
      this.draw();
    } } });
    return el("div", { class: "tools" },
      el("div", { class: "segments" },
        button("Services", "Close everything", () => this.openTo(0)),
        button("Modules", "Open every service", () => this.openTo(1))),
      el("div", { class: "segments" },
        button("−", "Zoom out", () => this.zoom(0.8)), button("+", "Zoom in", () => this.zoom(1.25)),
        button("Fit", "Show everything", () => this.fit())),
      el("label", { class: "check" }, shared, "Shared kernel and composition root"),
      el("label", { class: "check" }, this.every = el("input", { type: "checkbox", on: { change: () => this.draw() } }), "Every tie"),
      el("p", { class: "hint" }, "Double-click or Enter opens a node. Ctrl + wheel zooms."));
  }

  legend() {
    return el("p", { class: "legend" }, AUTOMATION.map((name) => el("span", { class: `key ${name}` }, name)),
      el("span", { class: "key use" }, "use inside a service"), el("span", {}, "Numbers count seams."));
  }

  openTo(depth) {
    this.graph.openParts.clear();
    this.graph.openPlaces = new Set(depth ? Data.places.filter((p) => p.kind === "service").map((p) => p.index) : []);
    this.draw();
  }

  draw(focus = null) {
    const before = new Map(this.cy.nodes().map((node) => [node.id(), { ...node.position() }]));
    const { nodes, edges } = this.graph.build();
    const minor = this.every.checked ? new Set() : minorEdges(nodes, edges);
    const shown = minor.size ? `The strongest ${edges.length - minor.size} of ${figure(edges.length)} ties are drawn; choose a node to see all of its own.` : "";
    this.cy.batch(() => {
      this.cy.elements().remove();
      this.cy.add(nodes.map((node) => ({ group: "nodes", data: this.nodeData(node) })));
      this.cy.add(edges.map((edge) => ({ group: "edges", data: this.edgeData(edge), classes: minor.has(edge.id) ? "minor" : "" })));
    });
    this.resize(nodes.length);
    this.arrange(before, focus);
    this.frame(focus);
    this.search();
    if (focus) this.choose(this.cy.getElementById(focus), false);
    else this.choose(null);
    this.status(shown);
  }

  /** A small picture needs no tall frame. */
  resize(nodes) {
    this.canvas.style.height = nodes < 6 ? "22rem" : "";
  }

  nodeData(node) {
    const { inside, ...data } = node;
    const small = node.type !== "place";
    const size = measure(node.title, node.note, small);
    const hint = (inside || Data.byPlace.get(node.place) || []).slice(0, node.type === "place" ? 0 : 400).map((d) => d.hay);
    return { ...data, ...size, label: node.open ? node.title : [node.title, node.note].filter(Boolean).join("\n"),
      hay: hay(placeName(node.place), node.title, hint), hue: this.hue(node.place) };
  }

  edgeData(edge) {
    return { ...edge, label: edge.type === "seam" ? String(edge.times) : "",
      width: Math.min(7, 1 + Math.log2(1 + edge.times) * (edge.type === "seam" ? 0.7 : 0.3)) };
  }

  hue(place) {
    return Data.places[place]?.kind === "service" ? HUES[place % HUES.length] : -1;
  }

  arrange(before, focus) {
    const known = this.cy.nodes().filter((node) => before.has(node.id())).length > 0;
    this.cy.nodes().forEach((node) => {
      const parent = node.data("parent");
      const at = before.get(node.id()) || before.get(parent);
      if (at && !node.isParent()) node.position(before.has(node.id()) ? at : nudge(at, node.id()));
    });
    const drawn = this.cy.elements().not(".minor");
    seeded(() => drawn.layout({ name: "fcose", quality: "proof", animate: false, fit: false,
      randomize: !known || !focus, nodeDimensionsIncludeLabels: true, packComponents: true, numIter: 2500,
      nodeSeparation: 140, idealEdgeLength: (edge) => (edge.data("type") === "use" ? 70 : inside(edge) ? 110 : 200),
      nodeRepulsion: (node) => (node.data("type") === "place" ? 60000 : 7000), edgeElasticity: (edge) => (edge.data("type") === "use" ? 0.2 : 0.05),
      gravity: 0.2, gravityCompound: 1.6, gravityRangeCompound: 1, nestingFactor: 0.4, tile: true,
      tilingPaddingVertical: 14, tilingPaddingHorizontal: 14 }).run());
  }

  /** What was just opened fills the view; otherwise everything does. */
  frame(focus) {
    const node = focus && this.cy.getElementById(focus);
    this.fit(node && node.isParent() ? node : undefined);
    const size = Math.max(14, Math.min(70, 13 / this.cy.zoom()));
    this.cy.nodes('[type = "place"]:parent').style("font-size", size);
  }

  fit(part) {
    this.cy.resize();
    this.cy.fit(part, part ? 70 : 24);
    if (this.cy.zoom() <= 1.15) return;
    this.cy.zoom(1.15);
    this.cy.center(part);
  }

  zoom(factor) {
    const box = this.canvas.getBoundingClientRect();
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: box.width / 2, y: box.height / 2 } });
  }

  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    this.cy.zoom({ level: this.cy.zoom() * Math.exp(-event.deltaY / 400),
      renderedPosition: { x: event.clientX - box.left, y: event.clientY - box.top } });
  }

  onKey(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (ways[event.key]) this.step(...ways[event.key]);
    else if (event.key === "Enter" && this.chosen) this.toggle(this.chosen);
    else if (event.key === " " && this.chosen) this.showNode(this.chosen);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  /** The nearest node in a direction becomes the chosen one. */
  step(x, y) {
    if (!this.chosen?.inside()) return this.choose(this.cy.nodes()[0], false);
    const from = this.chosen.position();
    const ranked = this.cy.nodes().filter((node) => node !== this.chosen).map((node) => {
      const [dx, dy] = [node.position("x") - from.x, node.position("y") - from.y];
      const along = dx * x + dy * y;
      return [along > 1 ? along + 2 * Math.abs(dx * y) + 2 * Math.abs(dy * x) : Infinity, node];
    }).sort((a, b) => a[0] - b[0]);
    if (ranked.length && ranked[0][0] < Infinity) this.choose(ranked[0][1], false);
  }

  choose(node, detail = true) {
    this.cy.elements().removeClass("chosen near");
    this.chosen = node;
    if (!node) return;
    node.addClass("chosen");
    node.connectedEdges().addClass("near");
    this.status(`${node.data("title")}, ${node.data("note")}${node.data("open") ? ", open" : ""}`);
    if (detail) this.showNode(node);
  }

  toggle(node) {
    this.graph.toggle(node.data());
    this.draw(node.data("rest") ? null : node.id());
  }

  showNode(node) {
    const seams = node.connectedEdges('[type = "seam"]').map((edge) => edge.data("seams")).flat();
    const place = Data.places[node.data("place")];
    const label = node.data("open") ? "Close" : node.data("type") === "definition" ? null : "Open on the map";
    const toggle = label && el("button", { type: "button", on: { click: () => this.toggle(node) } }, label);
    Panel.show(node.data("title"),
      el("p", {}, node.data("type") === "place" ? plain(place.description) : chip(place)),
      el("p", {}, node.data("note")), toggle, seamList(seams));
  }

  showEdge(edge) {
    const [from, to] = [edge.source().data("title"), edge.target().data("title")];
    Panel.show(`${from} → ${to}`, edge.data("type") === "seam" ? seamList(edge.data("seams"))
      : el("p", {}, count(edge.data("times"), "reference")));
  }

  search() {
    this.cy.batch(() => {
      this.cy.elements().removeClass("faded");
      if (!Search.active) return;
      const seams = new Set(Search.filter(Data.seams));
      const places = new Set(Search.filter(Data.definitions).map((definition) => definition.place));
      const misses = this.cy.nodes().filter((node) => !node.isParent()
        && !(node.data("type") === "place" ? places.has(node.data("place")) : Search.hit(node.data("hay"))));
      misses.addClass("faded");
      this.cy.edges().filter((edge) => !edge.data("seams").some((seam) => seams.has(seam))).addClass("faded");
    });
  }

  /** Paper gets a picture of the whole map instead of the part in view. */
  print(printing) {
    if (!printing) return this.picture?.remove();
    this.picture = el("img", { alt: "Service map", src: this.cy.png({ full: true, scale: 2, maxWidth: 2400, maxHeight: 2400 }) });
    this.canvas.append(this.picture);
  }

  restyle() {
    this.cy.style(this.style());
  }

  style() {
    const ink = variable("--ink");
    const [paper, soft, rule] = [variable("--paper"), variable("--soft"), variable("--rule-strong")];
    const colors = AUTOMATION.map((name) => variable(`--${name}`));
    const dark = variable("--scheme") === "dark";
    const fill = (node) => (node.data("hue") < 0 ? variable("--wash") : `hsl(${node.data("hue")}, ${dark ? "28%, 20%" : "52%, 94%"})`);
    const edge = (node) => (node.data("hue") < 0 ? soft : `hsl(${node.data("hue")}, ${dark ? "48%, 62%" : "50%, 40%"})`);
    return [
      { selector: "node", style: { shape: "round-rectangle", width: "data(w)", height: "data(h)", label: "data(label)",
        "text-valign": "center", "text-halign": "center", "text-wrap": "wrap", "line-height": 1.3, color: ink,
        "font-family": "system-ui, sans-serif", "font-size": 11, "background-color": fill, "border-width": 1.5, "border-color": edge } },
      { selector: 'node[type = "place"]', style: { "font-size": 14, "font-weight": 600, "border-width": 2 } },
      { selector: 'node[type = "rest"]', style: { "border-style": "dashed" } },
      { selector: ":parent", style: { "text-valign": "top", "text-margin-y": -6, padding: 18, "background-opacity": 0.45, "font-weight": 600 } },
      { selector: "edge", style: { "curve-style": "bezier", "control-point-step-size": 46, width: "data(width)", "line-color": rule,
        "target-arrow-color": rule, "target-arrow-shape": "triangle", "arrow-scale": 0.9, opacity: 0.6 } },
      { selector: 'edge[type = "seam"]', style: { label: "data(label)", opacity: 0.9, "font-size": 12, color: ink, "font-weight": 600,
        "text-background-color": paper, "text-background-opacity": 0.92, "text-background-padding": 3, "text-background-shape": "round-rectangle",
        "line-color": (e) => colors[e.data("cost")], "target-arrow-color": (e) => colors[e.data("cost")],
        "line-style": (e) => ["solid", "dashed", "dotted"][e.data("cost")] } },
      { selector: ".minor", style: { display: "none" } },
      { selector: ".near", style: { display: "element", opacity: 1, "z-index": 9 } },
      { selector: ".chosen", style: { "border-width": 4, "border-color": variable("--accent") } },
      { selector: ".faded", style: { opacity: 0.12 } },
    ];
  }
}

/** Whether an edge ends at something inside an opened node. */
function inside(edge) {
  return Boolean(edge.source().data("parent") || edge.target().data("parent"));
}

/** The edges beyond what an eye can follow: each node keeps its strongest, the rest go by weight. */
function minorEdges(nodes, edges) {
  const limit = Math.max(14, Math.round(nodes.length * 1.6));
  if (edges.length <= limit) return new Set();
  const heavy = (edge) => (edge.type === "seam" ? 1000 * edge.cost : 0) + edge.times;
  const ranked = [...edges].sort((a, b) => heavy(b) - heavy(a));
  const kept = new Set();
  const reached = new Set();
  for (const edge of ranked) {
    if (reached.has(edge.source)) continue;
    reached.add(edge.source);
    kept.add(edge);
  }
  for (const edge of ranked) if (kept.size < limit) kept.add(edge);
  return new Set(edges.filter((edge) => !kept.has(edge)).map((edge) => edge.id));
}

function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function measure(title, note, small) {
  const pen = (measure.pen ||= document.createElement("canvas").getContext("2d"));
  pen.font = small ? "11px system-ui, sans-serif" : "600 14px system-ui, sans-serif";
  const width = Math.max(pen.measureText(title).width, pen.measureText(note).width);
  return { w: Math.ceil(width) + 28, h: (note ? 2 : 1) * (small ? 15 : 19) + (small ? 14 : 22) };
}

/** Runs a layout with random numbers that are the same each time. */
function seeded(run) {
  const random = Math.random;
  let state = 42;
  Math.random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 4294967296;
  };
  try {
    run();
  } finally {
    Math.random = random;
  }
}

/** A place beside `at` that depends on the name only. */
function nudge(at, name) {
  let sum = 0;
  for (let i = 0; i < name.length; i += 1) sum = (sum * 31 + name.charCodeAt(i)) % 997;
  return { x: at.x + Math.cos(sum) * (40 + sum / 10), y: at.y + Math.sin(sum) * (40 + sum / 10) };
}
