"""Queries that take some of their rows, and whether they say which: the order that they name."""

from __future__ import annotations

from decompose.domain.model import Note, NoteKind
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.relations import Relations
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite

_TAKING = frozenset({"limit", "slice", "paginate", "fetch"})
_ORDERED = -1


class Pages:
    """The queries that name an order, and the calls that take rows of one which names none.

    A query that is ordered or cut is another value than the query before, so that an order which
    only some ways to a call give is told from one that all give.
    """

    def __init__(self, engine: Engine, relations: Relations) -> None:
        self.engine = engine
        self.relations = relations
        self._ordered: set[int] = set()
        self._cut: dict[int, CallSite] = {}
        self._taken: dict[int, CallSite] = {}
        self._named: set[int] = set()

    def after(self, query: int, method: str, site: CallSite) -> int:
        """The value of `query` after a method that keeps its columns.

        An order may be named after the bound, so a cut query remembers the call that cut it.
        """
        if method == "order_by":
            return self._order(query)
        if method in _TAKING and self._is_open(query) and not _is_single(self.engine, site):
            self.take(query, site)
            cut = self._variant(query, site.number)
            self._cut[cut] = site
            return cut
        return query

    def take(self, query: int, site: CallSite) -> None:
        """Some rows of `query` are taken at a call, and no order was named before."""
        if self._is_open(query):
            self._taken[site.number] = site

    def notes(self) -> tuple[Note, ...]:
        """The calls that take rows in no order, by function and place."""
        return tuple(
            sorted(
                {
                    Note(
                        definition=site.activation.definition.id,
                        kind=NoteKind.PAGE,
                        target="",
                        location=m.location(site),
                    )
                    for number, site in self._taken.items()
                    if number not in self._named and m.is_code(site.activation)
                }
            )
        )

    def _is_open(self, query: int) -> bool:
        value = self.engine.values[query]
        by_relation = value.name == m.DYNAMIC and self.relations.known[value.link].ordered
        return not by_relation and query not in self._ordered and query not in self._cut

    def _order(self, query: int) -> int:
        if query in self._ordered:
            return query
        if query in self._cut:
            self._named.add(self._cut[query].number)
        ordered = self._variant(query, _ORDERED)
        self._ordered.add(ordered)
        return ordered

    def _variant(self, query: int, mark: int) -> int:
        """The same query, as another value."""
        value = self.engine.values[query]
        held = value.data if isinstance(value.data, tuple) else ()
        return self.engine.values.number(value._replace(data=(*held, mark)))


def _is_single(engine: Engine, site: CallSite) -> bool:
    """Whether one row is asked for: mostly to see whether there is any."""
    node = site.argument(0, "limit")
    return node is not None and {value.data for value in engine.held(node)} == {1}
