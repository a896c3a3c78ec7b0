"use strict";

/** A plain table in pages; a row is `{ hay, cells }`. */
class PagedTable {
  constructor(body, heads, rows) {
    this.rows = rows;
    this.limit = PAGE;
    this.tbody = el("tbody");
    this.foot = el("div");
    body.append(el("div", { class: "scroller", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {},
      heads.map(([name, cls]) => el("th", { scope: "col", class: cls ?? "" }, name)))), this.tbody)), this.foot);
    this.heads = heads;
    this.update();
  }

  update() {
    const found = Search.filter(this.rows);
    this.tbody.replaceChildren(...found.slice(0, this.limit).map((row) => el("tr", { class: row.cls ?? "" },
      row.cells().map((cell, i) => el("td", { class: this.heads[i][1] ?? "" }, cell)))));
    const left = found.length - this.limit;
    this.foot.replaceChildren(...(left > 0 ? [el("button", { class: "more", type: "button", on: { click: () => {
      this.limit += PAGE * 4;
      this.update();
    } } }, `Show ${Math.min(left, PAGE * 4)} more of ${figure(left)}`)] : []));
    if (!found.length) this.tbody.append(el("tr", {}, el("td", { colspan: this.heads.length, class: "empty" }, nothing())));
    return found.length;
  }
}

const RIGHT = "right";

function servicesTable(body) {
  const rows = Data.places.map((place) => ({ hay: hay(place.name, place.description), cells: () => [
    [chip(place), place.description ? el("p", { class: "dim" }, plain(place.description)) : ""], figure(place.endpoints),
    figure(place.tables), [bar(place.share, "Share of lines"), ` ${percent(place.share)}`], place.kind === "service" ? percent(place.confidence) : ""] }));
  return new PagedTable(body, [["Service"], ["Endpoints", RIGHT], ["Tables", RIGHT], ["Share of lines", "share"], ["Confidence", RIGHT]], rows);
}

function ownersTable(body) {
  const rows = Data.tables.map((table) => ({ hay: table.hay, cells: () => [code(table.name), [chip(Data.places[table.place]), table.tied ? " (tied)" : ""],
    table.writers.map(plain).join(", "), table.readers.map(plain).join(", "), code(table.location)] }));
  return new PagedTable(body, [["Table"], ["Owner"], ["Written by"], ["Read by"], ["Declared at"]], rows);
}

function alternativesTable(body) {
  const best = Math.max(...Data.alternatives.map((a) => a.score ?? 0), 1e-9);
  const rows = Data.alternatives.map((a) => ({ cls: a.chosen ? "chosen" : "", hay: hay(a.names, String(a.services)), cells: () => [
    [figure(a.services), a.chosen ? el("span", { class: "tag" }, "chosen") : ""], [bar(Math.max(0, a.score ?? 0) / best, "Score"), ` ${figure(a.score)}`],
    a.names.map(plain).join(", "), a.metrics.length ? el("details", {}, el("summary", {}, count(a.metrics.length, "metric")),
      facts(...a.metrics.map((m) => [m.name, figure(m.value)]))) : ""] }));
  return new PagedTable(body, [["Services"], ["Score", "share"], ["Names"], ["Metrics"]], rows);
}

function metricsTable(body) {
  const sign = { higher: "higher is better", lower: "lower is better", "": "" };
  const rows = Data.metrics.map((metric) => ({ hay: hay(metric.name, metric.scope), cells: () => [code(metric.name),
    metric.scope ? plain(metric.scope) : "all services", figure(metric.value), el("span", { class: "dim" }, sign[metric.better])] }));
  return new PagedTable(body, [["Metric"], ["Of"], ["Value", RIGHT], [""]], rows);
}

function findingsTable(body) {
  const rows = Data.findings.map((f) => ({ hay: hay(f.code, f.severity, f.message, f.hint, f.location), cells: () => [
    el("span", { class: `badge ${f.severity}` }, f.severity), code(f.code), [plain(f.message), f.hint ? el("p", { class: "dim" }, plain(f.hint)) : ""], code(f.location)] }));
  return new PagedTable(body, [["Severity"], ["Code"], ["What"], ["Where"]], rows);
}
