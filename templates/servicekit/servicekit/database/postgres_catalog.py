"""PostgreSQL's catalogues: triggers, foreign keys, views and sequences, read and changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Sequence

from servicekit.database import postgres_schema as schema
from servicekit.database import text
from servicekit.database.text import quoted

if TYPE_CHECKING:
    from servicekit.database.base import Database, Raw

_TRIGGERS = """
SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
    AND t.tgenabled = 'O' AND t.tgname NOT LIKE '\\_sk\\_%' AND t.tgtype & 64 = 0
ORDER BY c.relname, t.tgname
"""
_FOREIGN_KEYS = """
SELECT k.conname, child.relname, parent.relname FROM pg_constraint k
JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0
    AND child.relnamespace = current_schema()::regnamespace
ORDER BY child.relname, k.conname
"""
_VIEWS_AND_TRIGGERS = """
SELECT 'view', c.relname, c.relname, pg_get_viewdef(c.oid) FROM pg_class c
WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger', t.tgname, c.relname, p.prosrc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgname NOT LIKE '\\_sk\\_%'
    AND c.relnamespace = current_schema()::regnamespace
ORDER BY 1, 2, 3
"""
_SERIALS = """
SELECT DISTINCT a.attname, s.seqrelid::regclass::text, s.seqincrement FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
JOIN pg_depend p ON
    (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass)
    OR (p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid
        AND p.refobjsubid = a.attnum AND p.classid = 'pg_class'::regclass)
JOIN pg_sequence s ON s.seqrelid = CASE WHEN p.classid = 'pg_attrdef'::regclass
    THEN p.refobjid ELSE p.objid END
WHERE a.attrelid = to_regclass(?) AND s.seqincrement > 0 ORDER BY a.attname
"""
_FAR = 1000  # ids; to skip more, a sequence is set, which is safe only while nobody else uses it


def create_trigger(database: Database, raw: Raw, table: str, name: str, statement: str) -> None:
    """Create a trigger unless the table has it."""
    select = "SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass(?) AND tgname = ?"
    if not database.rows(raw, select, (quoted(table), name)):
        database.run(raw, statement)


def install(database: Database, raw: Raw, kind: str, table: str, body: str) -> bool:
    """Put the kit's triggers on a table; return whether ones for other columns were there."""
    name = schema.function_name(kind, table)
    select = "SELECT prosrc FROM pg_proc WHERE proname = ? AND pronamespace = ("
    select += "SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    present = database.rows(raw, select, (name,))
    if not present or present[0][0] != body:
        database.run(raw, schema.function(name, body))
    for trigger, statement in schema.triggers(kind, table).items():
        create_trigger(database, raw, table, trigger, statement)
    return bool(present) and present[0][0] != body


def guard_triggers(database: Database, raw: Raw, names: Sequence[str]) -> None:
    """Write the application's triggers on tables anew, with a condition that lets them rest."""
    for name, table, statement in database.rows(raw, _TRIGGERS):
        if table in names and "servicekit.applying" not in statement:
            database.run(raw, f"DROP TRIGGER {quoted(name)} ON {quoted(table)}")
            database.run(raw, schema.guarded(statement))


def release(database: Database, raw: Raw, names: frozenset[str]) -> None:
    """Drop the foreign keys from and to tables."""
    for name, child, parent in database.rows(raw, _FOREIGN_KEYS):
        if child in names or parent in names:
            database.run(raw, f"ALTER TABLE {quoted(child)} DROP CONSTRAINT {quoted(name)}")


def relatives(database: Database, raw: Raw, names: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return views and tables with triggers → which of `names` statements on them may touch."""
    found = [
        (kind, name, on, sql) for kind, name, on, sql in database.rows(raw, _VIEWS_AND_TRIGGERS)
    ]
    return text.relatives(found, {}, names)


@dataclass(frozen=True)
class Serial:
    """A column and the sequence that gives it numbers."""

    column: str
    sequence: str  # as SQL writes it
    step: int


def serials(database: Database, raw: Raw, name: str) -> list[Serial]:
    """Return the sequences of a table's columns: of serial, identity, and DEFAULT nextval."""
    found = database.rows(raw, _SERIALS, (quoted(name),))
    return [Serial(column, sequence, int(step)) for column, sequence, step in found]


def last_value(database: Database, raw: Raw, serial: Serial) -> int | None:
    """Return the last number that a sequence gave out, None before the first."""
    select = f"SELECT CASE WHEN is_called THEN last_value END FROM {serial.sequence}"
    last = database.rows(raw, select)[0][0]
    return None if last is None else int(last)


def advance(database: Database, raw: Raw, serial: Serial, last: int) -> None:
    """Draw numbers up to `last`: setting the sequence could undo what others draw meanwhile."""
    now = last_value(database, raw, serial)
    if now is None:
        first = database.rows(raw, f"SELECT last_value FROM {serial.sequence}")[0][0]
        now = int(first) - serial.step
    missing = (last - now) // serial.step
    name = text.literal(serial.sequence)
    if missing > _FAR:
        database.rows(raw, f"SELECT setval({name}, {int(last)})")
    elif missing > 0:
        database.rows(raw, f"SELECT count(nextval({name})) FROM generate_series(1, {missing})")
