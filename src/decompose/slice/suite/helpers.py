"""Small definitions of the application that only fixtures use, and that may go with a slice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decompose.slice.suite.held import Held
from decompose.slice.suite.pieces import Piece, Suite
from decompose.slice.suite.requests import is_test
from decompose.slice.survey import Survey, named_by
from decompose.slice.units import Kind, Unit

_MOST = 20


def helpers(suite: Suite, survey: Survey, held: Held) -> frozenset[Unit]:
    """What fixtures and other helpers of tests use, is not in a slice, and brings little along.

    Neither tables nor anything that the framework calls, and no more than a few definitions.
    """
    found: set[Unit] = set()
    for unit in _wanted(suite):
        if unit not in held.closure.kept.live and unit not in found:
            found |= _brought(suite, survey, held, unit)
    return frozenset(found)


def _wanted(suite: Suite) -> Iterator[Unit]:
    for name, pieces in suite.modules.items():
        for piece in pieces:
            for one in (piece, *(m for methods in piece.methods.values() for m in methods)):
                if not one.is_import and (one.is_fixture or not is_test(one)):
                    yield from _used(suite, name, one)


def _used(suite: Suite, module: str, piece: Piece) -> Iterable[Unit]:
    reached = (suite.program.resolve(module, use) for use in piece.uses)
    ends = {end for one in reached for end in one.ends if end.module not in suite}
    return sorted(ends, key=lambda unit: (unit.module, unit.key))


def _brought(suite: Suite, survey: Survey, held: Held, start: Unit) -> set[Unit]:
    """A definition with all that it needs and the slice hasn't got; empty if that is too much."""
    found: set[Unit] = set()
    pending = [start]
    while pending:
        unit = pending.pop()
        if unit in found or unit in held.closure.kept.live:
            continue
        found.add(unit)
        if len(found) > _MOST or unit.scopes or unit.module in suite or _is_more(survey, unit):
            return set()
        pending.extend(named_by(suite.program, unit))
        pending.extend([unit.parent] if unit.parent else [])
    return found


def _is_more(survey: Survey, unit: Unit) -> bool:
    """Whether it is no mere code: it has a table, or the framework calls it or registers by it."""
    own = unit in survey.relations.entities or unit in survey.routed or unit in survey.called
    return own or unit in survey.hooks or unit in survey.roots or unit.kind is Kind.EFFECT
