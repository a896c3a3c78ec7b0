"""What of a recorded tape can be played at once, and that its clients send what they were given."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec

from decompose.verify.clients import play_clients
from decompose.verify.outcomes import references
from decompose.verify.places import Answer
from decompose.verify.replay import Sides, recorded_answer
from decompose.verify.rows import State
from decompose.verify.stretches import Stretch, sent_cookies, set_cookies, stretches
from decompose.verify.tape import Request, survey
from verify.steps import LOGIN, TAPE, one_service, requests

LIVE = "-given-now"


def cut() -> list[Stretch]:
    """The stretches of the sample's tape."""
    tape = survey(TAPE)
    return list(stretches(TAPE, tape.tables, references(tape)))


def test_every_step_once() -> None:
    """Every recorded request is in one stretch, and sessions keep its order."""
    found = cut()
    assert [r.step for stretch in found for r in stretch.requests] == sorted(requests())
    for stretch in found:
        for session in stretch.sessions:
            steps = [request.step for request in session]
            assert steps == sorted(steps)


def test_sessions() -> None:
    """A cookie that an answer set leads to the session that was given it."""
    for stretch in cut():
        giver: dict[tuple[str, str], int] = {}
        for number, session in enumerate(stretch.sessions):
            for request in session:
                for pair in set_cookies(request.answer_headers).items():
                    giver.setdefault(pair, number)
        for number, session in enumerate(stretch.sessions):
            for request in session:
                given = {giver[p] for p in sent_cookies(request).items() if p in giver}
                assert not given or number in given


class Renaming:
    """Answers as recorded, but gives other cookies; notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self._lock = threading.Lock()

    def bring_to(self, wanted: State) -> None:
        """Take no rows."""

    def attempt(self, request: Request, hold: float) -> Answer:
        """Answer with cookies that end otherwise."""
        with self._lock:
            self.asked.append(request)
        answer = recorded_answer(request)
        headers = tuple(
            (name, value.replace(";", LIVE + ";", 1) if name == "set-cookie" else value)
            for name, value in answer.headers
        )
        return Answer(status=answer.status, headers=headers, body=answer.body)

    def state(self) -> State:
        """Have no rows."""
        return {}

    def copies(self) -> dict[str, State]:
        """Have no copies."""
        return {}

    def settle(self, until: float) -> bool:
        """Forward nothing."""
        return True


def test_cookies_given_now(tmp_path: Path) -> None:
    """A client sends the cookie that it was given where the recorded client sent its own."""
    first = requests()[LOGIN]
    ((name, value), *_) = set_cookies(first.answer_headers).items()
    first = msgspec.structs.replace(first, rows=())
    headers = (("cookie", f"{name}={value}; theme=dark"),)
    second = msgspec.structs.replace(first, step=first.step + 1, headers=headers, answer_headers=())
    tape = tmp_path / "two.tape"
    head = TAPE.read_bytes().splitlines()[:3]
    tape.write_bytes(b"\n".join([*head, *map(msgspec.json.encode, (first, second))]) + b"\n")
    split = Renaming()
    sides: Any = Sides(monolith=Renaming(), again=Renaming(), split=split)  # type: ignore[arg-type]
    found = play_clients(tape, survey(tape), one_service(), sides, 2, lambda steps: None)
    assert (found.requests, found.equal) == (4, 4), "one session, by two clients"
    later = [request for request in split.asked if request.step == second.step]
    assert len(later) == 2
    for request in later:
        assert sent_cookies(request) == {name: value + LIVE, "theme": "dark"}
