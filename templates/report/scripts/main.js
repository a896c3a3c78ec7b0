"use strict";

/** The sections in order. `make(body, status)` builds one when it comes into view. */
const SECTIONS = [
  { id: "services", title: "Services", make: servicesTable, all: () => Data.places.filter((p) => p.kind === "service").length },
  { id: "map", title: "Service map", make: (body, status) => new ServiceMap(body, status),
    lead: "Start at the services; open one to its modules, a module to its definitions." },
  { id: "seams", title: "Seams", make: (body) => new SeamList(body), all: () => Data.seams.length, hits: () => Search.filter(Data.seams).length,
    lead: "What crosses a boundary, and what becomes of it: the costliest pairs first." },
  { id: "matrix", title: "Endpoints × tables", make: (body, status) => new AccessMatrix(body, status), all: () => Data.endpoints.length,
    hits: () => Search.filter(Data.endpoints).length, lead: "What each way into the application reads and writes." },
  { id: "structure", title: "Dependency structure", make: (body, status) => new StructureMatrix(body, status),
    lead: "Which module uses which, ordered by service." },
  { id: "modules", title: "Modules", make: (body) => new ModuleList(body), all: () => Data.modules.length, hits: () => Search.filter(Data.modules).length,
    lead: "Where each module and definition goes, why, and how sure that is." },
  { id: "tables", title: "Tables", make: ownersTable, all: () => Data.tables.length, hits: () => Search.filter(Data.tables).length,
    lead: "The one service that may write each table." },
  { id: "alternatives", title: "Alternatives", make: alternativesTable, all: () => Data.alternatives.length,
    lead: "The best partition found for each number of services." },
  { id: "metrics", title: "Metrics", make: metricsTable, all: () => Data.metrics.length },
  { id: "findings", title: "Findings", make: findingsTable, all: () => Data.findings.length },
];

const Sections = {
  start() {
    const content = document.getElementById("content");
    const toc = document.getElementById("toc");
    this.watcher = new IntersectionObserver((seen) => seen.filter((s) => s.isIntersecting).forEach((s) => this.build(s.target.id)),
      { rootMargin: "300px" });
    for (const section of SECTIONS) {
      content.append(this.frame(section));
      section.entry = el("a", { href: `#${section.id}` }, section.title, el("span", { class: "number" }, section.all ? figure(section.all()) : ""));
      toc.append(el("li", {}, section.entry));
      this.watcher.observe(section.element);
    }
  },

  frame(section) {
    section.status = el("p", { class: "status", role: "status" });
    section.body = el("div", { class: "body" });
    section.number = el("span", { class: "number" }, section.all ? figure(section.all()) : "");
    const fold = el("button", { class: "fold", type: "button", "aria-expanded": "true", on: { click: () => {
      section.body.hidden = !section.body.hidden;
      fold.setAttribute("aria-expanded", String(!section.body.hidden));
    } } }, section.title, section.number);
    section.element = el("section", { id: section.id, "aria-label": section.title }, el("h2", {}, fold),
      section.lead ? el("p", { class: "lead" }, section.lead) : "", section.body, section.status);
    return section.element;
  },

  build(id) {
    const section = SECTIONS.find((s) => s.id === id);
    this.watcher.unobserve(section.element);
    if (!section.view) section.view = section.make(section.body, (text) => { section.status.textContent = text; });
  },

  buildAll() {
    for (const section of SECTIONS) this.build(section.id);
  },

  search() {
    for (const section of SECTIONS) {
      if (section.view?.update) section.view.update();
      if (section.view?.search) section.view.search();
      if (!section.hits) continue;
      const text = tally(section.hits(), section.all());
      section.number.textContent = text;
      section.entry.lastChild.textContent = text;
    }
    document.getElementById("found").textContent = Search.active
      ? `${figure(Search.filter(Data.definitions).length)} definitions, ${figure(Search.filter(Data.endpoints).length)} endpoints, ${figure(Search.filter(Data.seams).length)} seams` : "";
  },
};

const Theme = {
  start() {
    this.set(this.stored());
    document.getElementById("theme").addEventListener("click", () => this.set(variable("--scheme") === "dark" ? "light" : "dark"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
  },

  stored() {
    try {
      return localStorage.getItem("decompose-theme");
    } catch {
      return null; // A file may not be allowed to store anything.
    }
  },

  set(theme) {
    if (theme !== "dark" && theme !== "light") return;
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("decompose-theme", theme);
    } catch {
      // As above: the choice then lasts as long as the page.
    }
    this.restyle();
  },

  restyle() {
    SECTIONS.find((s) => s.id === "map").view?.restyle();
  },
};

function startSearch() {
  const box = document.getElementById("search");
  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => Search.set(box.value), 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    box.focus();
  });
  Search.listeners.push(() => Sections.search());
}

/** Paper is light, whatever the screen is. */
function startPrinting() {
  const root = document.documentElement;
  let theme;
  const print = (printing) => {
    if (printing) theme = root.dataset.theme;
    if (printing || theme) root.dataset.theme = printing ? "light" : theme;
    else delete root.dataset.theme;
    document.body.classList.toggle("printing", printing);
    Theme.restyle();
    for (const section of SECTIONS) section.view?.grid?.paint();
    SECTIONS.find((s) => s.id === "map").view.print(printing);
  };
  addEventListener("beforeprint", () => {
    Sections.buildAll();
    print(true);
  });
  addEventListener("afterprint", () => print(false));
}

Sections.start();
Theme.start();
startSearch();
startPrinting();
document.documentElement.dataset.ready = "true";
