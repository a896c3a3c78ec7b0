"""SQLAlchemy code and what is understood of it; each case is a source and its expected facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from decompose.domain.model import Table
from decompose.domain.source import SourceFile
from decompose.readers.python import PythonReader
from decompose.readers.sqlalchemy import SqlAlchemyLibrary
from decompose.resolve.engine import Engine
from decompose.resolve.evaluate import solve
from decompose.resolve.library import Contribution
from decompose.resolve.program import Program

CASES = Path(__file__).parent / "cases" / "sqlalchemy"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    """Tables, accesses, commits and events of a source are those of its `.expected` file."""
    expected = case.with_suffix(".expected").read_text(encoding="utf-8")
    assert understood(case.read_bytes()) == expected


@pytest.mark.parametrize("case", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_the_same_text_every_time(case: Path) -> None:
    """Reading a source twice gives the same answer in the same order."""
    assert understood(case.read_bytes()) == understood(case.read_bytes())


def understood(source: bytes) -> str:
    """Everything that the library understands of one module, a line each."""
    file = SourceFile(path="app.py", language="python", module="app")
    library = SqlAlchemyLibrary()
    engine = Engine(Program([PythonReader().read(file, source)]), (library,))
    solve(engine)
    found = library.contribution()
    lines = [line for table in found.tables for line in _table(table)]
    return "".join(f"{line}\n" for line in [*lines, *_code(engine, found)])


def _table(table: Table) -> Iterator[str]:
    entities = " ".join(_short(entity) for entity in table.entities)
    yield f"table {table.name} ({', '.join(table.columns)}) {entities}".rstrip()
    for key in table.foreign_keys:
        yield f"    key {key.column} -> {key.target} {key.on_delete}".rstrip()
    for relation in table.relationships:
        backref = f"backref {relation.backref}" if relation.backref else ""
        name = f"{_short(relation.entity)}.{relation.name}"
        yield f"    relationship {name} -> {_short(relation.target)} {backref}".rstrip()


def _code(engine: Engine, found: Contribution) -> Iterator[str]:
    def where(activation: int) -> str:
        return _short(engine.activations[activation].definition.id)

    accesses = {(where(a.activation), a.line, a.mode, a.table, a.how) for a in found.accesses}
    for name, line, mode, table, how in sorted(accesses):
        yield f"{name}:{line} {mode}s {table} ({how})"
    for name, line in sorted({(where(number), line) for number, line in found.commits}):
        yield f"{name}:{line} commits"
    for note in found.notes:
        yield f"{_short(note.definition)}:{note.location.line} {note.kind}"
    for entry in found.entries:
        yield f"event {entry.name} -> {_short(entry.handler)}"


def _short(name: str) -> str:
    return name.removeprefix("app.")
