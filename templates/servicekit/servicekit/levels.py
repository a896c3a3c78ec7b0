"""How fresh the copies of each table have to be where they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import FrozenSet, Iterable, Mapping

LEVELS = ("strong", "session", "eventual")


@dataclass(frozen=True)
class Levels:
    """One of `LEVELS` for each table: `default`, but for those in `tables`."""

    default: str = LEVELS[0]
    tables: Mapping[str, str] = field(default_factory=dict)

    def having(self, level: str, tables: Iterable[str]) -> FrozenSet[str]:
        """Return those of some tables that have a level."""
        return frozenset(table for table in tables if self._of(table) == level)

    def _of(self, table: str) -> str:
        return self.tables.get(table, self.default)
