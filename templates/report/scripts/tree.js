"use strict";

/**
 * A tree of disclosures that is built as it is opened. A node is
 * `{ row, children, body, hint }`: `row` and `body` make elements, `children` makes nodes.
 */
const PAGE = 60;
const FIRST_PAGE = 20;
const BUDGET = 800;

class Tree {
  constructor(label) {
    this.depth = 0;
    this.element = el("div", { class: "tree", role: "group", "aria-label": label,
      on: { keydown: (event) => this.onKey(event) } });
  }

  show(nodes, depth) {
    this.budget = BUDGET;
    this.depth = depth;
    this.element.replaceChildren();
    this.fill(this.element, nodes, 0);
    if (!nodes.length) this.element.append(el("p", { class: "empty" }, nothing()));
  }

  fill(parent, nodes, level, start = 0) {
    const end = start + (level || start ? PAGE : FIRST_PAGE);
    for (const node of nodes.slice(start, end)) parent.append(this.item(node, level));
    if (nodes.length <= end) return;
    const more = el("button", { class: "more", type: "button" }, `Show ${Math.min(PAGE, nodes.length - end)} more of ${figure(nodes.length - end)}`);
    more.addEventListener("click", () => {
      more.remove();
      this.fill(parent, nodes, level, end);
      parent.children[end]?.querySelector("summary")?.focus();
    });
    parent.append(more);
  }

  item(node, level) {
    this.budget -= 1;
    if (!node.children && !node.body) return el("div", { class: "leaf" }, node.row());
    const inside = el("div", { class: "inside" });
    const details = el("details", { class: `level-${level}` }, el("summary", {}, node.row()), inside);
    const build = () => {
      if (inside.childNodes.length) return;
      if (node.body) inside.append(...[node.body()].flat());
      if (node.children) this.fill(inside, node.children(), level + 1);
    };
    details.addEventListener("toggle", () => details.open && build());
    if (level < this.depth && this.budget > 0) {
      build();
      details.open = true;
    }
    return details;
  }

  onKey(event) {
    if (event.target.tagName !== "SUMMARY") return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const details = event.target.parentElement;
    if (move) this.step(event.target, move);
    else if (event.key === "ArrowRight") details.open = true;
    else if (event.key === "ArrowLeft" && details.open) details.open = false;
    else if (event.key === "ArrowLeft") details.parentElement.closest("details")?.querySelector("summary").focus();
    else return;
    event.preventDefault();
  }

  step(from, move) {
    const rows = [...this.element.querySelectorAll("summary")].filter((row) => row.checkVisibility());
    rows[rows.indexOf(from) + move]?.focus();
  }
}

function nothing() {
  return Search.active ? "Nothing matches." : "None.";
}

/** Buttons that open a tree to a depth. */
function depths(names, choose) {
  const buttons = names.map((name, depth) => el("button", { type: "button", on: { click: () => choose(depth) } }, name));
  return el("div", { class: "segments", role: "group", "aria-label": "Open to" }, buttons);
}
