"""SQLite: shapes of tables, the kit's own tables, and the triggers that record changes.

Values are encoded by the trigger itself as JSON: NULL, integers and text as they are; what JSON
has no lossless form for is tagged: `{"r": "0.10000000000000001"}` a real, `{"R": …}` one that was
divided by 2^700 first (printf of older SQLite is inexact from 1e100), `{"b": "00ff"}` a blob,
`{"t": "610062"}` text with NUL bytes.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any, Sequence

from servicekit.database.base import Table
from servicekit.database.text import literal, quoted
from servicekit.errors import SchemaError

KIT_TABLES = (
    "CREATE TABLE IF NOT EXISTS _sk_meta (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_feed (position INTEGER PRIMARY KEY AUTOINCREMENT, txn TEXT,"
    " origin TEXT, tbl TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL, old TEXT, new TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_captured (position INTEGER PRIMARY KEY AUTOINCREMENT,"
    " tbl TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL, old TEXT, new TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_applying (txn TEXT, origin TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_position (owner TEXT PRIMARY KEY, feed TEXT NOT NULL,"
    " position INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_replica (tbl TEXT PRIMARY KEY, owner TEXT NOT NULL,"
    " state TEXT NOT NULL, copied TEXT, total INTEGER NOT NULL DEFAULT 0,"
    " since INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS _sk_txn (txn TEXT PRIMARY KEY, origin TEXT NOT NULL,"
    " state TEXT NOT NULL, changes TEXT, at REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS _sk_txn_open ON _sk_txn (at) WHERE state = 'tentative'",
    "CREATE TABLE IF NOT EXISTS _sk_outcome (txn TEXT PRIMARY KEY, state TEXT NOT NULL,"
    " owners TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_consumer (name TEXT PRIMARY KEY, position INTEGER NOT NULL,"
    " at REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_stuck (txn TEXT, tbl TEXT, change TEXT, reason TEXT, at REAL)",
)
_HIDDEN_KEYS = ("rowid", "_rowid_", "oid")
BIG = 2.0**700
_BY_BIG = "/1125899906842624.0" * 14  # 2^50, which SQLite reads exactly
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[\w$]+|.""",
    re.DOTALL,
)


def encoded(column: str) -> str:
    """Return the SQL expression of a column's encoded value."""
    return (
        f"CASE typeof({column}) WHEN 'integer' THEN CAST({column} AS TEXT)"
        f" WHEN 'null' THEN 'null'"
        f" WHEN 'real' THEN CASE WHEN abs({column}) >= 1e99"
        f" THEN '{{\"R\":\"' || printf('%!.17g', {column}{_BY_BIG}) || '\"}}'"
        f" ELSE '{{\"r\":\"' || printf('%!.17g', {column}) || '\"}}' END"
        f" WHEN 'blob' THEN '{{\"b\":\"' || hex({column}) || '\"}}'"
        f" ELSE CASE WHEN instr(CAST({column} AS BLOB), X'00')"
        f" THEN '{{\"t\":\"' || hex({column}) || '\"}}' ELSE json_quote({column}) END END"
    )


def encoded_row(columns: Sequence[str], prefix: str = "") -> str:
    """Return the SQL expression of the JSON object of these columns."""
    parts = [
        literal(("{" if place == 0 else ",") + json.dumps(name) + ":")
        + " || "
        + encoded(prefix + quoted(name))
        for place, name in enumerate(columns)
    ]
    groups = [parts[start : start + 40] for start in range(0, len(parts), 40)]
    return " || ".join("(" + " || ".join(group) + ")" for group in groups) + " || '}'"


def shape(rows: Any, name: str) -> Table:
    """Return the shape of table `name`; `rows(sql)` runs a query."""
    infos = rows(f"PRAGMA table_xinfo({quoted(name)})")
    if not infos:
        raise SchemaError(f"the database has no table {name}")
    columns = tuple(row[1] for row in infos if row[6] == 0)
    key = tuple(row[1] for row in sorted(infos, key=lambda row: int(row[5])) if row[5])
    if key:
        return Table(name, columns, key)
    taken = {row[1].lower() for row in infos}
    hidden = next((word for word in _HIDDEN_KEYS if word not in taken), None)
    if hidden is None:
        raise SchemaError(f"table {name} has no primary key, and its columns hide the row id")
    return Table(name, (hidden, *columns), (hidden,))


def triggers(table: Table, *, kind: str) -> dict[str, str]:
    """Return trigger name → CREATE statement, of kind `feed` or `captured`."""
    when = "" if kind == "feed" else " WHEN NOT EXISTS (SELECT 1 FROM _sk_applying)"
    sources, values = "", ""
    if kind == "feed":
        sources = "txn, origin, "
        values = "(SELECT txn FROM _sk_applying), (SELECT origin FROM _sk_applying), "
    made = {}
    for op, key, old, new in (
        ("insert", "NEW.", None, "NEW."),
        ("update", "OLD.", "OLD.", "NEW."),
        ("delete", "OLD.", "OLD.", None),
    ):
        name = f"_sk_{kind}_{op}_{table.name}"
        made[name] = (
            f"CREATE TRIGGER {quoted(name)} AFTER {op.upper()} ON {quoted(table.name)}{when} BEGIN"
            f" INSERT INTO _sk_{kind} ({sources}tbl, op, key, old, new)"
            f" VALUES ({values}{literal(table.name)}, '{op}', {encoded_row(table.key, key)},"
            f" {_row(table, old)}, {_row(table, new)}); END"
        )
    return made


def _row(table: Table, prefix: str | None) -> str:
    return "NULL" if prefix is None else encoded_row(table.columns, prefix)


def guarded(trigger: str) -> str:
    """Return an application's CREATE TRIGGER statement with a WHEN that lets it rest."""
    tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(trigger)]
    when: int | None = None
    for word, start in tokens:
        if word.upper() == "WHEN" and when is None:
            when = start
        if word.upper() == "BEGIN":
            rest = "NOT EXISTS (SELECT 1 FROM _sk_applying)"
            if when is None:
                return f"{trigger[:start]}WHEN {rest} {trigger[start:]}"
            condition = trigger[when + len("WHEN") : start]
            return f"{trigger[:when]}WHEN {rest} AND ({condition}) {trigger[start:]}"
    raise SchemaError(f"a trigger without BEGIN: {trigger[:80]}")


def json_support(raw: sqlite3.Connection) -> None:
    """Raise `SchemaError` if this SQLite lacks what the triggers use."""
    try:
        raw.execute("SELECT json_quote('a')").fetchall()
    except sqlite3.OperationalError as error:
        raise SchemaError("this SQLite has no JSON functions; 3.38 or newer has them") from error
    if raw.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise SchemaError("a SQLite database in UTF-16 can't be replicated; convert it to UTF-8")
