"""SQL in strings, wherever it is executed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from decompose.domain import facts as f
from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.paths import words
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.engine import CallSite, Engine, Place
from decompose.resolve.sql import SqlTable, statements
from decompose.resolve.values import Kind

EXECUTING = words(
    """execute executemany executescript exec_driver_sql execute_sql read_sql read_sql_query
    scalar scalars query_db text @sql from_statement"""
)
_LONGEST_NAME = 255


class RawSql:
    """Executed texts: what they read and write, and the tables that they create."""

    def __init__(self, engine: Engine, touches: Touches) -> None:
        self.engine = engine
        self.touches = touches
        self.created: dict[str, tuple[SqlTable, Place]] = {}

    def execute(self, site: CallSite) -> None:
        """A call whose first arguments may be SQL."""
        for node, _ in site.args[:2]:
            self.engine.watch(node, lambda value: self._execute(value, site.place))
        for name, node in site.kwargs:
            if name in ("statement", "sql", "query"):
                self.engine.watch(node, lambda value: self._execute(value, site.place))

    def _execute(self, number: int, place: Place) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONSTANT and isinstance(value.data, str):
            self._run(value.data, place)
        elif value.kind is Kind.MODEL and value.name == m.TEXT:
            for text in m.texts(self.engine, self.engine.sites[value.index].argument(0, "text")):
                self._run(text, place)

    def _run(self, text: str, place: Place) -> None:
        found = statements(text)
        for created in found.tables:
            self.created.setdefault(created.name, (created, place))
        if place.activation.definition.module.facts.language == "sql":
            return  # it runs where the file is read
        for table in found.reads:
            self.touches.note(place, Mode.READ, What.NAME, attr=table, how="raw")
        for table in found.writes:
            self.touches.note(place, Mode.WRITE, What.NAME, attr=table, how="raw")

    def sweep(self) -> None:
        """Calls by a telling name on objects of which nothing is known, with literal SQL."""
        for activation in self.engine.activations:
            for statement in activation.definition.facts.body:
                for call in _calls(statement):
                    place = Place(activation, call.line)
                    for text in _literals(call) if _runs(call, place) else ():
                        self._run(text, place)

    def sweep_files(self) -> None:
        """Code that names an SQL file reads it in order to execute it."""
        files: dict[str, list[str]] = {}
        for module in self.engine.program.modules.values():
            if module.facts.language == "sql":
                texts = [t for d in module.definitions for t in _constants(d.facts.body)]
                files.setdefault(PurePosixPath(module.facts.path).name, []).extend(texts)
        for activation in self.engine.activations if files else ():
            for literal in _constants(activation.definition.facts.body):
                for text in files.get(PurePosixPath(literal[-_LONGEST_NAME:]).name, ()):
                    self._run(text, Place(activation, activation.definition.facts.line))


def _runs(call: f.Call, place: Place) -> bool:
    """Whether a call by a telling name runs its text here, rather than declares it."""
    return getattr(call.func, "attr", "") != "text" or m.is_code(place.activation)


def _constants(node: object) -> Iterator[str]:
    """The literal strings anywhere in a statement."""
    if isinstance(node, f.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, tuple):
        for item in node:
            yield from _constants(item)
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _constants(getattr(node, name))


def _calls(node: object) -> Iterator[f.Call]:
    """Calls of something's `execute` and its like anywhere in a statement."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in EXECUTING:
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from _calls(item)
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _calls(getattr(node, name))


def _literals(call: f.Call) -> Iterator[str]:
    for argument in call.args[:2]:
        if isinstance(argument, f.Const) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, f.Text):
            yield "".join(
                str(part.value) if isinstance(part, f.Const) else "{}" for part in argument.parts
            )
