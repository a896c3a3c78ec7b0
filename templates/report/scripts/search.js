"use strict";

/** The one search box: every section asks `Search.hit` and draws itself anew when it changes. */
const Search = {
  terms: [],
  listeners: [],
  found: new Map(),

  get active() {
    return this.terms.length > 0;
  },

  hit(text) {
    return this.terms.every((term) => text.includes(term));
  },

  /** The items that match; remembered, since several sections ask for the same. */
  filter(items) {
    if (!this.active) return items;
    if (!this.found.has(items)) this.found.set(items, items.filter((item) => this.hit(item.hay)));
    return this.found.get(items);
  },

  set(query) {
    this.terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    this.found.clear();
    for (const listener of this.listeners) listener();
  },
};

/** "12 of 340" while searching, "340" otherwise. */
function tally(found, all) {
  return Search.active ? `${figure(found)} of ${figure(all)}` : figure(all);
}
