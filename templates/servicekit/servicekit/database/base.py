"""What the kit asks of a database, and the values that cross this border."""

from __future__ import annotations

import abc
import contextlib
from dataclasses import dataclass
from typing import (
    Any,
    ClassVar,
    Iterator,
    Mapping,
    Sequence,
)

Row = Mapping[str, Any]  # column → encoded value, as it travels in JSON
Raw = Any  # a DB-API connection


@dataclass(frozen=True)
class Table:
    """A table's columns that are written (not the generated ones), and those of its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    keyed: bool = True  # False: the whole row stands for a key that the table lacks

    def key_of(self, row: Row) -> dict[str, Any]:
        """Return the part of `row` that identifies it."""
        return {name: row.get(name) for name in self.key}


@dataclass(frozen=True)
class Change:
    """One row change: `key` is the row's key before it, `old` and `new` are whole rows."""

    table: str
    op: str  # insert, update, delete, or schema (the table's columns changed: copy it again)
    key: Row
    old: Row | None
    new: Row | None
    position: int = 0
    txn: str | None = None
    origin: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the change as it travels."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Change:
        """Return the change that `to_json` made `data` from."""
        return cls(**data)


class Database(abc.ABC):
    """One service's database: SQL of one dialect behind operations that both dialects have.

    Methods take a raw DB-API connection, because some work has to happen in the application's
    transaction and some on a connection of the kit's own. Statements of the kit use `?` marks.
    """

    dialect: ClassVar[str]
    own_captures: ClassVar[str]  # SQL: which rows of _sk_captured the transaction at hand wrote

    # Connections and transactions

    @abc.abstractmethod
    def operational_error(self, raw: Raw) -> type[Exception]:
        """Return the class by which a connection's driver tells that an operation failed."""

    @abc.abstractmethod
    def transaction(self, timeout: float = 5.0, durable: bool = True) -> Any:
        """Return a context manager: a writing transaction on an own connection."""

    @abc.abstractmethod
    def snapshot(self) -> Any:
        """Return a context manager: a consistent reading transaction on an own connection."""

    @contextlib.contextmanager
    def savepoint(self, raw: Raw) -> Iterator[None]:
        """Undo this part of a transaction alone if it raises."""
        self.run(raw, "SAVEPOINT _sk")
        try:
            yield
        except BaseException:
            self.run(raw, "ROLLBACK TO SAVEPOINT _sk")
            self.run(raw, "RELEASE SAVEPOINT _sk")
            raise
        self.run(raw, "RELEASE SAVEPOINT _sk")

    @abc.abstractmethod
    def alone(self) -> Any:
        """Return a context manager that one process at a time may be in, on any machine."""

    @abc.abstractmethod
    def lock(self, raw: Raw, name: str) -> None:
        """Let no other transaction hold the lock of that name until this one ends."""

    @abc.abstractmethod
    def rows(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement of the kit's own past all hooks, and return its rows."""

    @abc.abstractmethod
    def run(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement of the kit's own past all hooks, and return how many rows it changed."""

    @abc.abstractmethod
    def is_busy(self, error: BaseException) -> bool:
        """Whether `error` means that a lock wasn't had in time."""

    @abc.abstractmethod
    def is_constraint(self, error: BaseException) -> bool:
        """Whether `error` means that a constraint was violated."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the idle connections of the kit."""

    # Schema

    @abc.abstractmethod
    def create_kit_tables(self, raw: Raw) -> None:
        """Create the `_sk_*` tables that are missing; several processes may do so at once."""

    @abc.abstractmethod
    def table(self, raw: Raw, name: str) -> Table:
        """Return the shape of a table; raises `SchemaError` if it doesn't exist."""

    @abc.abstractmethod
    def forget_shapes(self) -> None:
        """Read shapes anew from now on."""

    @abc.abstractmethod
    def watch(self, raw: Raw, name: str) -> bool:
        """Put feed triggers on an owned table; return whether its columns changed since before."""

    @abc.abstractmethod
    def capture(self, raw: Raw, name: str) -> None:
        """Put capture triggers on a replica."""

    @abc.abstractmethod
    def guard_triggers(self, raw: Raw, names: Sequence[str]) -> None:
        """Make the application's own triggers on tables rest while the kit applies changes."""

    @abc.abstractmethod
    def release_replicas(self, raw: Raw, names: frozenset[str]) -> None:
        """Drop foreign keys that reference or sit on replicas, where the dialect can."""

    @abc.abstractmethod
    def relatives(self, raw: Raw, names: frozenset[str]) -> dict[str, frozenset[str]]:
        """Return other tables and views → which of `names` statements on them may touch."""

    # Rows

    @abc.abstractmethod
    def applying(self, raw: Raw, txn: str | None = None, origin: str | None = None) -> Any:
        """Return a context manager in which capture and the application's triggers rest."""

    @abc.abstractmethod
    def read(self, raw: Raw, table: Table, key: Row) -> dict[str, Any] | None:
        """Return the encoded row of that key, locked where the dialect has row locks."""

    @abc.abstractmethod
    def insert(self, raw: Raw, table: Table, row: Row) -> None:
        """Insert a row."""

    @abc.abstractmethod
    def update(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Give the row of that key the values of `row`."""

    @abc.abstractmethod
    def delete(self, raw: Raw, table: Table, key: Row) -> None:
        """Delete the row of that key, if it is there."""

    @abc.abstractmethod
    def put(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Make the row of that key be `row`, whatever was there.

        Rows that hold one of its unique values make way: what becomes of them is told by a
        later change of the same feed.
        """

    @abc.abstractmethod
    def page(self, raw: Raw, table: Table, after: Row | None, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` encoded rows in key order that come after a key."""

    @abc.abstractmethod
    def clear(self, raw: Raw, table: Table) -> None:
        """Delete all rows of a table."""

    # Positions

    @abc.abstractmethod
    def head(self, raw: Raw) -> int:
        """Return the position of the newest change in the feed."""

    @abc.abstractmethod
    def sequences(self, raw: Raw, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return table → column → the last id that the database gave out."""

    @abc.abstractmethod
    def advance(self, raw: Raw, sequences: Mapping[str, Mapping[str, int]]) -> None:
        """Move own sequences forward to at least these ids."""
