"""SQLAlchemy-Continuum: a second table beside each entity that has `__versioned__`."""

from __future__ import annotations

from dataclasses import replace

from decompose.domain.model import Mode, Table
from decompose.readers.sqlalchemy.keys import Keys
from decompose.readers.sqlalchemy.mapping import Mapping

_LOG = "transaction"
_VERSION_COLUMNS = ("end_transaction_id", "operation_type", "transaction_id")


class Versions:
    """Which tables have versions, and what writing to them does besides."""

    def __init__(self, mapping: Mapping, keys: Keys) -> None:
        self.mapping = mapping
        self.keys = keys
        self._classes = [c for c in mapping.entities() if self._is_versioned(c)]
        self._tables = {table for c in self._classes for table in self._of_class(c)}

    def _is_versioned(self, class_: int) -> bool:
        order = self.mapping.order(class_)
        return any(self.mapping.own(base, "__versioned__") is not None for base in order)

    def _of_class(self, class_: int) -> set[str]:
        """The tables of a versioned entity, those between it and others included."""
        found = set(self.mapping.tables(class_))
        for _, relation in self.keys.of_class(class_):
            if self._is_own(self.keys.classes(relation.target)):
                found |= self.keys.tables(relation.secondary)
        return found

    def _is_own(self, classes: list[int]) -> bool:
        return any(self._is_versioned(class_) for class_ in classes)

    def declared(self, tables: dict[str, Table]) -> dict[str, Table]:
        """The tables that versioning adds."""
        found = {}
        for name in sorted(self._tables & tables.keys()):
            columns = tuple(sorted({*tables[name].columns, *_VERSION_COLUMNS}))
            made = replace(tables[name], name=_version(name), columns=columns, entities=())
            found[made.name] = replace(made, foreign_keys=(), relationships=())
        if found:
            first = min(found.values(), key=lambda table: table.location)
            columns = ("id", "issued_at", "remote_addr")
            found[_LOG] = replace(first, name=_LOG, definition="", columns=columns)
        return found

    def read(self, class_: int) -> list[tuple[str, Mode, str]]:
        """What loading the versions of an entity reads."""
        tables = [_version(table) for table in sorted(self._of_class(class_))]
        return [(table, Mode.READ, "orm") for table in [*tables, _LOG]]

    def purge(self, class_: int) -> list[tuple[str, Mode, str]]:
        """What changing the versions of an entity writes."""
        return [(_version(t), Mode.WRITE, "orm") for t in self.mapping.tables(class_)]

    def follow(self, table: str, mode: Mode) -> list[tuple[str, Mode, str]]:
        """What goes with an access through the session: a write adds a version."""
        if mode is Mode.READ or table not in self._tables:
            return []
        version = _version(table)
        rows = ((version, Mode.READ), (version, Mode.WRITE), (_LOG, Mode.WRITE))
        return [(name, access, "cascade") for name, access in rows]


def _version(table: str) -> str:
    return f"{table}_version"
