"""All pieces that run with a test: what it uses, its fixtures, what runs around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from decompose.slice.scopes import Function
from decompose.slice.suite.held import Need, never
from decompose.slice.suite.marks import (
    BUILT_IN,
    LIFE,
    MODULE_LIFE,
    PLUGINS,
    fixture_name,
    is_automatic,
    wanted_fixtures,
)
from decompose.slice.suite.pieces import Piece, Suite, text
from decompose.slice.suite.requests import is_test
from decompose.slice.units import Kind
from decompose.slice.uses import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A function or method that pytest calls; `holder` is the class that it is called on."""

    piece: Piece
    holder: Piece | None = None

    @property
    def name(self) -> str:
        """Its name as pytest writes it."""
        parts = [self.piece.source.file.path, *([self.holder.name] if self.holder else [])]
        return "::".join([*parts, self.piece.name])


@dataclass(slots=True, kw_only=True)
class Reach:
    """What runs with a test, in the order found; `problems` are what can't be told of it."""

    pieces: dict[Piece, None] = field(default_factory=dict)
    modules: dict[str, None] = field(default_factory=dict)
    problems: list[Need] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)


def tests_of(suite: Suite) -> Iterator[Test]:
    """Every test, in the order of files and lines."""
    for path in sorted(suite.at_path):
        if not _is_test_file(path):
            continue
        for piece in suite.modules[suite.at_path[path]]:
            if is_test(piece) and not piece.is_fixture:
                yield Test(piece=piece)
            elif isinstance(piece.node, ast.ClassDef):
                yield from _of_class(suite, piece)


def _is_test_file(path: str) -> bool:
    stem = path.rpartition("/")[2].removesuffix(".py")
    return stem.startswith("test") or stem.endswith(("_test", "_tests"))


def _of_class(suite: Suite, piece: Piece) -> Iterator[Test]:
    classes, others = suite.classes(piece)
    unit = any(name.endswith("TestCase") for name in others)
    plain = piece.name.startswith("Test") and not any("__init__" in one.methods for one in classes)
    if unit or plain:
        seen: set[str] = set()
        for one in classes:
            for name, methods in one.methods.items():
                if name not in seen and is_test(methods[-1]) and not methods[-1].is_fixture:
                    yield Test(piece=methods[-1], holder=piece)
                seen.add(name)


class Reaching:
    """Follows tests through the suite."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite

    def of(self, test: Test) -> Reach:
        """All that runs with a test."""
        return _Walk(self, test).walk()

    @cached_property
    def fixtures(self) -> dict[str, dict[str, Piece]]:
        """The fixtures that each module has by name, its own and imported ones."""
        found = {
            name: {fixture_name(one): one for one in pieces if one.is_fixture}
            for name, pieces in self.suite.modules.items()
        }
        for name, pieces in self.suite.modules.items():
            for piece in pieces:
                if piece.is_import:
                    for alias, one in self._imported(piece, found):
                        found[name].setdefault(alias, one)
        return found

    def _imported(
        self, piece: Piece, found: dict[str, dict[str, Piece]]
    ) -> Iterator[tuple[str, Piece]]:
        unit = piece.units[0]
        if unit.names == ("*",) and unit.target is not None:
            yield from found.get(unit.target.module, {}).items()
        for end in self.suite.program.leads(unit).ends:
            one = self.suite.piece(end)
            if one is not None and one.is_fixture:
                yield unit.names[0], one

    def conftests(self, path: str) -> Iterator[str]:
        """The modules of the conftest.py files above a file, nearest first."""
        folder = path.rpartition("/")[0]
        while True:
            name = self.suite.at_path.get(f"{folder}/conftest.py".lstrip("/"))
            if name is not None:
                yield name
            if not folder:
                return
            folder = folder.rpartition("/")[0]

    def plugins(self, modules: list[str]) -> Iterator[str]:
        """The modules of tests that `pytest_plugins` names."""
        for module in modules:
            for unit in self.suite.program.modules[module].bindings.get("pytest_plugins", ()):
                for node in ast.walk(unit.node):
                    name = str(getattr(node, "value", ""))
                    if isinstance(node, ast.Constant) and name in self.suite:
                        yield name


class _Walk:
    """One test's way through the suite."""

    def __init__(self, reaching: Reaching, test: Test) -> None:
        self._reaching = reaching
        self._suite = reaching.suite
        self._test = test
        self._found = Reach()
        self._pending: list[Piece] = []
        self._words: set[str] = set()
        module = (test.holder or test.piece).source
        above = list(reaching.conftests(module.file.path))
        self._above = [*above, *reaching.plugins([module.name, *above])]
        self._classes = self._suite.classes(test.holder)[0] if test.holder else []
        fixtures = reaching.fixtures
        methods = {fixture_name(one): one for cls in reversed(self._classes)
                   for some in cls.methods.values() for one in some if one.is_fixture}  # fmt: skip
        self._providers = [methods, fixtures[module.name], *(fixtures[one] for one in self._above)]

    def walk(self) -> Reach:
        test = self._test
        for module in (*self._above, (test.holder or test.piece).source.name):
            self._enter(module)
        for one in (*reversed(self._classes), test.piece):
            self._add(one)
        for provider in self._providers:
            for one in provider.values():
                if is_automatic(one):
                    self._add(one)
        while self._pending:
            while self._pending:
                self._follow(self._pending.pop(0))
            self._dispatch()
        return self._found

    def _add(self, piece: Piece) -> None:
        if piece not in self._found.pieces:
            self._found.pieces[piece] = None
            self._pending.append(piece)
            self._enter(piece.source.name)
            if piece.owner is not None:
                self._add(piece.owner)

    def _enter(self, module: str) -> None:
        """What runs when a module is imported, or around its tests, without being asked for."""
        while module and module not in self._found.modules:
            if module not in self._suite:
                self._found.packages.add(module)
            else:
                self._found.modules[module] = None
                for piece in self._suite.modules[module]:
                    if runs_by_itself(piece):
                        self._add(piece)
            module = module.rpartition(".")[0]

    def _follow(self, piece: Piece) -> None:
        program, name = self._suite.program, piece.source.name
        for use in piece.uses:
            reached = program.resolve(name, use)
            for unit in sorted(reached.units, key=lambda one: (one.module, one.key)):
                if (one := self._suite.piece(unit)) is not None:
                    self._add(one)
            for module in sorted(reached.modules):
                if module in self._suite:
                    self._enter(module)
        for written, _ in piece.strings:
            if written in self._suite:
                self._enter(written)
        self._words |= piece.words
        by_pytest = piece.is_fixture or piece is self._test.piece
        for fixture, line in wanted_fixtures(piece, called_by_pytest=by_pytest):
            self._want(piece, fixture, line)

    def _want(self, piece: Piece, name: str, line: int) -> None:
        """A fixture by its name; one that asks for its own name means the next one further out."""
        providers = [one[name] for one in self._providers if name in one]
        if piece in providers:
            providers = providers[providers.index(piece) + 1 :]
        if providers:
            self._add(providers[0])
            self._import(name, providers[0])
        elif name not in BUILT_IN and name not in PLUGINS:
            said = f"the fixture {name} is not in the code" if name else "a fixture is computed"
            self._found.problems.append(never(piece.at(line), said))

    def _import(self, name: str, fixture: Piece) -> None:
        """The import that brings a fixture into the module that gives it."""
        for module in ((self._test.holder or self._test.piece).source.name, *self._above):
            if module != fixture.source.name and name in self._reaching.fixtures[module]:
                reached = self._suite.program.resolve(module, Use(name=name))
                for unit in reached.units:
                    if (one := self._suite.piece(unit)) is not None:
                        self._add(one)

    def _dispatch(self) -> None:
        """Methods that may be called, by their names, of the classes that are there."""
        for piece in list(self._found.pieces):
            if piece.methods:
                outside = self._suite.classes(piece)[1]
                library = any(not name.endswith("TestCase") for name in outside)
                for name, methods in piece.methods.items():
                    special = name in LIFE or name[:2] == "__" or (library and name[:4] != "test")
                    if special or name in self._words:
                        for one in methods:
                            self._add(one)


def runs_by_itself(piece: Piece) -> bool:
    """Whether nothing has to name a top-level statement for it to run, or to be called."""
    unit = piece.units[0]
    if isinstance(piece.node, Function):
        return piece.name.startswith("pytest_") or piece.name in MODULE_LIFE
    if unit.kind is Kind.BLOCK:
        main = isinstance(piece.node, ast.If) and "__name__" in ast.dump(piece.node.test)
        return not main and any(one.kind is Kind.EFFECT for one in piece.units)
    if unit.kind is Kind.EFFECT:
        return not isinstance(piece.node, ast.Pass) and not _is_docstring(piece)
    return bool({*unit.names} & {"pytestmark", "pytest_plugins"})


def _is_docstring(piece: Piece) -> bool:
    return isinstance(piece.node, ast.Expr) and text(piece.node.value) is not None
