"""The orders in which the sessions of a stretch reach a side: one by one, or several at once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import msgspec

from decompose.verify.side import Side
from decompose.verify.stretches import Cookies, sent_cookies, set_cookies
from decompose.verify.tape import Request

Session = tuple[Request, ...]
Order = Callable[[Sequence[Session], Side], Counter[int]]
"""Plays sessions against a side; how often each step failed."""

_SERVER_ERROR = 500
Wait = tuple[float, float]
"""Seconds before a request is sent, and seconds that it is held before it writes."""

_NO_WAITS = repeat((0.0, 0.0))
_HOLD = 0.1  # more than most requests take as a whole
_PAUSES = (0.0, 0.0, 0.1, 0.2)


def in_turn(sessions: Sequence[Session], side: Side) -> Counter[int]:
    """Play one session after the other."""
    return Counter(step for session in sessions for step in _play(session, side, _NO_WAITS) if step)


def shuffled(seed: int) -> Order:
    """Play one session after the other, in an order that chance chooses."""

    def play(sessions: Sequence[Session], side: Side) -> Counter[int]:
        order = list(sessions)
        random.Random(seed).shuffle(order)  # noqa: S311 - repeatable, no secret
        return in_turn(order, side)

    return play


def mixed(seed: int) -> Order:
    """Play one request after the other, each of a session that chance chooses."""

    def play(sessions: Sequence[Session], side: Side) -> Counter[int]:
        chance = random.Random(seed)  # noqa: S311 - as above
        waiting = [_play(session, side, _NO_WAITS) for session in sessions]
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


def at_once(clients: int) -> Order:
    """Play sessions by so many clients at once."""
    return _pooled(clients, lambda number: _NO_WAITS)


def in_step(clients: int) -> Order:
    """The same, and each request is held before its transactions write, until all have read."""
    return _pooled(clients, lambda number: repeat((0.0, _HOLD)))


def staggered(clients: int, seed: int) -> Order:
    """The same, but chance holds only some, and lets some come later, when others have written."""

    def waits(number: int) -> Iterator[Wait]:
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - as above
        while True:
            yield chance.choice(_PAUSES), chance.choice((0.0, 0.0, _HOLD))

    return _pooled(clients, waits)


def _pooled(clients: int, waits: Callable[[int], Iterator[Wait]]) -> Order:
    def play(sessions: Sequence[Session], side: Side) -> Counter[int]:
        def failed(number: int) -> list[int]:
            return [step for step in _play(sessions[number], side, waits(number)) if step]

        with ThreadPoolExecutor(clients) as pool:
            found = pool.map(failed, range(len(sessions)))
            return Counter(step for steps in found for step in steps)

    return play


def _play(session: Session, side: Side, waits: Iterator[Wait]) -> Iterator[int]:
    """Send a session's requests as they were, with the cookies that it got.

    Yields after each the step if it failed, else 0. Random values are the recorded ones in every
    turn: which of them wins does not matter then.
    """
    got: dict[tuple[str, str], str] = {}
    for request, (pause, hold) in zip(session, waits, strict=False):
        time.sleep(pause)
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
