"""Applications that make their database when they start."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
import sqlalchemy

from servicekit import own_schema

CALLS: list[str] = []

_BROKEN = "def upgrade(*_): raise OSError\ndef stamp(*_): raise OSError"


def make() -> None:
    """Stand for what makes a service's tables, by the same means."""
    CALLS.append("make")
    engine = sqlalchemy.create_engine("sqlite://")
    made = sqlalchemy.MetaData()
    sqlalchemy.Table("own", made, sqlalchemy.Column("id", sqlalchemy.Integer))
    made.create_all(engine)
    CALLS.extend(sqlalchemy.inspect(engine).get_table_names())


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


@pytest.fixture
def alembic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A library of that name whose commands would fail."""
    folder = tmp_path / "alembic"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "command.py").write_text(_BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("alembic", "alembic.command"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("alembic.command")


def test_create_all_makes_the_services_tables() -> None:
    """`create_all` of an application makes what the kit makes, and nothing else."""
    whole = sqlalchemy.MetaData()
    sqlalchemy.Table("foreign", whole, sqlalchemy.Column("id", sqlalchemy.Integer))
    engine = sqlalchemy.create_engine("sqlite://")
    with own_schema.replaced(make):
        whole.create_all(engine)
    assert CALLS == ["make", "own"]
    assert sqlalchemy.inspect(engine).get_table_names() == []


def test_migrations_make_the_services_tables(alembic: object) -> None:
    """Migrations that an application runs when it starts describe a database that isn't here."""
    with own_schema.replaced(make):
        alembic.stamp("folder", "a1b2")
        alembic.upgrade("folder")
    assert CALLS == ["make", "own"] * 2


def test_nothing_is_left_behind(alembic: object) -> None:
    """After the start, all of it does what it always did."""
    before = sqlalchemy.MetaData.create_all
    with own_schema.replaced(make):
        pass
    assert sqlalchemy.MetaData.create_all is before
    with pytest.raises(OSError):
        alembic.upgrade("folder")
