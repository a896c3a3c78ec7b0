"""Which of the monolith's own tests belong to which service, and why the others to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from decompose.domain.slicing import LeftTest
from decompose.slice.suite.answers import Answers, shown
from decompose.slice.suite.held import Held, Need, never
from decompose.slice.suite.mapping import Mapping
from decompose.slice.suite.needs import Needs
from decompose.slice.suite.pieces import Piece, Suite
from decompose.slice.suite.reach import Reach, Reaching, Test, tests_of
from decompose.slice.suite.requests import Request, Requests
from decompose.slice.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What came of a suite: the tests of each service, in the order of the services, and the rest.

    A test is in every service that has all that it needs.
    """

    placed: tuple[dict[Test, Reach], ...]
    left: tuple[LeftTest, ...]


def place(suite: Suite, survey: Survey, needs_of: Needs, services: Sequence[Held]) -> Placing:
    """Places every test of a suite. Nothing is guessed: what can't be read is left."""
    known = _Known(suite, survey, needs_of)
    tests = {test: known.reaching.of(test) for test in tests_of(suite)}
    needs = {test: known.needs_of(reach) for test, reach in tests.items()}
    placed = tuple(
        _together(suite, {t: r for t, r in tests.items() if not _first(needs[t], held)})
        for held in services
    )
    left = [
        _left(test, needs[test], services)
        for test in tests
        if not any(test in one for one in placed)
    ]
    return Placing(placed=placed, left=tuple(left))


class _Known:
    """What is read once of a suite."""

    def __init__(self, suite: Suite, survey: Survey, needs: Needs) -> None:
        self.reaching = Reaching(suite)
        self._mapping = Mapping(suite, survey)
        self._requests = Requests(suite)
        self._needs = needs
        self._answers = Answers(survey.model, survey)

    def needs_of(self, reach: Reach) -> list[Need]:
        """All that a test needs: what can't be told first, then in the order that it is found."""
        found = [need for piece in reach.pieces for need in self._needs.of(piece)]
        asked = [self._answered(one) for one in self._requests.of(reach.pieces)]
        return [*reach.problems, *self._mapping.of(reach.pieces), *asked, *found]

    def _answered(self, request: Request) -> Need:
        endpoints, unknown = self._answers.of(request)
        if unknown:
            return never(request.location, unknown)
        asked = f"{request.method} {shown(request.path)}".strip()

        def missing(held: Held) -> str:
            gone = sorted(endpoints - {*held.cut.endpoints})
            return f"{asked} leads to {gone[0]}, not of {held.cut.service}" if gone else ""

        return Need(location=request.location, missing=missing)


def _first(needs: Sequence[Need], held: Held) -> str:
    return next((reason for need in needs if (reason := need.missing(held))), "")


def _left(test: Test, needs: Sequence[Need], services: Sequence[Held]) -> LeftTest:
    """A test that no service gets, and the first thing that the nearest one hasn't got."""
    told = [[(need.location, reason) for need in needs if (reason := need.missing(held))]
            for held in services]  # fmt: skip
    path = test.piece.source.file.path
    nearest = min(told, key=lambda some: (len(some), bool(some) and some[0][0].path == path),
                  default=[])  # fmt: skip
    if not nearest:  # another test that would be copied with it is what can't be there
        reason = "a test that comes along with it belongs elsewhere"
        return LeftTest(name=test.name, location=test.piece.at(), reason=reason)
    location, reason = nearest[0]
    return LeftTest(name=test.name, location=location, reason=reason)


def _together(suite: Suite, placed: dict[Test, Reach]) -> dict[Test, Reach]:
    """Tests without those whose copy would bring along a test that is not placed.

    A class brings what it inherits, and a test may call another.
    """
    every = list(tests_of(suite))
    while True:
        pieces = {piece for reach in placed.values() for piece in reach.pieces}
        intruders = {
            test.piece for test in every
            if test not in placed and test.piece in pieces and _runs(test, pieces)
        }  # fmt: skip
        kept = {test: reach for test, reach in placed.items() if not intruders & {*reach.pieces}}
        if len(kept) == len(placed):
            return placed
        placed = kept


def _runs(test: Test, pieces: set[Piece]) -> bool:
    """Whether pytest would call it in a copy with these pieces."""
    return test.holder is None or test.holder in pieces
