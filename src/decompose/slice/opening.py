"""Functions that set the application up: what is in them counts statement by statement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from decompose.domain.model import SystemModel
from decompose.slice.program import Program
from decompose.slice.scopes import Function
from decompose.slice.units import Unit


def open_functions(
    program: Program, model: SystemModel, roots: Iterable[str], top: Mapping[str, str]
) -> None:
    """Opens the roots' functions, those which they call for the effect, and holders of views."""
    handlers = {route.handler for route in model.routes}
    holders = {
        d.top
        for d in model.definitions
        if d.id in handlers and d.id.count(".") == d.top.count(".") + 1
    }
    pending = [
        unit for root in sorted({*roots, *holders}) for unit in program.find(top.get(root, root))
    ]
    for source in program.modules.values():
        pending.extend(_called(program, source.units))
    while pending:
        unit = pending.pop()
        if isinstance(unit.node, Function) and unit not in program.opened:
            pending.extend(_called(program, program.open(unit)))
    program.settle()


def _called(program: Program, units: Iterable[Unit]) -> Iterator[Unit]:
    """Functions that statements call for nothing but the effect."""
    for unit in units:
        if isinstance(unit.node, ast.Expr) and isinstance(unit.node.value, ast.Call):
            for use in unit.head.uses:
                yield from program.resolve(unit.module, use).ends
