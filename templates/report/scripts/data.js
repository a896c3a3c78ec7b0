"use strict";

/** The page's data with what is derived from it: `hay` is the text that the search looks in. */
const Data = JSON.parse(document.getElementById("data").textContent);

const HUES = [212, 24, 152, 282, 48, 186, 338, 96, 250, 6, 168, 308];
const COST = { automatic: 0, forwarded: 1, refused: 2 };
const AUTOMATION = ["automatic", "forwarded", "refused"];

function placeColor(place) {
  if (!place || place.kind !== "service") return "var(--soft)";
  return `hsl(${HUES[place.index % HUES.length]} var(--sat) var(--lum))`;
}

function placeName(index) {
  return index < 0 ? "nowhere" : plain(Data.places[index].name);
}

function hay(...texts) {
  return texts.flat().join("\n").toLowerCase();
}

function group(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (groups.has(name)) groups.get(name).push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

function prepareModules() {
  Data.modules.forEach((module, index) => {
    module.index = index;
    module.hay = hay(placeName(module.place), module.name, module.path);
  });
  Data.definitions.forEach((definition, index) => {
    const module = Data.modules[definition.module];
    definition.index = index;
    definition.short = module && definition.name.startsWith(`${module.name}.`)
      ? definition.name.slice(module.name.length + 1) : definition.name;
    definition.hay = hay(placeName(definition.place), definition.name, module ? module.path : "");
  });
}

function prepareData() {
  const tables = (endpoint) => endpoint.effects.map((effect) => Data.tables[effect.table].name);
  Data.endpoints.forEach((endpoint, index) => {
    endpoint.index = index;
    endpoint.hay = hay(placeName(endpoint.place), endpoint.name, endpoint.handler, endpoint.rules, tables(endpoint));
  });
  Data.tables.forEach((table, index) => {
    table.index = index;
    table.hay = hay(placeName(table.place), table.name);
  });
  Data.seams.forEach((seam, index) => {
    seam.index = index;
    seam.hay = hay(seam.id, seam.kind, seam.automation, placeName(seam.origin), placeName(seam.goal),
      seam.source, seam.target, seam.path, seam.technique, seam.flags, seam.endpoints);
  });
}

Data.places.forEach((place, index) => { place.index = index; });
prepareModules();
prepareData();
Data.byModule = group(Data.definitions, (definition) => definition.module);
Data.byPlace = group(Data.definitions, (definition) => definition.place);
