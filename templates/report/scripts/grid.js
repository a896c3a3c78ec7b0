"use strict";

/**
 * A large sparse matrix whose rows and columns fold into groups. Only what is in view exists.
 *
 * `axis` is `[{ place, items: [{ index, label }] }]`, `entries` is `[row, column, value]` with
 * indexes of items; `fold(a, b)` adds values up; `look(value, row, column)` says how a cell
 * looks (`{ cls, text }`), `describe` what it means, `open` shows its details.
 */
const STEP = 24;
const AHEAD = 6;
const PRINTED = { rows: 90, columns: 44 };

class Grid {
  constructor(config) {
    this.config = config;
    this.shut = { rows: new Set(), columns: new Set() };
    this.cursor = { row: 0, column: -1 };
    this.inner = el("div", { class: "grid-inner" });
    this.element = el("div", { class: "grid", tabindex: "0", role: "grid", "aria-label": config.label,
      on: { keydown: (event) => this.onKey(event), click: (event) => this.onClick(event), scroll: () => this.later() } });
    this.element.append(this.inner);
    new ResizeObserver(() => this.later()).observe(this.element);
  }

  show(rows, columns, entries) {
    this.axes = { rows, columns };
    this.entries = entries;
    this.lay();
  }

  /** Folds or opens every group of an axis. */
  foldAll(axis, folded) {
    this.shut[axis] = new Set(folded ? this.axes[axis].map((group) => group.place) : []);
    this.lay();
  }

  lay() {
    this.rows = this.line("rows");
    this.columns = this.line("columns");
    this.left = Math.min(300, 44 + 6.7 * Math.max(8, ...this.rows.slice(0, 2000).map((row) => row.label.length)));
    this.top = Math.min(210, 34 + 6.9 * Math.max(6, ...this.columns.slice(0, 2000).map((column) => column.label.length + (column.head ? 2 : 0))));
    this.cells = this.sum();
    this.cursor.row = Math.min(this.cursor.row, this.rows.length - 1);
    this.cursor.column = Math.min(this.cursor.column, this.columns.length - 1);
    this.element.setAttribute("aria-rowcount", this.rows.length + 1);
    this.element.setAttribute("aria-colcount", this.columns.length + 1);
    this.inner.style.width = `${this.left + this.columns.length * STEP + 8}px`;
    this.inner.style.height = `${this.top + this.rows.length * STEP + 4}px`;
    this.paint();
  }

  /** The heads and items of an axis that are to be seen, in order. */
  line(axis) {
    const seen = [];
    for (const family of this.axes[axis]) {
      const shut = this.shut[axis].has(family.place);
      seen.push({ head: true, shut, place: family.place, items: family.items,
        label: `${placeName(family.place)} (${family.items.length})` });
      if (!shut) for (const item of family.items) seen.push({ place: family.place, items: [item], label: item.label });
    }
    return seen;
  }

  /** Cells by row, then column: entries of folded groups add up at the group's head. */
  sum() {
    const at = (line) => new Map(line.flatMap((slot, i) => (slot.head && !slot.shut ? [] : slot.items.map((item) => [item.index, i]))));
    const [rowAt, columnAt] = [at(this.rows), at(this.columns)];
    const cells = this.rows.map(() => new Map());
    for (const [row, column, value] of this.entries) {
      const [r, c] = [rowAt.get(row), columnAt.get(column)];
      if (r === undefined || c === undefined) continue;
      cells[r].set(c, cells[r].has(c) ? this.config.fold(cells[r].get(c), value) : value);
    }
    return cells;
  }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  window() {
    if (document.body.classList.contains("printing")) {
      return { r0: 0, r1: Math.min(this.rows.length, PRINTED.rows), c0: 0, c1: Math.min(this.columns.length, PRINTED.columns) };
    }
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.element;
    const range = (start, length, limit) => [Math.max(0, Math.floor(start / STEP) - AHEAD),
      Math.min(limit, Math.ceil((start + length) / STEP) + AHEAD)];
    const [r0, r1] = range(scrollTop, clientHeight, this.rows.length);
    const [c0, c1] = range(scrollLeft, clientWidth, this.columns.length);
    return { r0, r1, c0, c1 };
  }

  paint() {
    if (!this.rows) return;
    const view = this.window();
    const lines = [];
    for (let r = view.r0; r < view.r1; r += 1) lines.push(this.rowElement(r, view));
    const empty = lines.length ? [] : [el("p", { class: "empty" }, nothing())];
    this.inner.replaceChildren(...(lines.length ? [this.headElement(view), ...this.blocks()] : empty), ...lines);
  }

  headElement(view) {
    const labels = [];
    for (let c = view.c0; c < view.c1; c += 1) {
      const column = this.columns[c];
      labels.push(el("div", { class: this.labelClass(column, this.cursor.row < 0 && this.cursor.column === c), role: "columnheader", title: column.label,
        "aria-colindex": c + 2, "data-c": c, "data-r": -1, vars: { left: `${this.left + c * STEP}px`, "--hue": placeColor(Data.places[column.place]) } },
      el("span", {}, column.head ? `${column.shut ? "▸" : "▾"} ${column.label}` : column.label)));
    }
    return el("div", { class: "grid-head", role: "row", vars: { height: `${this.top}px` } },
      el("div", { class: "corner", vars: { width: `${this.left}px`, height: `${this.top}px` } }, el("span", {}, this.config.corner)), labels);
  }

  rowElement(r, view) {
    const row = this.rows[r];
    const label = el("div", { class: this.labelClass(row, this.cursor.row === r && this.cursor.column < 0), role: "rowheader", title: row.label,
      "data-r": r, "data-c": -1, vars: { width: `${this.left}px`, "--hue": placeColor(Data.places[row.place]) } },
    row.head ? `${row.shut ? "▸" : "▾"} ${row.label}` : row.label);
    const cells = [];
    for (const [c, value] of this.cells[r]) if (c >= view.c0 && c < view.c1) cells.push(this.cellElement(r, c, value));
    if (this.cursor.row === r && this.cursor.column >= 0) cells.push(el("div", { class: "cursor", vars: { left: `${this.left + this.cursor.column * STEP}px` } }));
    return el("div", { class: `grid-row${row.head ? " head" : ""}`, role: "row", "aria-rowindex": r + 2,
      vars: { top: `${this.top + r * STEP}px` } }, label, cells);
  }

  labelClass(slot, here) {
    return `label${slot.head ? " head" : ""}${here ? " here" : ""}`;
  }

  cellElement(r, c, value) {
    const [row, column] = [this.rows[r], this.columns[c]];
    const { cls, text, strength } = this.config.look(value, row, column);
    return el("div", { class: `cell ${cls}`, role: "gridcell", "aria-colindex": c + 2, "data-r": r, "data-c": c,
      title: this.config.describe(row, column, value), vars: { left: `${this.left + c * STEP}px`, "--strength": strength ?? 1 } }, text ?? "");
  }

  /** The squares on the diagonal: a service's rows meet its own columns. */
  blocks() {
    const spans = (line) => line.reduce((found, slot, i) => {
      const span = found.get(slot.place);
      return found.set(slot.place, [span ? span[0] : i, i + 1]);
    }, new Map());
    const columns = spans(this.columns);
    return [...spans(this.rows)].filter(([place]) => columns.has(place)).map(([place, [r0, r1]]) => {
      const [c0, c1] = columns.get(place);
      return el("div", { class: "block", vars: { "--hue": placeColor(Data.places[place]), left: `${this.left + c0 * STEP}px`,
        top: `${this.top + r0 * STEP}px`, width: `${(c1 - c0) * STEP}px`, height: `${(r1 - r0) * STEP}px` } });
    });
  }

  onClick(event) {
    const target = event.target.closest("[data-r]");
    if (!target) return;
    this.cursor = { row: Number(target.dataset.r), column: Number(target.dataset.c) };
    this.act();
  }

  onKey(event) {
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageDown: [20, 0], PageUp: [-20, 0] };
    if (ways[event.key]) this.step(...ways[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.act();
    else return;
    event.preventDefault();
  }

  step(down, right) {
    const row = Math.max(-1, Math.min(this.rows.length - 1, this.cursor.row + down));
    const column = Math.max(row < 0 ? 0 : -1, Math.min(this.columns.length - 1, this.cursor.column + right));
    this.cursor = { row, column };
    this.reveal();
    this.paint();
    this.config.status(this.told());
  }

  told() {
    const [row, column] = [this.rows[this.cursor.row], this.columns[this.cursor.column]];
    if (!row || !column) return (row || column)?.label ?? "";
    const value = this.cells[this.cursor.row].get(this.cursor.column);
    return value === undefined ? `${row.label} × ${column.label}: none` : this.config.describe(row, column, value);
  }

  reveal() {
    const box = this.element;
    const [x, y] = [this.cursor.column * STEP, this.cursor.row * STEP];
    const [wide, high] = [box.clientWidth - this.left - STEP, box.clientHeight - this.top - STEP];
    box.scrollLeft = Math.max(x - wide, Math.min(box.scrollLeft, Math.max(0, x)));
    box.scrollTop = Math.max(y - high, Math.min(box.scrollTop, Math.max(0, y)));
  }

  act() {
    const [row, column] = [this.rows[this.cursor.row], this.columns[this.cursor.column]];
    const [slot, axis] = row && !column ? [row, "rows"] : [column, "columns"];
    if (row && column) {
      const value = this.cells[this.cursor.row].get(this.cursor.column);
      if (value !== undefined) this.config.open(row, column);
    } else if (slot?.head) {
      if (!this.shut[axis].delete(slot.place)) this.shut[axis].add(slot.place);
      return this.lay();
    } else if (slot) this.config.pick(slot, axis);
    this.paint();
  }
}

/** Items as the groups of an axis, in the order of the places. */
function axis(items, label) {
  const groups = [...group(items, (item) => item.place)].sort((a, b) => order(a[0]) - order(b[0]));
  return groups.map(([place, members]) => ({ place, items: members.map((item) => ({ index: item.index, label: label(item) }))
    .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : a.index - b.index)) }));
}

function order(place) {
  return place < 0 ? Infinity : place;
}

/** Buttons that fold both axes of a grid. */
function folds(grid, names) {
  return el("div", { class: "segments" }, names.map(([name, rows, columns]) =>
    el("button", { type: "button", on: { click: () => { grid.foldAll("rows", rows); grid.foldAll("columns", columns); } } }, name)));
}
