"""What has to change in each file, given what a service needs."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from decompose.slice.closure import Closure
from decompose.slice.program import Source
from decompose.slice.reach import Additions
from decompose.slice.scopes import Function
from decompose.slice.transformation import Edits, Position
from decompose.slice.units import Kind, Unit


def edits_of(source: Source, closure: Closure, additions: Additions) -> Edits:
    """What goes from a file, and the imports that come."""
    live = closure.kept.live
    units = list(_written(source.units, closure))
    gone = [unit for unit in units if unit not in live and not _stays(unit, source, closure)]
    place = Columns(source)
    return Edits(
        statements=frozenset(place(u.key) for u in gone if u.kind is not Kind.IMPORT),
        imports=frozenset(place(unit.key) for unit in gone if unit.kind is Kind.IMPORT),
        elements=frozenset(
            place(element.key)
            for unit in units
            if unit in live
            for element in unit.elements
            if (unit, element.key) not in closure.kept.elements
        ),
        decorators=frozenset(
            place(_leftmost(decorator))
            for unit in units
            if unit in live
            for decorator in closure.stripped(unit)
        ),
        additions=tuple(
            (place(unit.key), tuple(names))
            for unit, names in additions.items()
            if unit.module == source.name
        ),
    )


class Columns:
    """Places by bytes, as `ast` counts columns → places by characters."""

    def __init__(self, source: Source) -> None:
        self._lines = source.text.split("\n")

    def __call__(self, key: Position) -> Position:
        """The place that libcst gives what `ast` has at `key`."""
        line, column = key
        text = self._lines[line - 1]
        if text.isascii():
            return key
        return line, len(text.encode("utf-8")[:column].decode("utf-8", "replace"))


def _written(units: Iterable[Unit], closure: Closure) -> Iterable[Unit]:
    """The units of a file, with those inside the functions that register and stay."""
    for unit in units:
        yield unit
        if unit in closure.kept.live and isinstance(unit.node, Function):
            yield from _written(closure.program.opened.get(unit, ()), closure)


def _stays(unit: Unit, source: Source, closure: Closure) -> bool:
    """Whether a statement that nothing needs stays all the same."""
    if isinstance(unit.node, ast.Pass):
        return True
    if unit.kind is not Kind.IMPORT or unit.target is None:
        return False
    if unit.target.module == "__future__":
        return True
    foreign = unit.target.module.partition(".")[0] not in closure.program.packages
    return foreign and (unit.target.name == "*" or unit in closure.survey.unused_imports)


def _leftmost(node: ast.expr) -> Position:
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
    places = ((name.lineno, name.col_offset) for name in names)
    return min(places, default=(node.lineno, node.col_offset))
