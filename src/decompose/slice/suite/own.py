"""From slices to the tests that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from decompose.domain.slicing import LeftTest, OwnTests
from decompose.domain.source import ReadBytes, SourceTree
from decompose.slice.files import beside_tests
from decompose.slice.suite.copying import copied
from decompose.slice.suite.held import Held
from decompose.slice.suite.helpers import helpers
from decompose.slice.suite.needs import Needs
from decompose.slice.suite.pieces import SAFE, Suite
from decompose.slice.suite.placing import Placing, place
from decompose.slice.survey import Survey, named_by
from decompose.slice.units import Unit


class OwnSuite:
    """The monolith's own tests, placed in services and copied."""

    def __init__(self, tree: SourceTree, survey: Survey, services: Sequence[Held]) -> None:
        self._suite = Suite(survey.program)
        data = beside_tests(tree.root, self._suite.at_path)
        self._data = frozenset(path for path in data if SAFE.fullmatch(path))
        self._needs = Needs(self._suite, survey.model, self._data)
        self._services = [replace(one, helpers=helpers(self._suite, survey, one))
                          for one in services]  # fmt: skip
        self._placing: Placing = place(self._suite, survey, self._needs, self._services)

    @property
    def left(self) -> tuple[LeftTest, ...]:
        """The tests that no service gets."""
        return self._placing.left

    def helpers(self, service: int) -> frozenset[Unit]:
        """What a service's slice has to have for its tests besides."""
        held, program = self._services[service], self._suite.program
        pieces = {piece for reach in self._placing.placed[service].values()
                  for piece in reach.pieces}  # fmt: skip
        reached = (program.resolve(piece.source.name, use) for piece in pieces
                   for use in piece.uses)  # fmt: skip
        found: set[Unit] = set()
        pending = [unit for one in reached for unit in one.units if unit in held.helpers]
        while pending:
            unit = pending.pop()
            if unit not in found:
                found.add(unit)
                pending.extend(named_by(program, unit) & held.helpers)
        return frozenset(found)

    def copied(self, service: int, held: Held, read: ReadBytes) -> OwnTests:
        """The files of a service's tests, `held` being the service with what they need."""
        placed = self._placing.placed[service]
        return copied(self._suite, self._needs, held, placed, self._data, read)
