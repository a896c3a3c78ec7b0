"""What a piece of test code needs of the application, besides the paths that it asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from decompose.domain.finding import Location
from decompose.domain.lookup import inside
from decompose.domain.model import EntryKind, SystemModel
from decompose.domain.slicing import Cut
from decompose.slice.closure import Closure
from decompose.slice.dynamic import literal_module
from decompose.slice.program import Reached
from decompose.slice.scopes import Function
from decompose.slice.suite.answers import REFERRER
from decompose.slice.suite.pieces import Piece, Suite, keyword, text
from decompose.slice.suite.requests import called_name
from decompose.slice.units import Unit
from decompose.slice.uses import Use, chain

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_SERVERS = ("postgresql", "postgres://", "mysql", "mariadb", "oracle", "mssql")
_WHOLE = {"url_map", "iter_rules", "view_functions", "blueprints", "list_commands",
          "sorted_tables", "get_table_names", "list_templates"}  # fmt: skip
"""Attributes by which code sees all of an application."""

_COMMAND = re.compile(r"-(command|cmd|group)$")
"""What click leaves out of a function's name where the command has none."""

_PROGRAMS = {"subprocess", "multiprocessing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one service has: its cut, the closure of its code, its templates.

    `helpers` are small definitions that only fixtures use; it can have those, too.
    """

    cut: Cut
    closure: Closure
    templates: frozenset[str]
    helpers: frozenset[Unit] = frozenset()

    def has(self, unit: Unit) -> bool:
        """Whether a definition is there, or may come along."""
        return unit in self.closure.kept.live or unit in self.helpers

    def has_module(self, module: str) -> bool:
        """Whether a module can be imported."""
        return module in self.closure.kept.modules or any(
            f"{unit.module}.".startswith(f"{module}.") for unit in self.helpers
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that test code needs; `missing` says why a service hasn't got it, or nothing."""

    location: Location
    missing: Callable[[Held], str]


def never(location: Location, reason: str) -> Need:
    """A need that no service meets."""
    return Need(location=location, missing=lambda held: reason)


class Needs:
    """The needs of pieces, each read once."""

    def __init__(self, suite: Suite, model: SystemModel, data: Collection[str]) -> None:
        """`data` are the files beside the tests that are no code."""
        self._suite = suite
        self._program = suite.program
        self._model = model
        self._data = data
        self._read: dict[Piece, list[Need]] = {}

    def of(self, piece: Piece) -> list[Need]:
        """What one piece needs, in the order of its lines."""
        if piece not in self._read:
            found = [*self._uses(piece), *self._words(piece), *self._strings(piece),
                     *self._tables(piece), *self._commands(piece), *self._unreadable(piece)]  # fmt: skip
            self._read[piece] = sorted(found, key=lambda need: need.location)
        return self._read[piece]

    def _uses(self, piece: Piece) -> Iterator[Need]:
        for use in piece.uses:
            reached = self._program.resolve(piece.source.name, use)
            yield from self._reached(piece, use, reached)

    def _reached(self, piece: Piece, use: Use, reached: Reached) -> Iterator[Need]:
        where = piece.at(use.key[0])
        for unit in sorted(reached.units, key=lambda one: (one.module, one.key)):
            if unit.module not in self._suite:
                yield Need(location=where, missing=_unit(unit))
        for module in sorted(reached.modules):
            if module not in self._suite and module in self._program.modules:
                yield Need(location=where, missing=_module(module))
        for module in sorted(reached.whole):
            if module not in self._suite and module in self._program.modules:
                yield Need(location=where, missing=_whole(self._program.modules[module].units))

    def _words(self, piece: Piece) -> Iterator[Need]:
        words = piece.words
        for node in ast.walk(piece.node):
            attribute = getattr(node, "attr", "")
            if attribute in _WHOLE and _asserts(piece.node):
                yield never(piece.at(getattr(node, "lineno", 0)),
                            f"`{attribute}` is the whole application's")  # fmt: skip
        yield Need(location=piece.at(), missing=lambda held: _backrefs(held, words))

    def _strings(self, piece: Piece) -> Iterator[Need]:
        for written, line in piece.strings:
            if f"template:{written}" in self._template_names:
                yield Need(location=piece.at(line), missing=_template(written))
            elif _DOTTED.fullmatch(written):
                yield from self._dotted(piece, written, line)
            elif written in REFERRER:
                yield never(piece.at(line), "it says where it comes from")
            elif written.startswith(_SERVERS):
                yield never(piece.at(line), "it needs a database server")

    def _dotted(self, piece: Piece, written: str, line: int) -> Iterator[Need]:
        """A name of the application in a string, as `monkeypatch.setattr` takes it."""
        parts = written.split(".")
        for end in range(len(parts), 0, -1):
            module = ".".join(parts[:end])
            if module in self._program.modules and module not in self._suite:
                yield Need(location=piece.at(line), missing=_module(module))
                for unit in self._program.find(".".join(parts[: end + 1])):
                    yield Need(location=piece.at(line), missing=_unit(unit))
                return

    @cached_property
    def _template_names(self) -> frozenset[str]:
        return frozenset(m.name for m in self._model.modules if m.name.startswith("template:"))

    @cached_property
    def _accesses(self) -> Mapping[str, list[tuple[int, str]]]:
        """The tables that code beside the application touches: line and table, by path."""
        found: dict[str, list[tuple[int, str]]] = {}
        own = inside(self._model)
        for one in self._model.accesses:
            if one.definition not in own:
                found.setdefault(one.location.path, []).append((one.location.line, one.table))
        return found

    def _tables(self, piece: Piece) -> Iterator[Need]:
        last = piece.node.end_lineno or piece.node.lineno
        for line, table in self._accesses.get(piece.source.file.path, ()):
            if piece.node.lineno <= line <= last:
                yield Need(location=piece.at(line), missing=_table(table))

    @cached_property
    def _known_commands(self) -> Mapping[str, set[str]]:
        """The handlers of each command, by the last word of its name."""
        found: dict[str, set[str]] = {}
        for entry in self._model.entries:
            if entry.kind is EntryKind.CLI and entry.name:
                name = entry.name.split()[-1].replace("_", "-")
                found.setdefault(_COMMAND.sub("", name), set()).add(entry.handler)
        return found

    def _commands(self, piece: Piece) -> Iterator[Need]:
        for node in ast.walk(piece.node):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "invoke":
                continue
            words = _command_words(node)
            handlers = [self._known_commands[w] for w in words or () if w in self._known_commands]
            if (words is None or not handlers) and not self._is_command(piece, node):
                yield never(piece.at(node.lineno), "which command is run here is not known")
            for some in handlers:
                yield Need(location=piece.at(node.lineno), missing=_command(frozenset(some)))

    def _is_command(self, piece: Piece, call: ast.Call) -> bool:
        """Whether a call names the command itself, and that is no group of several."""
        named = chain(call.args[0]) if call.args else None
        uses = [use for use in piece.uses if named and use.key == (named[0].lineno, named[0].col_offset)]
        ends = [end for use in uses for end in self._program.resolve(piece.source.name, use).ends]
        decorators = [d for end in ends for d in getattr(end.node, "decorator_list", ())]
        return bool(decorators) and not any(called_name(one).endswith("group") for one in decorators)

    def _unreadable(self, piece: Piece) -> Iterator[Need]:
        if isinstance(piece.node, ast.AsyncFunctionDef):
            yield never(piece.at(), "it is asynchronous")
        for one in piece.used:
            for call in one.dynamic:
                if literal_module(call, piece.source.package) is None:
                    yield never(piece.at(call.lineno), "which module is imported is not known")
        for use in piece.uses:
            if use.name == "__file__" and not data_files([piece], self._data):
                yield never(piece.at(use.key[0]), "which file is meant is not known")
            module = use.via.module if use.via else _imports(piece, use.name)
            if module.partition(".")[0] in _PROGRAMS:
                yield never(piece.at(use.key[0]), "it starts another program")


def _imports(piece: Piece, name: str) -> str:
    """The module that a name of the piece's module is imported from."""
    units = piece.source.bindings.get(name, ())
    return next((unit.target.module for unit in units if unit.target), "")


def _unit(unit: Unit) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        kept, name = held.closure.kept, ".".join(filter(None, (unit.module, *unit.names[:1])))
        if not held.has(unit):
            return f"{name} is not in {held.cut.service}"
        whole = unit in held.helpers or all(
            (unit, element.key) in kept.elements for element in unit.elements
        )
        return "" if whole else f"{held.cut.service} has a part of {name}"

    return missing


def _module(module: str) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        return "" if held.has_module(module) else f"{module} is not in {held.cut.service}"

    return missing


def _whole(units: list[Unit]) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        gone = (one for one in units if one.names and one not in held.closure.kept.live)
        first = next(gone, None)
        return f"{first.module} is not whole in {held.cut.service}" if first else ""

    return missing


def _backrefs(held: Held, words: set[str]) -> str:
    """What another service's entity would add to one that is here."""
    backrefs, live = held.closure.survey.relations.backrefs, held.closure.kept.live
    for word in sorted(words & backrefs.keys()):
        for target, source in backrefs[word]:
            if target in live and source not in live:
                return f"{word} is set by {source.names[0]}, which is not in {held.cut.service}"
    return ""


def _template(name: str) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        kept = f"template:{name}" in held.templates
        return "" if kept else f"the template {name} is not in {held.cut.service}"

    return missing


def _table(table: str) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        declared = held.closure.survey.relations.tables.get(table, set())
        kept = table in held.cut.tables or declared & held.closure.kept.live
        return "" if kept else f"the table {table} is not in {held.cut.service}"

    return missing


def _command(handlers: frozenset[str]) -> Callable[[Held], str]:
    def missing(held: Held) -> str:
        gone = sorted(handlers - {*held.cut.handlers})
        return f"{gone[0]} is not in {held.cut.service}" if gone else ""

    return missing


def _command_words(call: ast.Call) -> list[str] | None:
    """The words that a command line is made of, None where they can't be told."""
    written = call.args[1] if len(call.args) > 1 else keyword(call, "args")
    if written is None:
        return []
    plain = text(written)
    if plain is not None:
        return plain.split()
    if not isinstance(written, ast.List | ast.Tuple):
        return None
    first = [text(one) for one in written.elts]
    return [word or "" for word in first] if first and first[0] is not None else None


def _asserts(node: ast.AST) -> bool:
    """Whether a function looks at what it got."""
    return isinstance(node, Function) and any(
        isinstance(one, ast.Assert)
        or (isinstance(one, ast.Call) and called_name(one).startswith("assert"))
        for one in ast.walk(node)
    )


def data_files(pieces: Iterable[Piece], data: Collection[str]) -> set[str]:
    """The files beside tests that strings in them name."""
    found = set()
    for piece in pieces:
        folder = PurePosixPath(piece.source.file.path).parent
        for written, _ in piece.strings:
            tail = written.strip("./")
            for path in (str(folder / tail), tail) if tail else ():
                found |= {one for one in data if one == path or one.startswith(f"{path}/")}
    return found
