"""Answers made of several services' answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from client import ask
from under_test import FlaskGateway, Limits, Running, address

from ports import free_port


def composed(path: str, partial: str = "fail", **parts: str) -> dict[str, Any]:
    """Return a composition; a part is written `service:path`."""
    return {
        "path": path,
        "deadline": 0.7,
        "partial": partial,
        "parts": {
            name: dict(zip(("service", "path"), part.split(":", 1), strict=True))
            for name, part in parts.items()
        },
    }


@pytest.fixture(scope="module")
def running(table: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    compositions = [
        composed("/api", service1="shop:/echo", service2="orders:/orders/7"),
        composed("/pairs/<int:n>/<name>", order="orders:/orders/{n}", echo="shop:/echo/{name}"),
        composed("/slow-fail", good="shop:/echo", late="shop:/slow/5.0"),
        composed("/slow-omit", "omit", good="shop:/echo", late="shop:/slow/5.0"),
        composed("/slow-null", "null", good="shop:/echo", late="shop:/slow/5.0"),
        composed("/gone-omit", "omit", good="shop:/echo", gone="gone:/"),
        composed("/text", good="shop:/echo", text="shop:/items/"),
        composed("/missing", one="shop:/nothing", two="orders:/nothing"),
        composed("/side-by-side", one="shop:/slow/0.4", two="orders:/nothing"),
        composed("/orders", listing="shop:/echo"),
    ]
    services = {**table["services"], "gone": {"instances": [address(free_port())]}}
    table = {**table, "compositions": compositions, "services": services}
    folder = tmp_path_factory.mktemp("composition")
    with FlaskGateway().run(table, folder, Limits(failures=1000)) as gateway:
        yield gateway


def test_merged(running: Running) -> None:
    """Each service's JSON is there under its name; who asked, and for what, is handed on."""
    headers = {"Authorization": "Bearer x", "Accept": "text/html", "X-Request-ID": "one"}
    reply = ask(running.port, "/api?page=2", headers=headers)
    assert reply.status == 200
    assert reply.header("Content-Type") == "application/json"
    assert list(reply.json) == ["service1", "service2"]
    assert reply.json["service2"] == {"number": 7, "service": "orders"}
    first = reply.json["service1"]
    got = {key.lower(): value for key, value in first["headers"]}
    assert first["target"] == "/echo?page=2"
    assert got["authorization"] == "Bearer x"
    assert got["accept"] == "application/json"
    assert got["x-request-id"] == "one" == reply.header("X-Request-ID")


def test_values(running: Running) -> None:
    """Values in a composition's path are put into its parts' paths, escaped."""
    reply = ask(running.port, "/pairs/3/a%3Fb%20c")
    assert reply.json["order"]["number"] == 3
    assert reply.json["echo"]["target"] == "/echo/a%3Fb%20c"


def test_deadline(running: Running) -> None:
    """A part that is late makes it fail in time, and is named."""
    begun = time.monotonic()
    reply = ask(running.port, "/slow-fail")
    assert time.monotonic() - begun < 1.5
    assert reply.status == 504
    assert list(reply.json["parts"]) == ["late"]


@pytest.mark.parametrize(
    ("path", "keys", "missing"),
    [
        ("/slow-omit", ["good"], "late"),
        ("/slow-null", ["good", "late"], "late"),
        ("/gone-omit", ["good"], "gone"),
    ],
)
def test_partial(running: Running, path: str, keys: list[str], missing: str) -> None:
    """A part that isn't there is left out or null, as declared, and a header says so."""
    reply = ask(running.port, path)
    assert reply.status == 200
    assert list(reply.json) == keys
    assert reply.json.get("late") is None
    assert reply.header("X-Partial") == missing


def test_not_json(running: Running) -> None:
    """A part that isn't JSON is a failure of that part."""
    reply = ask(running.port, "/text")
    assert reply.status == 502
    assert reply.json["parts"] == {"text": {"status": 502, "reason": "not_json"}}


def test_client_errors(running: Running) -> None:
    """If every failing part blames the client, so does the whole."""
    assert ask(running.port, "/missing").status == 404


def test_side_by_side(running: Running) -> None:
    """Only reading a composed path is composed; the rules of other methods stay."""
    assert list(ask(running.port, "/orders").json) == ["listing"]
    headers = {"Content-Type": "application/json"}
    assert ask(running.port, "/orders", "POST", headers, b"{}").status == 201
    assert ask(running.port, "/orders", "HEAD").body == b""
