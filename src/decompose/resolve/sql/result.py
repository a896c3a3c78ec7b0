"""What a piece of SQL does, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SqlForeignKey:
    """`column` points at `target` (`table.column`, or `table` where no column is named)."""

    column: str
    target: str
    on_delete: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SqlTable:
    """A table as `CREATE TABLE` declares it; from `ALTER TABLE`, only what that one adds."""

    name: str
    columns: tuple[str, ...] = ()
    foreign_keys: tuple[SqlForeignKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SqlView:
    """A view, and the tables that it reads."""

    name: str
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlResult:
    """What the statements of one text do. All tuples are sorted.

    Names are as written, without quotes, with their schema unless it is a default one
    (`public`, `main`, `dbo`). `ok` tells whether the text is SQL that concerns tables at all,
    `exact` whether a parser understood all of it (else keywords were looked for), `dynamic`
    whether a placeholder stands where a table's name belongs.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    ok: bool = False
    exact: bool = True
    dynamic: bool = False
    tables: tuple[SqlTable, ...] = ()
    views: tuple[SqlView, ...] = ()


NOT_SQL = SqlResult()
