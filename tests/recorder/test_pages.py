"""Which tables are read again after a change: all that differ, whoever changed them and how."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "templates" / "recorder"))

from decompose_recorder.pages import touched
from decompose_recorder.sqlite import Watched

SCHEMA = """
    CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE pets (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, owner REFERENCES owners
        ON DELETE CASCADE);
    CREATE TABLE settings (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE log (what TEXT);
    CREATE INDEX by_name ON pets (name);
    CREATE TRIGGER told AFTER UPDATE ON settings BEGIN INSERT INTO log VALUES (new.value); END;
"""
STEPS = (
    """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO owners SELECT i, 'owner ' || i FROM n""",
    "INSERT INTO pets (name, owner) VALUES ('Tom', 2999), ('Rex', 7)",
    "INSERT INTO settings VALUES ('long', zeroblob(100000)), ('short', 1)",
    "UPDATE settings SET value = 1.0 WHERE name = 'short'",
    "UPDATE settings SET value = zeroblob(99999) || 'x' WHERE name = 'long'",
    "UPDATE owners SET name = 'nobody' WHERE id = 1500",
    "UPDATE owners SET name = 'nobody' WHERE id = 1500",
    "DELETE FROM owners WHERE id > 2990",
    "DELETE FROM owners",
    "VACUUM",
    "INSERT INTO pets (name) VALUES ('Ada')",
    "DROP INDEX by_name",
    "ALTER TABLE pets ADD COLUMN age",
    "CREATE TABLE tricks (name TEXT)",
    "INSERT INTO tricks VALUES ('sit')",
    "DROP TABLE log; CREATE TABLE log (what TEXT); INSERT INTO log VALUES ('new')",
    "PRAGMA page_size = 1024; VACUUM",
    "PRAGMA journal_mode = WAL",
    "UPDATE pets SET age = 3",
    "INSERT INTO tricks VALUES ('roll')",
    "DELETE FROM pets",
)


@pytest.mark.parametrize("in_memory", [False, True])
def test_rows_are_those_of_the_database_after_each_change(tmp_path: Path, in_memory: bool) -> None:
    """After any statement the rows that are known are those that reading all of them gives."""
    path = "" if in_memory else str(tmp_path / "pets.db")
    connection = sqlite3.connect(path or ":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(SCHEMA)
    watched = Watched(path, connection)
    watched.refresh()
    for step in STEPS:
        connection.executescript(step)
        watched.refresh()
        anew = Watched(path, connection)
        anew.refresh()
        assert repr(watched.state) == repr(anew.state), step


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    """A change touches its own table, and those that it reaches by triggers."""
    file = tmp_path / "pets.db"
    connection = sqlite3.connect(str(file), isolation_level=None)
    connection.executescript(SCHEMA)
    connection.execute("INSERT INTO settings VALUES ('short', 1)")
    found = connection.execute("SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage")
    roots = {1: "", **dict(found.fetchall())}
    before = file.read_bytes()
    connection.execute("UPDATE settings SET value = 2")
    assert touched(before, file.read_bytes(), roots) == {"", "settings", "log"}
