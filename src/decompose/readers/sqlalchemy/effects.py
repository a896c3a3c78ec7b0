"""Which tables each noted access means."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy.keys import Keys
from decompose.readers.sqlalchemy.mapping import Mapping
from decompose.readers.sqlalchemy.relations import Relation
from decompose.readers.sqlalchemy.touches import Touch, Touches, What
from decompose.readers.sqlalchemy.versions import Versions
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundAccess
from decompose.resolve.values import Kind

_MOST_PASSED = 3
_MOST_LINES = 8
_Rows = Iterable[tuple[str, Mode, str]]


class Effects:
    """Turns touches into accesses of tables."""

    def __init__(
        self,
        engine: Engine,
        mapping: Mapping,
        keys: Keys,
        versions: Versions,
        tables: Iterable[str],
    ) -> None:
        self.engine = engine
        self.mapping = mapping
        self.keys = keys
        self.versions = versions
        self._spelling = {name.lower(): name for name in sorted(tables, reverse=True)}
        self._loaded: dict[int, list[tuple[str, Mode, str]]] = {}
        self._deleted: dict[int, tuple[tuple[str, Mode, str], ...]] = {}

    def accesses(self, touches: Touches) -> tuple[FoundAccess, ...]:
        """All accesses, a bounded number of lines for each activation, table and mode."""
        passed = self._passed(touches)
        found: set[FoundAccess] = set()
        for touch in touches:
            if touch.what is What.PASSED and len(passed[(touch.activation, touch.line)]) > (
                _MOST_PASSED
            ):
                continue
            for table, mode, how in self._rows(touch):
                found.add(
                    FoundAccess(
                        activation=touch.activation,
                        table=table,
                        mode=mode,
                        line=touch.line,
                        how=how,
                    )
                )
        return tuple(_bounded(sorted(found)))

    def _rows(self, touch: Touch) -> _Rows:
        for table, mode, how in self._MEANINGS[touch.what](self, touch):
            yield table, mode, how
            if how != "raw":
                yield from self.versions.follow(table, mode)

    def _passed(self, touches: Touches) -> dict[tuple[int, int], set[str]]:
        """The tables of what reaches one `session.add`."""
        passed: dict[tuple[int, int], set[str]] = {}
        for touch in touches:
            if touch.what is What.PASSED:
                tables = passed.setdefault((touch.activation, touch.line), set())
                tables.update(self.mapping.tables(touch.number))
        return passed

    # Meanings --------------------------------------------------------------------------------

    def _class(self, touch: Touch) -> _Rows:
        rows = [(t, touch.mode, touch.how) for t in self.mapping.tables(touch.number)]
        return rows + self._eager(touch.number) if touch.mode is Mode.READ else rows

    def _eager(self, class_: int) -> list[tuple[str, Mode, str]]:
        """What is loaded together with an entity (`lazy="joined"` and its like)."""
        if class_ not in self._loaded:
            self._loaded[class_] = []  # ends circles
            found: dict[tuple[str, Mode, str], None] = {}
            for _, relation in self.keys.of_class(class_):
                if relation.eager:
                    found.update(dict.fromkeys(self._related(relation, Mode.READ)))
            self._loaded[class_] = list(found)
        return self._loaded[class_]

    def _version(self, touch: Touch) -> _Rows:
        if touch.mode is Mode.READ:
            return self.versions.read(touch.number)
        return self.versions.purge(touch.number)

    def _column(self, touch: Touch) -> _Rows:
        return [(t, touch.mode, touch.how) for t in self.mapping.tables(touch.number)]

    def _table(self, touch: Touch) -> _Rows:
        name = self.mapping.table_name(touch.number)
        return [(name, touch.mode, touch.how)] if name else []

    def _name(self, touch: Touch) -> _Rows:
        name = self._spelling.get(touch.attr.lower(), touch.attr)
        return [(name, touch.mode, touch.how)]

    def _relation(self, touch: Touch) -> _Rows:
        return self._related(self.keys.relations.known[touch.number], touch.mode)

    def _related(self, relation: Relation, mode: Mode, class_: int | None = None) -> _Rows:
        if mode is Mode.WRITE:
            return [(t, mode, "relationship") for t in sorted(self.keys.changed(relation, class_))]
        tables = self.keys.tables(relation.target) | self.keys.tables(relation.secondary)
        rows = [(t, mode, "relationship") for t in sorted(tables)]
        eager = (self._eager(target) for target in self.keys.classes(relation.target))
        return rows + [row for found in eager for row in found]

    def _attribute(self, touch: Touch) -> _Rows:
        """An attribute stored: a write if it is a column or a relationship."""
        if not self.mapping.is_entity(touch.number):
            return []
        relation = self.keys.relation(touch.number, touch.attr)
        if relation is not None:
            return self._related(relation, touch.mode, touch.number)
        for class_ in self.mapping.order(touch.number):
            if self.engine.values[class_].kind is not Kind.CLASS:
                continue
            if any(column.attr == touch.attr for column in self.mapping.columns(class_)):
                owner = class_ if self.mapping.is_entity(class_) else touch.number
                return [(self.mapping.own_table(owner), touch.mode, "orm")]
        return self._class(touch) if touch.attr == "*" else []

    def _delete(self, touch: Touch) -> _Rows:
        if touch.number not in self._deleted:
            self._deleted[touch.number] = ()  # ends circles of cascades
            self._deleted[touch.number] = tuple(dict.fromkeys(self._cascade(touch.number)))
        return self._deleted[touch.number]

    def _cascade(self, class_: int) -> _Rows:
        """A deleted row, the rows that go with it, and the keys that are set to null."""
        for table in self.mapping.tables(class_):
            yield table, Mode.WRITE, "orm"
        for _, relation in self.keys.of_class(class_):
            between = self.keys.tables(relation.secondary)
            deletes = "all" in relation.cascade or "delete" in relation.cascade
            if between:
                for table in sorted(between):
                    yield table, Mode.WRITE, "cascade"
                for table, mode, _ in self._related(relation, Mode.READ):
                    yield table, mode, "cascade"
            elif deletes or self.keys.is_to_many(relation):
                for child in self.keys.classes(relation.target):
                    yield from self._child(child, deletes=deletes)

    def _child(self, child: int, *, deletes: bool) -> _Rows:
        for table in self.mapping.tables(child):
            yield table, Mode.READ, "cascade"
            yield table, Mode.WRITE, "cascade"
        if deletes and child not in self._deleted:
            touch = Touch(0, 0, Mode.WRITE, What.DELETED, child, "", "cascade")
            for table, mode, _ in self._delete(touch):
                yield table, mode, "cascade"

    _MEANINGS: dict[What, Callable[[Effects, Touch], _Rows]] = {  # noqa: RUF012 - never changed
        What.CLASS: _class,
        What.TABLE: _table,
        What.NAME: _name,
        What.RELATION: _relation,
        What.ATTRIBUTE: _attribute,
        What.DELETED: _delete,
        What.PASSED: _class,
        What.VERSION: _version,
        What.COLUMN: _column,
    }


def _bounded(accesses: Iterable[FoundAccess]) -> list[FoundAccess]:
    """The first lines of each activation's access to a table in a mode, one way each."""
    kept: dict[tuple[int, str, Mode, int], FoundAccess] = {}
    lines: dict[tuple[int, str, Mode], int] = {}
    for access in accesses:
        group = (access.activation, access.table, access.mode)
        if (*group, access.line) not in kept and lines.get(group, 0) < _MOST_LINES:
            kept[(*group, access.line)] = access
            lines[group] = lines.get(group, 0) + 1
    return list(kept.values())
