"""Switching routes between monolith and service, and comparing the two."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import ask, eventually
from under_test import FlaskGateway, Limits, Running

SHADOWED = ("/orders/<int:number>", "/items/", "/upload")


def with_modes(table: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return the table with some routes on the monolith and some shadowed."""
    modes = {"/echo": "monolith", **dict.fromkeys(SHADOWED, "shadow")}
    routes = [{**route, "mode": modes.get(route["rule"], "service")} for route in table["routes"]]
    return {**table, "routes": routes, **more}


@pytest.fixture(scope="module")
def running(table: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("modes")
    with FlaskGateway().run(with_modes(table), folder, Limits()) as gateway:
        yield gateway


def counted(running: Running, endpoint: str, result: str) -> float:
    """Return how often a comparison of an endpoint ended so."""
    name = f'gateway_shadow_total{{endpoint="{endpoint}",result="{result}"}} '
    for line in ask(running.internal_port, "/metrics").body.decode().splitlines():
        if line.startswith(name):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def test_modes(running: Running) -> None:
    """A route is answered by the monolith or by its service, as it says."""
    assert ask(running.port, "/echo").json["service"] == "monolith"
    assert ask(running.port, "/echo/x").json["service"] == "shop"


def test_same(running: Running) -> None:
    """With shadow, the monolith answers and a service that answers the same is counted so."""
    assert ask(running.port, "/items/").body == b"items"
    eventually(lambda: counted(running, "items", "same") == 1)


def test_different(running: Running) -> None:
    """A service that answers otherwise is counted, and the log says in what."""
    assert ask(running.port, "/orders/5").json["service"] == "monolith"
    eventually(lambda: counted(running, "order", "different") == 1)
    lines = [json.loads(line) for line in running.log.read_text().splitlines() if line[0] == "{"]
    events = [line for line in lines if line.get("event") == "shadow"]
    assert [(event["endpoint"], event["target"]) for event in events] == [("order", "/orders/5")]
    assert list(events[0]["differences"]) == ["body"]


def test_unsafe(running: Running) -> None:
    """A request that changes something is never copied unless that is declared."""
    assert ask(running.port, "/upload", "POST", body=b"some").json["length"] == 4
    time.sleep(0.3)
    assert 'endpoint="upload"' not in ask(running.internal_port, "/metrics").body.decode()


def test_unsafe_declared(table: dict[str, Any], tmp_path: Path) -> None:
    """If it is declared, the copy has the body too."""
    declared = with_modes(table, shadow_unsafe=True)
    with FlaskGateway().run(declared, tmp_path, Limits()) as running:
        assert ask(running.port, "/upload", "POST", body=b"some").status == 200
        eventually(lambda: counted(running, "upload", "same") == 1)
