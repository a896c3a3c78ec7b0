"use strict";

/** The one search box: every section asks `Search.hit` and draws itself anew when it changes. */
const Search = {
  terms: [],
  listeners: [],

  get active() {
    return this.terms.length > 0;
  },

  hit(text) {
    return this.terms.every((term) => text.includes(term));
  },

  filter(items) {
    return this.active ? items.filter((item) => this.hit(item.hay)) : items;
  },

  set(query) {
    this.terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    for (const listener of this.listeners) listener();
  },
};

/** "12 of 340" while searching, "340" otherwise. */
function tally(found, all) {
  return Search.active ? `${figure(found)} of ${figure(all)}` : figure(all);
}
