"""The monolith's test code in pieces that a service's copy keeps or drops."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from decompose.domain.finding import Location
from decompose.domain.lookup import is_test
from decompose.slice.program import Program, Source
from decompose.slice.scopes import Function, bound_names
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import Use, Used, used

SAFE = re.compile(r"[\w./-]+")
"""Paths that mean nothing else in the files that name them; tests below others are not copied."""


@dataclass(slots=True, kw_only=True, eq=False)
class Piece:
    """A top-level statement, one name of an import, or a method of a class (`owner`).

    `units` are what it stands for at the top of its module: for a block, all that is in it.
    `used` is what it uses; a class's methods are pieces of their own.
    """

    source: Source
    node: ast.stmt
    units: tuple[Unit, ...]
    used: tuple[Used, ...]
    owner: Piece | None = None
    methods: dict[str, list[Piece]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a function or class is called; empty for everything else."""
        return getattr(self.node, "name", "")

    @property
    def is_import(self) -> bool:
        """Whether it is one name of an import statement."""
        return self.units[0].kind is Kind.IMPORT and self.node is self.units[0].node

    @property
    def is_fixture(self) -> bool:
        """Whether pytest calls it for what it gives."""
        return fixture_decorator(self) is not None

    @property
    def uses(self) -> Iterator[Use]:
        """All names that it uses, those that its imports name among them."""
        for one in self.used:
            yield from one.uses
        yield from (unit.imported for unit in self.units if unit.imported and not self.owner)

    @property
    def words(self) -> set[str]:
        """The attributes, keywords and short strings in it."""
        return set().union(*(one.words for one in self.used))

    @property
    def strings(self) -> Iterator[tuple[str, int]]:
        """Its strings, with their lines."""
        for one in self.used:
            yield from one.strings

    @property
    def nodes(self) -> Iterator[ast.AST]:
        """Its nodes; a class's without its methods."""
        if isinstance(self.node, ast.ClassDef):
            body = [one for one in self.node.body if not isinstance(one, Function)]
            for part in (*self.node.decorator_list, *self.node.bases, *body):
                yield from ast.walk(part)
        else:
            yield from ast.walk(self.node)

    def at(self, line: int = 0) -> Location:
        """A place in it, its first line if none is named."""
        return Location(path=self.source.file.path, line=line or self.node.lineno)


class Suite:
    """The modules of test code, in pieces."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.modules = {
            name: list(_pieces(source))
            for name, source in sorted(program.modules.items())
            if is_test(source.file.path) and SAFE.fullmatch(source.file.path)
        }
        self.at_path = {program.modules[name].file.path: name for name in self.modules}
        self._piece = {
            unit: piece for pieces in self.modules.values() for piece in pieces
            for unit in piece.units
        }  # fmt: skip

    def __contains__(self, module: str) -> bool:
        return module in self.modules

    def piece(self, unit: Unit) -> Piece | None:
        """The piece that a unit is or is in, None where it is no test code."""
        return self._piece.get(unit)

    def classes(self, piece: Piece) -> tuple[list[Piece], set[str]]:
        """A class with those of the tests that it inherits from, and the names of other bases."""
        found, others = [piece], set()
        assert isinstance(piece.node, ast.ClassDef)  # noqa: S101 - what callers promise
        for base in piece.node.bases:
            classes = list(self._named(piece, base))
            if not classes:
                others.add(ast.unparse(base))
            for one in classes:
                more, further = self.classes(one) if one is not piece else ([], set())
                found.extend(more)
                others |= further
        return list(dict.fromkeys(found)), others - {"object"}

    def _named(self, piece: Piece, base: ast.expr) -> Iterator[Piece]:
        for use in used([base], piece.source.package).uses:
            for end in self.program.resolve(piece.source.name, use).ends:
                one = self.piece(end)
                if one is not None and isinstance(one.node, ast.ClassDef):
                    yield one


def fixture_decorator(piece: Piece) -> ast.expr | None:
    """What makes a function a fixture."""
    if not isinstance(piece.node, Function):
        return None
    for decorator in piece.node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in ("fixture", "yield_fixture"):
            return decorator
    return None


def keyword(call: ast.expr | None, name: str) -> ast.expr | None:
    """The value of a call's keyword, None where it has none."""
    keywords = call.keywords if isinstance(call, ast.Call) else ()
    return next((one.value for one in keywords if one.arg == name), None)


def text(node: ast.expr | None) -> str | None:
    """The string that a node is, None if it is none."""
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


def _pieces(source: Source) -> Iterator[Piece]:
    inner: dict[Unit, list[Unit]] = {}
    for unit in source.units:
        top = unit
        while top.parent is not None:
            top = top.parent
        inner.setdefault(top, []).append(unit)
    for top, units in inner.items():
        if isinstance(top.node, ast.ClassDef):
            yield _class(source, top)
        else:
            everything = tuple(one for unit in units for one in unit.everything)
            yield Piece(source=source, node=top.node, units=tuple(units), used=everything)


def _class(source: Source, unit: Unit) -> Piece:
    node = unit.node
    assert isinstance(node, ast.ClassDef)  # noqa: S101 - what its caller has looked at
    rest = [one for one in node.body if not isinstance(one, Function)]
    scope = bound_names(node.body, source.package)
    scope.is_class = True
    head: Sequence[ast.AST] = [*node.decorator_list, *node.bases, *node.keywords]
    piece = Piece(
        source=source,
        node=node,
        units=(unit,),
        used=(used(head, source.package), used(rest, source.package, (scope,))),
    )
    for one in node.body:
        if isinstance(one, Function):
            method = Piece(source=source, node=one, units=(unit,), owner=piece,
                           used=(used([one], source.package, (scope,)),))  # fmt: skip
            piece.methods.setdefault(one.name, []).append(method)
    return piece
