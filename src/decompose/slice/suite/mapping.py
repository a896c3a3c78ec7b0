"""Entities in tests that make no application.

Whether they can be used at all depends on what other tests have imported before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from decompose.slice.suite.held import Need, never
from decompose.slice.suite.pieces import Piece, Suite
from decompose.slice.survey import Survey, named_by
from decompose.slice.units import Unit


class Mapping:
    """Knows what leads to an entity."""

    def __init__(self, suite: Suite, survey: Survey) -> None:
        self._suite = suite
        self._survey = survey

    def of(self, pieces: Iterable[Piece]) -> Iterator[Need]:
        """The first use of an entity where nothing makes an application."""
        first: list[Need] = []
        for piece in pieces:
            if piece.is_import:
                continue
            for use in piece.uses:
                ends = self._suite.program.resolve(piece.source.name, use).ends
                if ends & self._survey.roots:
                    return
                if ends & self._leading and not first:
                    reason = "it uses tables, and makes no application"
                    first.append(never(piece.at(use.key[0]), reason))
        yield from first

    @cached_property
    def _leading(self) -> set[Unit]:
        """Entities, and all that leads to one."""
        program = self._survey.program
        users: dict[Unit, list[Unit]] = {}
        for unit in program.units():
            for other in named_by(program, unit):
                users.setdefault(other, []).append(unit)
        found: set[Unit] = set()
        pending = list(self._survey.relations.entities)
        while pending:
            unit = pending.pop()
            if unit not in found:
                found.add(unit)
                pending.extend(users.get(unit, ()))
        return found
