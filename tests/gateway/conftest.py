"""What gateway tests share: backends, and a gateway over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from backends import routes
from edges import EDGES, EdgeGateway, difference
from under_test import (
    FlaskGateway,
    GatewayUnderTest,
    Limits,
    Running,
    address,
    backend,
    raw_backend,
)

from decompose.domain.generated import Gateway
from ports import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the known differences of edge programs, and no test to pass against expectation."""
    for item in items:
        chosen = getattr(item, "callspec", None)
        gateway = chosen.params.get("under_test") if chosen else None
        mark = difference(gateway, item.name) if gateway else None
        if mark:
            item.add_marker(mark)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="session")
def ports(folder: Path) -> Iterator[dict[str, int]]:
    """Ports of the backends: two services, the monolith under the name "", and the raw one."""
    found = {name: free_port() for name in ("shop", "orders", "", "raw")}
    with ExitStack() as stack:
        for name in ("shop", "orders", ""):
            stack.enter_context(backend(name, found[name], folder))
        stack.enter_context(raw_backend(found["raw"], folder))
        yield found


@pytest.fixture(
    scope="session",
    params=[Gateway.FLASK, *(pytest.param(edge, marks=pytest.mark.edge) for edge in EDGES)],
)
def under_test(request: pytest.FixtureRequest) -> GatewayUnderTest:
    """Every gateway that must pass; add one here."""
    return FlaskGateway() if request.param is Gateway.FLASK else EdgeGateway(request.param)


@pytest.fixture(scope="session")
def table(ports: dict[str, int]) -> dict[str, Any]:
    """The routing table over all backends."""
    raw = {"rule": "/raw/<path:what>", "endpoint": "raw", "service": "raw"}
    return {
        "format": 1,
        "default": "shop",
        "services": {name: {"instances": [address(port)]} for name, port in ports.items() if name},
        "monolith": address(ports[""]),
        "balance": "round_robin",
        "routes": [*routes(), {**raw, "methods": ["GET", "HEAD", "POST", "OPTIONS"]}],
        "compositions": [],
    }


@pytest.fixture(scope="session")
def gateway(under_test: GatewayUnderTest, table: dict[str, Any], folder: Path) -> Iterator[Running]:
    """A gateway with patient limits."""
    with under_test.run(table, folder / "patient", Limits()) as running:
        yield running


@pytest.fixture(scope="session")
def hasty(under_test: GatewayUnderTest, table: dict[str, Any], folder: Path) -> Iterator[Running]:
    """A gateway that waits for a second at most, and gives no one a pause."""
    limits = Limits(read=1.0, client=0.8, idle=0.2, failures=1000)
    with under_test.run(table, folder / "hasty", limits) as running:
        yield running
