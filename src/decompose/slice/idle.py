"""Functions that have nothing left to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from decompose.slice.closure import Kept
from decompose.slice.survey import Survey
from decompose.slice.units import Kind, Unit


def let_go(survey: Survey, kept: Kept, starts: Iterable[str]) -> bool:
    """Drops a function with nothing left to register, and the calls of it; whether there was one.

    `starts` are the modules that run first.
    """
    for function, units in survey.program.opened.items():
        if function in kept.live and not any(_says(u) for u in units if u in kept.live):
            users = [unit for unit in survey.users[function] if unit in kept.live]
            if any(_says(unit) for unit in units) and all(_calls(unit) for unit in users):
                kept.idle |= {function, *users}
                kept.live -= kept.idle | set(units)
                _settle(survey, kept, starts)
                return True
    return False


def _settle(survey: Survey, kept: Kept, starts: Iterable[str]) -> None:
    """Forgets modules that only what is gone by now asked for."""
    needed = {unit.module for unit in kept.live if _says(unit)} | {*starts}
    for unit in kept.live:
        needed |= survey.program.leads(unit).modules
    packages = {name[: match.start()] for name in needed for match in re.finditer(r"\.", name)}
    kept.modules &= needed | packages
    kept.live = {unit for unit in kept.live if unit.module in kept.modules}


def _says(unit: Unit) -> bool:
    """Whether a unit does something: it is no docstring, `pass` or import."""
    value = getattr(unit.node, "value", None)
    return unit.kind is not Kind.IMPORT and not (
        isinstance(unit.node, ast.Pass)
        or (isinstance(unit.node, ast.Expr) and isinstance(value, ast.Constant))
    )


def _calls(unit: Unit) -> bool:
    """Whether a statement does nothing but call what it acts on, or imports it."""
    return unit.kind is Kind.IMPORT or (
        isinstance(unit.node, ast.Expr)
        and isinstance(unit.node.value, ast.Call)
        and unit.kind is Kind.EFFECT
    )
