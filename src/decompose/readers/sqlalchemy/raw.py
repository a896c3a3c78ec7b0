"""SQL in strings, wherever it is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from decompose.domain import facts as f
from decompose.domain.model import Mode
from decompose.domain.nodes import walk
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.paths import words
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.sql import SqlTable, statements
from decompose.resolve.values import Kind

EXECUTING = words(
    """execute executemany executescript exec_driver_sql execute_sql read_sql read_sql_query
    scalar scalars query_db text @sql from_statement"""
)
_NAMED = re.compile(b"|".join(name.encode() for name in sorted(EXECUTING)))
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
        """What values don't tell: literal SQL given to unknown objects, SQL files named."""
        files = self._files()
        texts: dict[int, list[tuple[str, int, bool]]] = {}
        for activation in self.engine.activations:
            definition = activation.definition
            if definition.index not in texts:
                texts[definition.index] = list(_texts(definition.facts, files))
            for text, line, is_declared in texts[definition.index]:
                if not is_declared or m.is_code(activation):
                    self._run(text, Place(activation, line))

    def _files(self) -> dict[str, list[str]]:
        """The statements of each SQL file, by its bare name."""
        files: dict[str, list[str]] = {}
        for module in self.engine.program.modules.values():
            if module.facts.language == "sql":
                bodies = (definition.facts.statements() for definition in module.definitions)
                texts = [text for body in bodies for text in _constants(body)]
                files.setdefault(PurePosixPath(module.facts.path).name, []).extend(texts)
        return files


def _texts(
    definition: f.DefinitionFacts, files: dict[str, list[str]]
) -> Iterator[tuple[str, int, bool]]:
    """SQL that a body executes, with its line, and whether it only declares it there."""
    for call in _calls(definition.statements()) if _NAMED.search(definition.body) else ():
        is_declared = getattr(call.func, "attr", "") == "text"
        for text in _literals(call):
            yield text, call.line, is_declared
    for literal in _constants(definition.statements()) if files else ():
        for text in files.get(PurePosixPath(literal[-_LONGEST_NAME:]).name, ()):
            yield text, definition.line, True


def _constants(body: tuple[f.Stmt, ...]) -> Iterator[str]:
    """The literal strings in a body."""
    for node in walk(body):
        if isinstance(node, f.Const) and isinstance(node.value, str):
            yield node.value


def _calls(body: tuple[f.Stmt, ...]) -> Iterator[f.Call]:
    """Calls of something's `execute` and its like in a body."""
    for node in walk(body):
        if isinstance(node, f.Call) and getattr(node.func, "attr", "") in EXECUTING:
            yield node


def _literals(call: f.Call) -> Iterator[str]:
    for argument in call.args[:2]:
        if isinstance(argument, f.Const) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, f.Text):
            yield "".join(
                str(part.value) if isinstance(part, f.Const) else "{}" for part in argument.parts
            )
