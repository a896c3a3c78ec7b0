"""Configurations of edge programs, made from the routing table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from decompose.domain.generated import Gateway
from decompose.render import render
from decompose.targets.edge_routes import GATEWAY, edge_routes

CONFIGURATIONS: Mapping[Gateway, str] = {
    Gateway.NGINX: "nginx.conf",
    Gateway.HAPROXY: "haproxy.cfg",
    Gateway.ENVOY: "envoy.yaml",
}
"""What the configuration of each program that can stand at the edge is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """How an edge runs: where it listens, what it waits for (in seconds), what it admits.

    `certificate` is a file with the certificate and its key, or empty: no TLS. `rate` is how many
    requests a client may make in a second, `burst` how many more at once. `behind_proxy` says that
    a proxy of one's own stands before the edge, whose X-Forwarded headers are believed.
    `health` is how long an instance may take to say that it is ready; `health_port` is where it
    answers `/readyz`, 0 is for those that don't. Every `look` seconds an instance is asked, every
    `pause` seconds one that is not well. Services without an address in the table are
    looked up by their names, and answer on `service_port`.
    """

    port: int = 8080
    tls_port: int = 8443
    admin_port: int = 9000
    certificate: str = ""
    rate: int = 100
    burst: int = 200
    connect: float = 2.0
    read: float = 60.0
    client: float = 60.0
    failures: int = 5
    pause: float = 1.0
    look: float = 5.0
    health: float = 10.0
    behind_proxy: bool = False
    health_port: int = 9000
    service_port: int = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    """A service as a target: its instances' addresses, or a name that resolves to all of them."""

    name: str
    instances: tuple[_Instance, ...]
    resolved: bool


def edge_configuration(program: Gateway, table: Mapping[str, Any], settings: EdgeSettings) -> str:
    """The program's configuration for a routing table (the content of `routing.json`)."""
    return render(
        f"edge/{CONFIGURATIONS[program]}.j2",
        routes=edge_routes(table),
        clusters=tuple(_clusters(table, settings)),
        balance=table.get("balance", "round_robin"),
        settings=settings,
    )


def _clusters(table: Mapping[str, Any], settings: EdgeSettings) -> Iterator[_Cluster]:
    """Every service and, as the last one, the Flask gateway."""
    named = {**table["services"], GATEWAY: table.get(GATEWAY, {"instances": []})}
    for name, entry in named.items():
        parts = [urlsplit(address) for address in entry["instances"]]
        found = tuple(_Instance(host=str(p.hostname), port=int(p.port or 80)) for p in parts)
        by_name = (_Instance(host=name, port=settings.service_port),)
        yield _Cluster(name=name, instances=found or by_name, resolved=not found)
