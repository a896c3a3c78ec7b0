"""What a piece of test code needs of the application, besides the paths that it asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeGuard

from decompose.domain.lookup import inside
from decompose.domain.model import EntryKind, SystemModel
from decompose.slice.dynamic import literal_module
from decompose.slice.program import Reached
from decompose.slice.scopes import Function
from decompose.slice.suite import held
from decompose.slice.suite.answers import REFERRER
from decompose.slice.suite.clients import called_name
from decompose.slice.suite.held import Need, never
from decompose.slice.suite.pieces import Piece, Suite, keyword, text
from decompose.slice.uses import Use, chain

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_TEMPORARY = re.compile("te?mp")
_SERVERS = ("postgresql", "postgres://", "mysql", "mariadb", "oracle", "mssql")
_WHOLE = {"url_map", "iter_rules", "view_functions", "blueprints", "list_commands",
          "sorted_tables", "get_table_names", "list_templates"}  # fmt: skip
"""Attributes by which code sees all of an application."""

_COMMAND = re.compile(r"-(command|cmd|group)$")
"""What click leaves out of a function's name where the command has none."""

_PROGRAMS = {"subprocess", "multiprocessing"}


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
            kinds = (self._uses, self._words, self._strings, self._tables, self._commands,
                     self._unreadable)  # fmt: skip
            found = (need for kind in kinds for need in kind(piece))
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
                yield Need(location=where, missing=held.unit(unit))
        for module in sorted(reached.modules):
            if module not in self._suite and module in self._program.modules:
                yield Need(location=where, missing=held.module(module))
        for module in sorted(reached.whole):
            if module not in self._suite and module in self._program.modules:
                yield Need(location=where, missing=held.whole(self._program.modules[module].units))

    def _words(self, piece: Piece) -> Iterator[Need]:
        words = piece.words
        for node in piece.nodes:
            attribute = getattr(node, "attr", "")
            if attribute in _WHOLE and _asserts(piece.node):
                yield never(piece.at(getattr(node, "lineno", 0)),
                            f"`{attribute}` is the whole application's")  # fmt: skip
        yield Need(location=piece.at(), missing=held.backrefs(words))

    def _strings(self, piece: Piece) -> Iterator[Need]:
        for written, line in piece.strings:
            if f"template:{written}" in self._template_names:
                yield Need(location=piece.at(line), missing=held.template(written))
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
                units = self._program.find(".".join(parts[: end + 1]))
                yield Need(location=piece.at(line), missing=held.named(module, units))
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
                yield Need(location=piece.at(line), missing=held.table(table))

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
        for node in piece.nodes:
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "invoke":
                continue
            words = _command_words(node)
            handlers = [self._known_commands[w] for w in words or () if w in self._known_commands]
            if (words is None or not handlers) and not self._is_command(piece, node):
                yield never(piece.at(node.lineno), "which command is run here is not known")
            for some in handlers:
                yield Need(location=piece.at(node.lineno), missing=held.command(frozenset(some)))

    def _is_command(self, piece: Piece, call: ast.Call) -> bool:
        """Whether a call names the command itself, and that is no group of several."""
        named = chain(call.args[0]) if call.args else None
        key = (named[0].lineno, named[0].col_offset) if named else None
        reached = (self._program.resolve(piece.source.name, u) for u in piece.uses if u.key == key)
        ends = [end for one in reached for end in one.ends]
        names = [called_name(d) for end in ends for d in getattr(end.node, "decorator_list", ())]
        return bool(names) and not any(name.endswith("group") for name in names)

    def _unreadable(self, piece: Piece) -> Iterator[Need]:
        if isinstance(piece.node, ast.AsyncFunctionDef):
            yield never(piece.at(), "it is asynchronous")
        for one in piece.used:
            for call in one.dynamic:
                if literal_module(call, piece.source.package) is None:
                    yield never(piece.at(call.lineno), "which module is imported is not known")
        lines = [use.key[0] for use in piece.uses if use.name == "__file__"]
        if not any(_TEMPORARY.search(getattr(node, "id", "")) for node in piece.nodes):
            lines += [node.lineno for node in piece.nodes if _is_file(node)]
        for line in lines:
            if not data_files([piece], self._data):
                yield never(piece.at(line), "which file is meant is not known")
        for use in piece.uses:
            module = use.via.module if use.via else _imports(piece, use.name)
            if module.partition(".")[0] in _PROGRAMS:
                yield never(piece.at(use.key[0]), "it starts another program")


def _imports(piece: Piece, name: str) -> str:
    """The module that a name of the piece's module is imported from."""
    units = piece.source.bindings.get(name, ())
    return next((unit.target.module for unit in units if unit.target), "")


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


def _is_file(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether it is `folder / "name"`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    return isinstance(node.right, ast.Constant | ast.JoinedStr)


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
