"""Steps at which a test had supplied something: not passed, and no excuse for the split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from decompose.domain.verification import Verification
from decompose.verify.places import Answer
from decompose.verify.replay import Sides, recorded_answer, replay
from decompose.verify.rows import State
from decompose.verify.tape import End, Request, read_events, survey
from verify.steps import LOGIN, TAPE, one_service

REPLACED = ("shop.bank.charge",)
RAN = (("tests/bank.py", 7, "Bank.charge", "", 0, ""),)


class Answering:
    """Answers as recorded, but with another status at one step."""

    def __init__(self, status: int) -> None:
        self._status = status
        self._rows: State = {}

    def bring_to(self, wanted: State) -> None:
        """Take the rows."""
        self._rows = wanted

    def ask(self, request: Request) -> Answer:
        """Answer."""
        answer = recorded_answer(request)
        if request.step != LOGIN:
            return answer
        return Answer(status=self._status, headers=answer.headers, body=answer.body)

    def state(self) -> State:
        """Give the rows back."""
        return self._rows


def played(
    tmp_path: Path,
    monolith: int,
    split: int,
    *,
    everywhere: bool = False,
    kept: tuple[tuple[str, str], ...] = (),
    **supplied: Any,
) -> Verification:
    """The tape with something supplied at a step, and the status that both sides give there."""
    lines = []
    for event in read_events(TAPE):
        here = is_login(event) or (everywhere and isinstance(event, Request))
        told = msgspec.structs.replace(event, **supplied) if here else event
        lines.append(msgspec.json.encode(told))
    lines.append(msgspec.json.encode(End(steps=0, answering=1, recording=0, kept=kept)))
    tape = tmp_path / "supplied.tape"
    tape.write_bytes(b"\n".join(lines) + b"\n")
    sides: Any = Sides(
        monolith=Answering(monolith),  # type: ignore[arg-type] # these fakes stand in for sides
        again=Answering(monolith),  # type: ignore[arg-type] # as above
        split=Answering(split),  # type: ignore[arg-type] # as above
    )
    return replay(tape, survey(tape), one_service(), sides, lambda steps: None)


def is_login(event: object) -> bool:
    return isinstance(event, Request) and event.step == LOGIN


@pytest.mark.parametrize(
    ("supplied", "named"),
    [({"replaced": REPLACED}, REPLACED), ({"definitions": RAN}, ("Bank.charge of tests/bank.py",))],
    ids=["replaced", "ran"],
)
@pytest.mark.parametrize("now", [500, 404])
def test_monolith_needs_it(
    tmp_path: Path, supplied: dict[str, Any], named: tuple[str, ...], now: int
) -> None:
    """A step that the monolith can't repeat without its test is neither equal nor different."""
    found = played(tmp_path, now, now, **supplied)
    assert [(step.step, step.supplied) for step in found.unplayable] == [(LOGIN, named)]
    assert found.differences == ()
    assert found.equal == found.requests - 1
    assert sum(e.equal for e in found.endpoints) == found.equal


def test_nobody_needs_it(tmp_path: Path) -> None:
    """A step that the monolith repeats without what its test supplied counts as any other."""
    status = recorded_status()
    right = played(tmp_path, status, status, replaced=REPLACED)
    wrong = played(tmp_path, status, 500, replaced=REPLACED)
    assert (right.equal, right.unplayable) == (right.requests, ())
    assert (len(wrong.differences), wrong.unplayable) == (1, ())


def test_what_runs_at_every_step_is_no_reason(tmp_path: Path) -> None:
    """A listener of the tests ran where the monolith does as recorded, too: it explains nothing."""
    broken = played(tmp_path, 500, 500, everywhere=True, definitions=RAN)
    assert (len(broken.differences), broken.unplayable) == (1, ())
    drifted = played(tmp_path, 404, 404, everywhere=True, definitions=RAN)
    assert (drifted.differences, drifted.unplayable) == ((), ())


def recorded_status() -> int:
    return next(e.status for e in read_events(TAPE) if isinstance(e, Request) and is_login(e))


def test_no_excuse(tmp_path: Path) -> None:
    """Where the split does otherwise than the monolith, nothing that a test supplied excuses it."""
    found = played(tmp_path, 500, 404, replaced=REPLACED)
    assert (len(found.differences), found.unplayable) == (1, ())


def test_nothing_supplied(tmp_path: Path) -> None:
    """A monolith that fails without any reason on the tape is a difference, as before."""
    found = played(tmp_path, 500, 500)
    assert (len(found.differences), found.unplayable) == (1, ())


def test_kept_by_what_ran(tmp_path: Path) -> None:
    """A monolith fails for want of what it kept of the tests', where the keeper's code ran."""
    keeper = ("Sandbox of tests/bank.py", "shop/bank.py")
    ran = (("shop/bank.py", 3, "find", "", 0, ""),)
    found = played(tmp_path, 500, 500, everywhere=True, definitions=ran, kept=(keeper,))
    assert [step.supplied for step in found.unplayable] == [
        ("Sandbox of tests/bank.py in shop/bank.py",)
    ]
    assert found.differences == ()
    elsewhere = played(tmp_path, 500, 500, kept=(keeper,))
    assert (len(elsewhere.differences), elsewhere.unplayable) == (1, ())


def test_kept_is_no_excuse(tmp_path: Path) -> None:
    """Where the split fails otherwise, or nothing fails, what was kept explains nothing."""
    keeper = ("Sandbox of tests/bank.py", "shop/bank.py")
    ran = (("shop/bank.py", 3, "find", "", 0, ""),)
    otherwise = played(tmp_path, 500, 404, definitions=ran, kept=(keeper,))
    assert (len(otherwise.differences), otherwise.unplayable) == (1, ())
    drifted = played(tmp_path, 404, 404, definitions=ran, kept=(keeper,))
    assert (drifted.differences, drifted.unplayable) == ((), ())
