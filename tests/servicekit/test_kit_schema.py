"""Making the tables of a service from its `schema.sql`."""

from __future__ import annotations

import sqlite3

import kit_fakes

from servicekit import description, schema


def test_extensions_of_another_server_are_left_out(tmp_path):
    """PostgreSQL's extensions, which stand before the tables, are nothing to SQLite."""
    script = 'CREATE EXTENSION IF NOT EXISTS "pg_trgm";\n\nCREATE TABLE carts (id INTEGER);\n'
    path = kit_fakes.write(
        tmp_path, {"schema.sql": script}, schema="schema.sql", owned=["carts"], models=[]
    )
    database = tmp_path / "carts.db"
    schema.create(description.read(path), f"sqlite:///{database}")
    with sqlite3.connect(str(database)) as opened:
        assert opened.execute("SELECT count(*) FROM carts").fetchall() == [(0,)]
