"""Orders of requests: sessions keep theirs, and each order is what its name says."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import msgspec
import pytest

from decompose.verify.orders import (
    Order,
    Session,
    at_once,
    in_step,
    in_turn,
    mixed,
    shuffled,
    staggered,
)
from decompose.verify.places import Answer
from decompose.verify.tape import Request
from verify.steps import LOGIN, requests

FAILING = 2


class Counting:
    """Notes each request, how many were at work with it, and how long it was held."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.holds: list[float] = []
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()
        self.together: threading.Barrier | None = None

    def attempt(self, request: Request, hold: float) -> Answer:
        """Answer; one step fails."""
        with self._lock:
            self.asked.append((request.target, request.step))
            self.holds.append(hold)
            self._inside += 1
            self.most = max(self.most, self._inside)
        if self.together is not None:
            self.together.wait(10)
        with self._lock:
            self._inside -= 1
        return Answer(status=500 if request.step == FAILING else 200, headers=(), body=b"")


def session(name: str) -> Session:
    """Three requests of a client without cookies."""
    plain = msgspec.structs.replace(requests()[LOGIN], target=name, headers=(), answer_headers=())
    return tuple(msgspec.structs.replace(plain, step=step) for step in (1, FAILING, 3))


SESSIONS = [session("/a"), session("/b"), session("/c")]


def played(order: Order, side: Counting | None = None) -> tuple[Counter[int], Counting]:
    side = side or Counting()
    fake: Any = side
    return order(SESSIONS, fake), side


def test_in_turn() -> None:
    """One session comes after the other."""
    failed, side = played(in_turn)
    assert side.asked == [(name, step) for name in ("/a", "/b", "/c") for step in (1, 2, 3)]
    assert failed == {FAILING: 3}


def test_shuffled() -> None:
    """One session comes after the other, in any order; a seed gives the same order again."""
    orders = set()
    for seed in range(20):
        failed, side = played(shuffled(seed))
        assert (failed, side.most) == ({FAILING: 3}, 1)
        assert [step for _, step in side.asked] == [1, 2, 3] * 3
        assert side.asked == played(shuffled(seed))[1].asked
        orders.add(tuple(target for target, _ in side.asked))
    assert len(orders) > 1
    assert all(len(set(names[at : at + 3])) == 1 for names in orders for at in (0, 3, 6))


def test_mixed() -> None:
    """One request comes after the other, of any session; a seed gives the same order again."""
    orders = []
    for seed in range(20):
        failed, side = played(mixed(seed))
        assert (failed, side.most) == ({FAILING: 3}, 1)
        for name in ("/a", "/b", "/c"):
            assert [step for target, step in side.asked if target == name] == [1, 2, 3]
        assert side.asked == played(mixed(seed))[1].asked
        orders.append(tuple(side.asked))
    assert len(set(orders)) > 1


@pytest.mark.parametrize(("order", "holds"), [(at_once(3), {0.0}), (in_step(3), {0.1})])
def test_at_once(order: Order, holds: set[float]) -> None:
    """As many requests are at work as there are clients; all are held, or none is."""
    side = Counting()
    side.together = threading.Barrier(3)
    failed, side = played(order, side)
    assert (failed, side.most) == ({FAILING: 3}, 3)
    assert set(side.holds) == holds


def test_staggered() -> None:
    """Some requests are held and others not; the same seed holds the same again."""
    held = [Counter(played(staggered(3, seed))[1].holds) for seed in range(4)]
    assert held == [Counter(played(staggered(3, seed))[1].holds) for seed in range(4)]
    assert {hold for holds in held for hold in holds} == {0.0, 0.1}
