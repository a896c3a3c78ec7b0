"""What edge programs are told agrees with the Flask gateway, request by request."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from hypothesis import example, given, settings
from hypothesis import strategies as st

from decompose.targets.edge_routes import GATEWAY, EdgeRoute, edge_routes
from gateway.matching import Matcher
from gateway.table import Route, Table

SERVICES = ("shop", "orders", "users")
METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "BREW")
PIECES = (
    "orders", "a b", "é", "x.y", "it's", "<int:n>", "<name>", "<string:s>", "<uuid:u>", "<float:f>",
    "<any(orders, 'a b', x.y):which>", "<pair:own>", "v<int:n>", "<a>-<b>", "<int(min=3):n>",
    "<string(length=2):code>",
)  # fmt: skip
SENT = (
    "orders", "a%20b", "%C3%A9", "%c3%a9", "x.y", "it's", "17", "2", "-2", "1.5", "v3", "a-b",
    "3-4",
    "0af76519-16cd-43dd-8448-eb211c80319c", "%6frders", "a%2Fb", "..", "", "a|b", "%", "%zz", "~$",
)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule of some parts, perhaps with a path at its end, perhaps with a slash there."""
    parts = draw(st.lists(st.sampled_from(PIECES), max_size=3))
    named = [re.sub(r"(\w+)>", rf"\g<1>{n}>", part) for n, part in enumerate(parts)]
    end = draw(st.sampled_from(["", "", "/", "/<path:rest>", "/<path:rest>/", "/<path:p>/edit"]))
    return "/" + "/".join(named) + (end if named else end[1:])


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rules of several services."""
    found = draw(st.lists(st.tuples(rules(), st.sampled_from(SERVICES),
                          st.sets(st.sampled_from(("GET", "POST", "DELETE")), min_size=1)),
                          min_size=1, max_size=7))  # fmt: skip
    return [
        {"rule": rule, "service": service, "endpoint": str(number),
         "methods": sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})}
        for number, (rule, service, methods) in enumerate(found)
    ]  # fmt: skip


paths = st.lists(st.sampled_from(SENT), max_size=4).map(lambda parts: "/" + "/".join(parts))


def answered_by(routes: tuple[EdgeRoute, ...], method: str, path: str) -> str:
    """The service that the edge sends a request to."""
    return next(
        route.service
        for route in routes
        if re.fullmatch(route.methods, method) and re.fullmatch(route.path, path)
    )


@settings(max_examples=400, deadline=None)
@example(
    routes=[
        {"rule": rule, "service": service, "endpoint": rule, "methods": ["GET", "HEAD", "OPTIONS"]}
        for rule, service in [("/", "shop"), ("/orders/<path:rest>/", "orders")]
    ],
    asked=[("POST", "/orders/orders")],
)
@example(
    routes=[
        {"rule": rule, "service": service, "endpoint": rule, "methods": ["GET", "HEAD", "OPTIONS"]}
        for rule, service in [("/<name>/", "shop"), ("/<pair:own>", "orders")]
    ],
    asked=[("GET", "/orders")],
)
@given(routes=tables(), asked=st.lists(st.tuples(st.sampled_from(METHODS), paths), max_size=12))
def test_as_the_flask_gateway(routes: list[dict[str, Any]], asked: list[tuple[str, str]]) -> None:
    """A request goes where the Flask gateway sends it, or to the Flask gateway."""
    matcher = Matcher(
        Table(
            default="shop",
            instances=dict.fromkeys(SERVICES, ()),
            routes=tuple(
                Route(**{**entry, "methods": tuple(entry["methods"])}) for entry in routes
            ),
        )
    )
    edge = edge_routes({"default": "shop", "routes": routes})
    for method, path in asked:
        service = answered_by(edge, method, path)
        if service != GATEWAY:
            decision = matcher.decide(unquote_to_bytes(path).decode("utf-8", "replace"), method)
            assert (service, frozenset()) == (decision.answered_by, decision.allow), (method, path)
