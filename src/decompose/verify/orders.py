"""The orders in which the sessions of a stretch reach a side: one by one, or several at once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from decompose.verify.side import Side
from decompose.verify.stretches import Cookies, sent_cookies, set_cookies
from decompose.verify.tape import Request

Session = tuple[Request, ...]
Order = Callable[[Sequence[Session], Side], Counter[int]]
"""Plays sessions against a side; how often each step failed."""

_SERVER_ERROR = 500
_PAUSES = (0.0, 0.0, 0.1, 0.2)  # seconds before a request: it comes after what is held
_HOLDS = (0.0, 0.0, 0.1)  # seconds within a request, more than most take as a whole


def in_turn(sessions: Sequence[Session], side: Side) -> Counter[int]:
    """Play one session after the other."""
    return Counter(step for session in sessions for step in _play(session, side) if step)


def mixed(seed: int) -> Order:
    """Play one request after the other, each of a session that chance chooses."""

    def play(sessions: Sequence[Session], side: Side) -> Counter[int]:
        chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        waiting = [_play(session, side) for session in sessions]
        failed: Counter[int] = Counter()
        while waiting:
            session = chance.choice(waiting)
            step = next(session, None)
            if step is None:
                waiting.remove(session)
            elif step:
                failed[step] += 1
        return failed

    return play


def at_once(clients: int, seed: int | None = None) -> Order:
    """Play sessions by so many clients at once.

    With a seed, chance lets requests wait, and holds some before their transactions write, so that
    others read what they are about to change.
    """

    def play(sessions: Sequence[Session], side: Side) -> Counter[int]:
        def failed(number: int) -> list[int]:
            chance = None if seed is None else random.Random(f"{seed} {number}")  # noqa: S311 - as above
            return [step for step in _play(sessions[number], side, chance) if step]

        with ThreadPoolExecutor(clients) as pool:
            found = pool.map(failed, range(len(sessions)))
            return Counter(step for steps in found for step in steps)

    return play


def _play(session: Session, side: Side, chance: random.Random | None = None) -> Iterator[int]:
    """Send a session's requests as they were, with the cookies that it got.

    Yields after each the step if it failed, else 0. Random values are the recorded ones in every
    turn: which of them wins does not matter then.
    """
    got: dict[tuple[str, str], str] = {}
    for request in session:
        hold = 0.0
        if chance:
            time.sleep(chance.choice(_PAUSES))
            hold = chance.choice(_HOLDS)
        answer = side.attempt(_with_cookies(request, got), hold)
        live = set_cookies(answer.headers)
        for name, value in set_cookies(request.answer_headers).items():
            if name in live:
                got[name, value] = live[name]
        yield 0 if 0 < answer.status < _SERVER_ERROR else request.step


def _with_cookies(request: Request, got: dict[tuple[str, str], str]) -> Request:
    """The request with what this client was given, where the recorded one was given something."""
    sent: Cookies = sent_cookies(request)
    if not any(pair in got for pair in sent.items()):
        return request
    cookie = "; ".join(f"{name}={got.get((name, value), value)}" for name, value in sent.items())
    headers = [(name, value) for name, value in request.headers if name != "cookie"]
    return msgspec.structs.replace(request, headers=(*headers, ("cookie", cookie)))
