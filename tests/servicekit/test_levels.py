"""How fresh copies are read at each level, table by table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kit_fakes
import pytest
from flask import Flask
from split_world import World
from werkzeug.test import Client
from werkzeug.wrappers import Response

from servicekit.description import read
from servicekit.levels import Levels
from servicekit.telemetry import Metrics
from servicekit.web import Middleware

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT);
CREATE TABLE prices (id AUTO_ID, cents INTEGER);
CREATE TABLE tags (id AUTO_ID, name TEXT);
"""
OWNERS = {"users": "accounts", "prices": "catalogue", "tags": "labels"}
LEVELS = Levels(tables={"prices": "session", "tags": "eventual"})


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """Three owners with a row each, and a shop that has read their tables before that."""
    world = make_world(SCHEMA)
    for table, owner in OWNERS.items():
        world.service(owner, [table], {}, levels=LEVELS)
    world.service("shop", [], OWNERS, levels=LEVELS)
    world.prepare()
    with world.data["shop"].request(list(OWNERS)):
        assert counts(world) == [0, 0, 0]
    world.do("accounts", "INSERT INTO users (name) VALUES ('ann')")
    world.do("catalogue", "INSERT INTO prices (cents) VALUES (5)")
    world.do("labels", "INSERT INTO tags (name) VALUES ('new')")
    return world


def counts(world: World) -> list[int]:
    """Return how many rows of each table the shop's application finds."""
    return [world.do("shop", f"SELECT COUNT(*) FROM {table}")[0][0] for table in OWNERS]


def test_a_strong_copy_is_fresh_and_the_others_wait_to_be_asked(world: World) -> None:
    """Only the owner of the strong copy is asked; an eventual one comes with the background."""
    world.calls.clear()
    with world.data["shop"].request(list(OWNERS)):
        assert counts(world) == [1, 0, 0]
    assert {peer for peer, _ in world.calls} == {"accounts"}
    world.data["shop"]._pull_all()
    with world.data["shop"].request(list(OWNERS)):
        assert counts(world) == [1, 1, 1]


def test_a_client_finds_what_it_has_seen(world: World) -> None:
    """Positions that came with an answer are waited for at level `session`, not at `eventual`."""
    with world.data["catalogue"].request([]) as scope:
        seen = scope.positions()
    with world.data["labels"].request([]) as scope:
        seen.update(scope.positions())
    with world.data["shop"].request(list(OWNERS)) as scope:
        scope.wait_for(seen)
        assert counts(world) == [1, 1, 0]


def serve(world: World, folder: Path, name: str, **described: Any) -> Client:
    """Return a client of a service whose only page tells how many prices there are."""
    app = Flask(name)
    query = "SELECT COUNT(*) FROM prices"
    page = lambda: str(world.do(name, query)[0][0])  # noqa: E731 - a view
    app.add_url_rule("/", "page", page, methods=["GET", "POST"])
    files = {"app.py": ""}
    path = kit_fakes.write(folder, files, name=name, levels={"prices": "session"}, **described)
    return Client(Middleware(app, read(path), world.data[name], Metrics()), Response)


@pytest.mark.parametrize("teller", ["catalogue", "club"])
def test_a_client_sees_nothing_older_than_before(world: World, tmp_path: Path, teller: str) -> None:
    """Who has read a price at its owner, or in another's copy, finds it; a stranger may not."""
    copy = {"replicas": {"prices": "catalogue"}, "peers": ["catalogue"]}
    tables = {"catalogue": {"owned": ["prices"]}, "club": copy, "shop": copy}
    world.service("club", [], {"prices": "catalogue"}, levels=LEVELS).prepare()
    clients = {name: serve(world, tmp_path / name, name, **has) for name, has in tables.items()}
    told = clients[teller].get("/").headers["X-Servicekit-Seen"]
    assert clients["shop"].get("/").data == b"0"
    assert clients["shop"].get("/", headers={"X-Servicekit-Seen": told}).data == b"1"


def test_who_may_write_waits_longer(world: World, tmp_path: Path) -> None:
    """An owner that takes seconds is waited for by a POST; a GET is answered from the past."""
    world.service("club", [], {"prices": "catalogue"}).prepare()
    copy = {"replicas": {"prices": "catalogue"}, "peers": ["catalogue"]}
    client = serve(world, tmp_path, "club", **copy)
    assert client.get("/").data == b"1"
    world.do("catalogue", "INSERT INTO prices (cents) VALUES (6)")
    world.slow["catalogue"] = 2.0
    past, present = client.get("/"), client.post("/")
    assert (past.data, present.data) == (b"1", b"2")
    assert ("X-Data-Stale" in past.headers, "X-Data-Stale" in present.headers) == (True, False)
