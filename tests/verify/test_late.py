"""A split whose owners are slow: it says so, and is asked again, but not for ever."""

from __future__ import annotations

from typing import Any

import pytest

from decompose.domain.verification import Verification
from decompose.verify.places import Answer
from decompose.verify.replay import Sides, recorded_answer, replay
from decompose.verify.rows import State
from decompose.verify.tape import Request, survey
from verify.steps import LOGIN, TAPE, one_service, requests

STALE = ("x-data-stale", "accounts;age=2.0")


class Slow:
    """Answers as recorded, but from the past for the first `times` times that it is asked."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._rows: State = {}

    def bring_to(self, wanted: State) -> None:
        """Take the rows."""
        self._rows = wanted

    def ask(self, request: Request) -> Answer:
        """Answer, and say from where."""
        answer = recorded_answer(request)
        self._times -= request.step == LOGIN
        if self._times < 0 or request.step != LOGIN:
            return answer
        return Answer(status=answer.status, headers=(*answer.headers, STALE), body=answer.body)

    def state(self) -> State:
        """Give the rows back."""
        return self._rows


def played(times: int) -> Verification:
    sides: Any = Sides(monolith=Slow(0), again=Slow(0), split=Slow(times))
    return replay(TAPE, survey(TAPE), one_service(), sides, lambda steps: None)


@pytest.mark.parametrize("times", [1, 2])
def test_slow_owner(times: int) -> None:
    """An answer from the past is asked for again, twice at most, and told of."""
    found = played(times)
    assert (found.requests, found.differences) == (len(requests()), ())
    assert found.late == (LOGIN,)


def test_always_from_the_past() -> None:
    """A split that goes on answering from the past differs."""
    found = played(3)
    (difference,) = found.differences
    assert [mismatch.place for mismatch in difference.mismatches] == ["header x-data-stale"]
