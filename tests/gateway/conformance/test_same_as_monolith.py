"""The gateway over services answers as the monolith does, request by request."""

from __future__ import annotations

import pytest
from client import Reply, ask
from under_test import Running

REQUESTS = [
    ("GET", "/"),
    ("GET", "/items/"),
    ("GET", "/items"),
    ("GET", "/items?page=2&q=%2f"),
    ("GET", "//items/"),
    ("HEAD", "/items/"),
    ("POST", "/items/"),
    ("OPTIONS", "/items/"),
    ("OPTIONS", "/orders"),
    ("PUT", "/orders"),
    ("DELETE", "/orders"),
    ("GET", "/orders"),
    ("HEAD", "/orders"),
    ("GET", "/orders/17"),
    ("GET", "/orders/x"),
    ("GET", "/orders/17/"),
    ("DELETE", "/orders/17"),
    ("GET", "/orders/3-4/lines"),
    ("GET", "/orders/3/lines"),
    ("OPTIONS", "/orders/17"),
    ("OPTIONS", "/cors"),
    ("GET", "/cors"),
    ("GET", "/nothing/here"),
    ("HEAD", "/nothing/here"),
    ("POST", "/nothing/here"),
    ("OPTIONS", "/nothing/here"),
    ("GET", "/nothing%2Fhere/%C3%A9"),
    ("GET", "/go/relative"),
    ("GET", "/go/absolute"),
    ("GET", "/go/elsewhere"),
    ("GET", "/go/odd"),
    ("GET", "/fail"),
    ("GET", "/empty"),
    ("DELETE", "/empty"),
    ("GET", "/cookies"),
    ("BREW", "/items/"),
    ("GET", "/internal-news"),
    ("GET", "/slow/nan"),
]
OWN = {"date", "x-request-id", "connection", "server", "keep-alive", "transfer-encoding"}


@pytest.mark.parametrize(("method", "target"), REQUESTS)
def test_same(gateway: Running, ports: dict[str, int], method: str, target: str) -> None:
    """Status, headers and body are the monolith's: routes, redirects, 404, 405, Allow, cookies."""
    host = {"Host": "shop.example"}
    ours = ask(gateway.port, target, method, host)
    theirs = ask(ports[""], target, method, host)
    assert ours.status == theirs.status
    assert ours.phrase.casefold() == theirs.phrase.casefold()
    assert comparable(ours) == comparable(theirs)
    assert ours.body.replace(b"orders", b"monolith") == theirs.body.replace(b"orders", b"monolith")


def comparable(reply: Reply) -> list[tuple[str, object]]:
    """Return the headers that have to be the same; Allow and lengths in no order."""
    found: list[tuple[str, object]] = []
    for key, value in reply.pairs:
        name = key.lower()
        if name == "allow":
            found.append((name, sorted(value.split(", "))))
        elif name not in OWN | {"etag", "content-length"}:
            found.append((name, value))
    return sorted(found, key=repr)
