"""A module as units: statements, and names of imports, that a slice keeps or drops."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from decompose.slice.scopes import (
    Comprehension,
    Function,
    Imported,
    Scope,
    bound_names,
    function_scope,
    imported,
)
from decompose.slice.uses import Use, Used, chain, used

Display = ast.List | ast.Tuple | ast.Set | ast.Dict
Position = tuple[int, int]


class Kind(Enum):
    """What a unit is for."""

    IMPORT = auto()
    DEFINE = auto()
    EFFECT = auto()
    BLOCK = auto()


@dataclass(slots=True, kw_only=True)
class Element:
    """An element of a list, tuple, set or dict: it may go without the rest of its statement."""

    key: Position
    used: Used


@dataclass(slots=True, kw_only=True, eq=False)
class Unit:
    """A statement, or one name of an import statement.

    `parent` is the block (`if`, `try`, `with`) or the function that holds it. `head` is what the
    statement acts on (`app` in `app.register_blueprint(orders)`), `used` what else it uses,
    `elements` what stands in its outermost displays. `target` is what an import names, `imported`
    the use of it.
    """

    module: str
    kind: Kind
    key: Position
    node: ast.stmt
    names: tuple[str, ...] = ()
    parent: Unit | None = None
    head: Used = field(default_factory=Used)
    used: Used = field(default_factory=Used)
    elements: list[Element] = field(default_factory=list)
    target: Imported | None = None
    imported: Use | None = None
    scopes: tuple[Scope, ...] = ()

    @property
    def line(self) -> int:
        """The line where it starts."""
        return self.key[0]

    @property
    def everything(self) -> list[Used]:
        """All that it uses."""
        return [self.head, self.used, *(element.used for element in self.elements)]


def units_of(
    body: Sequence[ast.stmt],
    module: str,
    package: str,
    parent: Unit | None = None,
    scopes: tuple[Scope, ...] = (),
) -> Iterator[Unit]:
    """The units of statements that stand in one scope, blocks before what is in them."""
    for node in body:
        place = _Place(module=module, package=package, parent=parent, scopes=scopes)
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from place.imports(node)
        elif isinstance(node, ast.If | ast.Try | ast.TryStar | ast.With):
            yield from place.block(node)
        else:
            yield place.statement(node)


def inside(unit: Unit, package: str) -> Iterator[Unit]:
    """The units of a function's body."""
    if not isinstance(unit.node, Function):
        return
    scopes = (*unit.scopes, function_scope(unit.node, package))
    yield from units_of(unit.node.body, unit.module, package, unit, scopes)


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a statement stands."""

    module: str
    package: str
    parent: Unit | None
    scopes: tuple[Scope, ...]

    def imports(self, node: ast.Import | ast.ImportFrom) -> Iterator[Unit]:
        for name, target in imported(node, self.package):
            unit = self._unit(node, Kind.IMPORT, target.key)
            unit.names, unit.target = (name,), target
            unit.imported = Use(name=name, via=target, bare=False, key=unit.key)
            yield unit

    def block(self, node: ast.If | ast.Try | ast.TryStar | ast.With) -> Iterator[Unit]:
        block = self._unit(node, Kind.BLOCK)
        block.used = self._used(_headers(node))
        block.names = tuple(sorted(_header_names(node, self.package)))
        yield block
        for body in bodies(node):
            yield from units_of(body, self.module, self.package, block, self.scopes)

    def statement(self, node: ast.stmt) -> Unit:
        if isinstance(node, Function | ast.ClassDef):
            unit = self._unit(node, Kind.DEFINE)
            unit.names, unit.used = (node.name,), self._used([node])
            return unit
        names = bound_names([node], self.package).bound
        defines = isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        kind = Kind.DEFINE if defines and _only_names(node) else Kind.EFFECT
        unit = self._unit(node, kind)
        unit.names = tuple(sorted(names))
        self._split(unit)
        return unit

    def _split(self, unit: Unit) -> None:
        """Tells what the statement acts on, and its displays' elements, from the rest."""
        head = _head(unit.node)
        displays = list(_outermost(unit.node))
        inside_displays = {id(one) for display in displays for one in ast.walk(display)}
        if head is not None and unit.kind is Kind.EFFECT and id(head) not in inside_displays:
            unit.head = self._used([head])
        unit.used = self._used([unit.node])
        elements = [element for display in displays for element in _elements(display)]
        unit.elements = [Element(key=key, used=self._used(nodes)) for key, nodes in elements]
        taken = {
            use.key for one in (unit.head, *(e.used for e in unit.elements)) for use in one.uses
        }
        taken |= _assigned(unit.node)
        unit.used.uses = [use for use in unit.used.uses if use.key not in taken]

    def _unit(self, node: ast.stmt, kind: Kind, key: Position | None = None) -> Unit:
        return Unit(module=self.module, kind=kind, key=key or (node.lineno, node.col_offset),
                    node=node, parent=self.parent, scopes=self.scopes)  # fmt: skip

    def _used(self, nodes: Sequence[ast.AST]) -> Used:
        return used(nodes, self.package, self.scopes)


def bodies(node: ast.If | ast.Try | ast.TryStar | ast.With) -> Iterator[list[ast.stmt]]:
    """The lists of statements that a block holds."""
    yield node.body
    if isinstance(node, ast.Try | ast.TryStar):
        yield from (handler.body for handler in node.handlers)
        yield from (node.orelse, node.finalbody)
    elif isinstance(node, ast.If):
        yield node.orelse


def _headers(node: ast.If | ast.Try | ast.TryStar | ast.With) -> list[ast.AST]:
    if isinstance(node, ast.If):
        return [node.test]
    if isinstance(node, ast.With):
        return list(node.items)
    return [handler.type for handler in node.handlers if handler.type]


def _header_names(node: ast.If | ast.Try | ast.TryStar | ast.With, package: str) -> set[str]:
    return bound_names(_headers(node), package).bound


def _only_names(node: ast.stmt) -> bool:
    """Whether an assignment binds nothing but names."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return not any(
        isinstance(inner, ast.Attribute | ast.Subscript)
        for target in targets
        if target
        for inner in ast.walk(target)
    )


def _head(node: ast.stmt) -> ast.AST | None:
    """The name that a statement acts on: what is called, assigned into or deleted."""
    place: ast.expr | None = None
    if isinstance(node, ast.Expr):
        place = node.value
    elif isinstance(node, ast.Assign):
        place = node.targets[0]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        place = node.target
    elif isinstance(node, ast.Delete):
        place = node.targets[0]
    while place is not None:
        if chain(place):
            return place
        place = place.func if isinstance(place, ast.Call) else getattr(place, "value", None)
        if not isinstance(place, ast.expr):
            return None
    return None


def _assigned(node: ast.stmt) -> set[Position]:
    """The places of the names that an assignment binds anew."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {
        (inner.lineno, inner.col_offset)
        for target in targets
        for inner in ast.walk(target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }


def _outermost(node: ast.AST) -> Iterator[Display]:
    """Displays that stand in no other, nor in code that runs later."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Display) and isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
            yield child
        elif not isinstance(child, ast.Lambda | Function | ast.ClassDef | Comprehension):
            yield from _outermost(child)


def _elements(display: Display) -> Iterator[tuple[Position, list[ast.AST]]]:
    if isinstance(display, ast.Dict):
        for key, value in zip(display.keys, display.values, strict=True):
            yield _first(key or value), [one for one in (key, value) if one]
    else:
        for one in display.elts:
            yield _first(one), [one]


def _first(node: ast.expr) -> Position:
    """The place of the leftmost name or constant, which any parser gives the same place."""
    leaves = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name | ast.Constant))
    places = ((leaf.lineno, leaf.col_offset) for leaf in leaves)
    return min(places, default=(node.lineno, node.col_offset))
