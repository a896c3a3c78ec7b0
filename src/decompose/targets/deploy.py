"""Files that deploy a system in containers: images, compose, the edge before the services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decompose.domain.boundary import RouteMode
from decompose.domain.generated import Gateway
from decompose.domain.plan import CutPlan, SettingStyle
from decompose.domain.requirement import Requirement
from decompose.render import asset, render
from decompose.targets.edge import CONFIGURATIONS, EdgeSettings, edge_configuration
from decompose.targets.edge_routes import GATEWAY
from decompose.targets.readme import peer_variable

DEFAULT_EDGE = Gateway.HAPROXY
"""What stands at the edge of a deployed system if nothing else is asked for."""

_SETTINGS = EdgeSettings(certificate="/run/secrets/tls.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How compose runs an edge program; `watched` says that a script runs it.

    `metrics` is where it answers Prometheus, or empty.
    """

    image: str
    configuration: str
    command: tuple[str, ...]
    stop_signal: str
    metrics: str
    watched: bool = False


_EDGES: Mapping[Gateway, Edge] = {
    Gateway.HAPROXY: Edge(
        image="haproxy:3.0.11-bookworm",
        configuration="haproxy.cfg",
        command=("haproxy", "-db", "-f", "/edge/haproxy.cfg"),
        stop_signal="SIGUSR1",
        metrics="/metrics",
    ),
    Gateway.NGINX: Edge(
        image="nginx:1.28.0-bookworm",
        configuration="nginx.conf",
        command=("sh", "/edge/watch-nginx.sh", "/edge/nginx.conf"),
        stop_signal="SIGTERM",
        metrics="",
        watched=True,
    ),
    Gateway.ENVOY: Edge(
        image="envoyproxy/envoy:v1.35.0",
        configuration="envoy.yaml",
        command=("envoy", "-c", "/edge/envoy.yaml"),
        stop_signal="SIGTERM",
        metrics="/stats/prometheus",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another service, and the variable that holds its internal address."""

    name: str
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A service as the templates see it; `variable` is its name as an identifier."""

    name: str
    variable: str
    postgres: bool
    peers: tuple[Peer, ...]


def deployment(
    plan: CutPlan,
    table: Mapping[str, Any],
    peers: Mapping[str, Sequence[str]],
    requirements: Sequence[Requirement],
    gateway: Gateway,
    tests: Sequence[str],
) -> Iterator[tuple[str, str]]:
    """Paths and texts of all files; `peers` are the services that each service asks.

    `tests` are paths in services' folders that no image needs.
    """
    program = DEFAULT_EDGE if gateway is Gateway.FLASK else gateway
    edge = _EDGES[program]
    services = tuple(_deployed(plan, name, peers[name]) for name in table["services"])
    members = (*(service.name for service in services), GATEWAY)
    driver, needed = _driver(requirements)
    yield f"gateway/{CONFIGURATIONS[program]}", edge_configuration(program, table, _SETTINGS)
    yield "gateway/Dockerfile", asset("deploy/gateway.Dockerfile")
    for service in services:
        text = render("deploy/service.Dockerfile.j2", name=service.name)
        yield f"services/{service.name}/Dockerfile", text
    ignored = "".join(f"services/*/{path}\n" for path in tests)
    yield ".dockerignore", asset("deploy/dockerignore") + ignored
    yield "deploy/requirements.txt", needed
    yield "deploy/lock.sh", asset("deploy/lock.sh")
    postgres = any(service.postgres for service in services)
    monolith_answers = any(route["mode"] != RouteMode.SERVICE for route in table["routes"])
    values = {
        "services": services,
        "members": members,
        "edge": edge,
        "driver": driver,
        "postgres": postgres,
        "monolith_answers": monolith_answers,
    }
    yield "deploy/README.md", render("deploy/README.md.j2", system=_project(plan), **values)
    yield "compose.yaml", render("deploy/compose.yaml.j2", system=_project(plan), **values)
    yield "deploy/roll.sh", render("deploy/roll.sh.j2", services=services)
    yield "deploy/secrets.sh", render("deploy/secrets.sh.j2", **values)
    yield "deploy/prometheus.yml", render("deploy/prometheus.yml.j2", **values)
    for name in ("alerts.yml", "alerts.test.yml"):
        yield f"deploy/{name}", asset(f"deploy/{name}")
    yield "deploy/syslog-ng.conf", render("deploy/syslog-ng.conf.j2", system=_project(plan))
    if edge.watched:
        yield "deploy/watch-nginx.sh", render("deploy/watch-nginx.sh.j2", names=members)


def _deployed(plan: CutPlan, name: str, peers: Sequence[str]) -> Deployed:
    return Deployed(
        name=name,
        variable=name.replace("-", "_"),
        postgres=plan.database.style is SettingStyle.URL,
        peers=tuple(Peer(name=peer, variable=peer_variable(peer)) for peer in peers),
    )


def _driver(requirements: Sequence[Requirement]) -> tuple[str, str]:
    """The scheme of PostgreSQL's addresses, and what images install besides for it."""
    names = {one.name for one in requirements}
    if names & {"psycopg2", "psycopg2-binary"}:
        return "postgresql+psycopg2", "# The monolith's own driver is used.\n"
    if names & {"psycopg", "psycopg-binary"}:
        return "postgresql+psycopg", "# The monolith's own driver is used.\n"
    return "postgresql+psycopg2", "# The driver of PostgreSQL.\npsycopg2-binary>=2.9\n"


def _project(plan: CutPlan) -> str:
    """The system's name as compose allows it."""
    return re.sub(r"[^a-z0-9_-]", "-", plan.system.lower()).lstrip("-_") or "system"
