"use strict";

/**
 * What the map shows: services, the modules of opened services, the definitions of opened
 * modules. Of a large family only the best tied members are shown, the rest as one node, whose
 * ties end at the frame around it.
 */
const FAMILY = { least: 6, most: 24, all: 72 };

class MapGraph {
  constructor() {
    this.openPlaces = new Set();
    this.openParts = new Set();
    this.limits = new Map();
    this.shared = false;
    this.weight = this.weigh();
  }

  /** How much each definition is tied to others: what decides who is shown first. */
  weigh() {
    const weight = new Float64Array(Data.definitions.length);
    for (const [a, b, times] of Data.uses) {
      weight[a] += times;
      weight[b] += times;
    }
    for (const seam of Data.seams) {
      if (seam.source_at >= 0) weight[seam.source_at] += 10;
      if (seam.target_at >= 0) weight[seam.target_at] += 10;
    }
    return weight;
  }

  toggle(node) {
    if (node.rest) this.limits.set(node.rest, (this.limits.get(node.rest) || this.family()) + FAMILY.most);
    else if (node.type === "place") this.flip(this.openPlaces, node.place);
    else if (node.type === "module") this.flip(this.openParts, node.id);
  }

  /** How many members of a family are shown at first: fewer, the more families are open. */
  family() {
    const open = Math.max(1, this.openPlaces.size + this.openParts.size);
    return Math.max(FAMILY.least, Math.min(FAMILY.most, Math.round(FAMILY.all / open)));
  }

  flip(set, key) {
    if (!set.delete(key)) set.add(key);
  }

  /** Nodes and edges to draw. */
  build() {
    this.nodes = [];
    this.home = new Array(Data.definitions.length).fill(null);
    const crossing = new Set(Data.seams.flatMap((seam) => [seam.origin, seam.goal]));
    for (const place of Data.places) {
      const drawn = place.kind === "service" || this.shared || crossing.has(place.index);
      if (drawn) this.addPlace(place);
    }
    return { nodes: this.nodes, edges: this.edges() };
  }

  addPlace(place) {
    const id = `p${place.index}`;
    const open = this.openPlaces.has(place.index);
    const members = Data.byPlace.get(place.index) || [];
    this.nodes.push({ id, type: "place", place: place.index, open, title: plain(place.name),
      note: place.kind === "service"
        ? `${count(place.endpoints, "endpoint")} · ${count(place.tables, "table")} · ${percent(place.share)}`
        : `${percent(place.share)} of lines` });
    if (!open) return this.settle(members, id);
    const parts = [...group(members, (definition) => definition.module)].map(([module, inside]) => ({
      id: `m${place.index}-${module}`, type: "module", parent: id, place: place.index, module, inside,
      title: module < 0 ? "unknown" : shortName(Data.modules[module].name), note: count(inside.length, "definition") }));
    this.addFamily(parts, id, (part) => this.addPart(part));
  }

  addPart(part) {
    part.open = this.openParts.has(part.id);
    this.nodes.push(part);
    if (!part.open) return this.settle(part.inside, part.id);
    const leaves = part.inside.map((definition) => ({ id: `d${definition.index}`, type: "definition", parent: part.id,
      place: part.place, inside: [definition], title: plain(definition.short), note: definition.kind }));
    this.addFamily(leaves, part.id, (leaf) => {
      this.nodes.push(leaf);
      this.settle(leaf.inside, leaf.id);
    });
  }

  addFamily(members, parent, add) {
    const heavy = (member) => member.inside.reduce((sum, d) => sum + this.weight[d.index], 0);
    const ranked = members.map((member) => [heavy(member), member]).sort((a, b) => b[0] - a[0]).map((pair) => pair[1]);
    const limit = this.limits.get(parent) || this.family();
    const cut = ranked.length > limit + 1 ? limit : ranked.length;
    ranked.slice(0, cut).forEach(add);
    const rest = ranked.slice(cut);
    if (!rest.length) return;
    this.nodes.push({ id: `r${parent}`, type: "rest", rest: parent, parent, place: rest[0].place, title: `${rest.length} more`, note: "" });
    rest.forEach((member) => this.settle(member.inside, parent));
  }

  settle(definitions, id) {
    for (const definition of definitions) this.home[definition.index] = id;
  }

  homeOf(at, place) {
    return (at >= 0 && this.home[at]) || `p${place}`;
  }

  edges() {
    const edges = new Map();
    const edge = (source, target, type) => {
      const id = `${source}>${target}>${type}`;
      if (!edges.has(id)) edges.set(id, { id, source, target, type, times: 0, cost: 0, seams: [] });
      return edges.get(id);
    };
    this.addSeams(edge);
    this.addUses(edge);
    return [...edges.values()];
  }

  addSeams(edge) {
    const known = new Set(this.nodes.map((node) => node.id));
    for (const seam of Data.seams) {
      const source = this.homeOf(seam.source_at, seam.origin);
      const target = this.inPlace(seam.target_at, seam.goal);
      if (source === target || !known.has(source) || !known.has(target)) continue;
      const found = edge(source, target, "seam");
      found.times += 1;
      found.cost = Math.max(found.cost, COST[seam.automation]);
      found.seams.push(seam);
    }
  }

  /** A seam's target lies in the service that it names, even where its code is shared. */
  inPlace(at, place) {
    return at >= 0 && Data.definitions[at].place === place ? this.homeOf(at, place) : `p${place}`;
  }

  addUses(edge) {
    for (const [a, b, times] of Data.uses) {
      const inside = Data.definitions[a].place === Data.definitions[b].place;
      if (!inside || !this.openPlaces.has(Data.definitions[a].place) || this.home[a] === this.home[b]) continue;
      if (!this.isFrame(this.home[a]) && !this.isFrame(this.home[b])) edge(this.home[a], this.home[b], "use").times += times;
    }
  }

  /** Whether a node is an opened one, with others inside. */
  isFrame(id) {
    return this.openParts.has(id) || (id[0] === "p" && this.openPlaces.has(Number(id.slice(1))));
  }
}

/** The last two parts of a dotted name: enough to know a module by. */
function shortName(name) {
  return plain(name).split(".").slice(-2).join(".");
}
