"""What moving data asks of a database, and the values that cross this border."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ContextManager, Dict, FrozenSet, Sequence, Tuple

from servicekit.database import Database, Raw, Table


class MigrationError(Exception):
    """The data can't be moved; the message says why, and what to do about it."""


@dataclass(frozen=True)
class Fingerprint:
    """The number of a table's rows, and the sum of their hashes, whatever their order."""

    rows: int
    checksum: int


@dataclass(frozen=True, order=True)
class ForeignKey:
    """Columns of a table that name a row of another, enforced or not."""

    table: str
    columns: Tuple[str, ...]
    parent: str
    parent_columns: Tuple[str, ...]

    def __str__(self) -> str:
        """Return it as SQL would name the columns."""
        return f"{self.table}({', '.join(self.columns)}) → {self.parent}"


class Target(abc.ABC):
    """A service's database in one writing transaction: what isn't kept is rolled back."""

    database: Database
    raw: Raw

    @abc.abstractmethod
    def resting(self, names: Sequence[str]) -> ContextManager[None]:
        """Return a context manager in which triggers and foreign keys of tables do nothing."""

    @abc.abstractmethod
    def copy(self, table: Table) -> None:
        """Insert all rows that the source has of a table."""

    def keep(self) -> None:
        """Commit."""
        self.database.run(self.raw, "COMMIT")


class Source(abc.ABC):
    """A database in one transaction that can't write: the monolith's."""

    database: Database
    raw: Raw

    @abc.abstractmethod
    def tables(self) -> FrozenSet[str]:
        """Return the names of all tables."""

    @abc.abstractmethod
    def foreign_keys(self) -> FrozenSet[ForeignKey]:
        """Return the foreign keys that the database knows."""

    @abc.abstractmethod
    def fingerprint(self, raw: Raw, table: Table) -> Fingerprint:
        """Return a table's fingerprint, in the source or in a target."""

    @abc.abstractmethod
    def target(self, url: str) -> ContextManager[Target]:
        """Return a context manager: a service's database, to be filled from this source."""

    def sequences(self, names: Sequence[str]) -> Dict[str, Dict[str, int]]:
        """Return the last ids that the source gave out."""
        return self.database.sequences(self.raw, names)

    def count(self, sql: str) -> int:
        """Return the number that a query answers."""
        found: Any = self.database.rows(self.raw, sql)[0][0]
        return int(found)
