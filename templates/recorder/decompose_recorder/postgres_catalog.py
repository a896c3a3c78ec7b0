"""PostgreSQL's catalogue: the tables of the application's schema, and statements that make them."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, List

Shape = Dict[str, Dict[str, List[str]]]
COPY = "(copy)"
"""Stands before the columns in the key of a table without one: which of equal rows it is."""
SEQUENCES = "pg_sequences"
_SCHEMA_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "postgres_schema.sql")

_VERSION = """
SELECT md5(string_agg(oid || ' ' || xmin, ',' ORDER BY oid)) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace
"""
_COLUMNS = """
SELECT c.relname, a.attname, array_position(i.indkey::int2[], a.attnum)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = ''
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend e
        WHERE e.objid = c.oid AND e.classid = 'pg_class'::regclass AND e.deptype = 'e')
ORDER BY c.relname, a.attnum
"""
_SEQUENCES = """
SELECT coalesce(t.relname, ''), q.sequencename, q.last_value::text
FROM pg_sequences q
JOIN pg_class s ON s.relname = q.sequencename AND s.relnamespace = current_schema()::regnamespace
LEFT JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid
WHERE q.schemaname = current_schema() ORDER BY q.sequencename
"""


def version(cursor: Any) -> Any:
    """Return what differs after tables were made, changed or dropped."""
    cursor.execute(_VERSION)
    return cursor.fetchall()[0][0]


def statements(cursor: Any) -> List[str]:
    """Return what makes the schema anew."""
    with open(_SCHEMA_FILE, encoding="utf-8") as file:
        cursor.execute(file.read())
    return [row[0] for row in cursor.fetchall()]


def shapes(cursor: Any) -> Shape:
    """Return the columns and the key of each table, and of the sequences as if they were one."""
    cursor.execute(_COLUMNS)
    columns: Dict[str, List[str]] = {}
    keys: Dict[str, Dict[int, str]] = {}
    for table, column, place in cursor.fetchall():
        columns.setdefault(table, []).append(column)
        if place is not None:
            keys.setdefault(table, {})[place] = column
    found: Shape = {SEQUENCES: {"columns": ["table", "name", "last"], "key": ["table", "name"]}}
    for table, names in columns.items():
        key = [column for _, column in sorted(keys.get(table, {}).items())]
        found[table] = {"columns": names, "key": key or [COPY, *names]}
    return found


def sequences(cursor: Any) -> Any:
    """Return the table that each sequence numbers, its name, and the last number it gave."""
    cursor.execute(_SEQUENCES)
    return cursor.fetchall()


def fingerprints(cursor: Any, tables: Iterable[str]) -> Iterable[Any]:
    """Return for each table what differs after any of its rows was written.

    A version of a row is told from all others by its place and the transaction that wrote it.
    """
    parts = [
        f"(SELECT md5(string_agg(ctid::text || xmin, ' ')) FROM {quoted(table)})"  # noqa: S608 - quoted
        for table in tables
    ]
    if not parts:
        return []
    cursor.execute("SELECT " + ", ".join(parts))
    row: Iterable[Any] = cursor.fetchall()[0]
    return row


def quoted(name: str) -> str:
    """Return `name` as an identifier."""
    return '"' + name.replace('"', '""') + '"'
