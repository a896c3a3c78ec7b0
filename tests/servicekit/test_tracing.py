"""Whose work a call is done for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from split_world import World

from servicekit import tracing

OWNERS = {"users": "accounts", "prices": "catalogue"}


def test_copies_that_catch_up_at_once_do_so_for_the_request(
    make_world: Callable[[str], World],
) -> None:
    """Each owner that a request asks is told the request's ids, however many are asked."""
    world = make_world("CREATE TABLE users (id AUTO_ID); CREATE TABLE prices (id AUTO_ID)")
    for table, owner in OWNERS.items():
        world.service(owner, [table], {})
    shop = world.service("shop", [], OWNERS)
    world.prepare()
    asked: dict[str, set[Any]] = {}

    def note(peer: str, _: str, answer: dict[str, Any]) -> dict[str, Any]:
        asked.setdefault(peer, set()).add(tracing.current())
        return answer

    world.changing = note
    trace = tracing.Trace("r1", "a" * 32, "b" * 16)
    with tracing.work(trace), shop.request(list(OWNERS)):
        pass
    assert asked == {owner: {trace} for owner in OWNERS.values()}
