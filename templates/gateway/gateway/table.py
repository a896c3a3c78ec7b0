"""The routing table: which service answers which rule of the monolith."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping
from urllib.parse import urlsplit

from gateway.settings import variable

MONOLITH = "monolith"
BALANCES = ("round_robin", "least_connections", "random")
MODES = ("service", MONOLITH, "shadow")
PARTIAL = ("fail", "omit", "null")


class TableError(Exception):
    """A routing table that can't be used; the message names every reason."""


@dataclass(frozen=True)
class Route:
    """One rule of the monolith and who answers it."""

    rule: str
    methods: tuple[str, ...]
    endpoint: str
    service: str
    strict_slashes: bool = True
    mode: str = "service"

    @property
    def answered_by(self) -> str:
        """The name under which `Table.instances` knows who gives the answer."""
        return self.service if self.mode == "service" else MONOLITH


@dataclass(frozen=True)
class Part:
    """One request of a composition. `{name}` in its path is a value of the composition's rule."""

    name: str
    service: str
    path: str


@dataclass(frozen=True)
class Composition:
    """A path whose answer is made of several services' answers."""

    path: str
    parts: tuple[Part, ...]
    deadline: float = 2.0
    partial: str = "fail"


@dataclass(frozen=True)
class Table:
    """The whole routing table. `instances` has the monolith too, where there is one."""

    default: str
    instances: Mapping[str, tuple[str, ...]]
    routes: tuple[Route, ...]
    compositions: tuple[Composition, ...] = ()
    balance: str = "round_robin"
    shadow_unsafe: bool = False


def read_table(path: Path, environ: Mapping[str, str] = os.environ) -> Table:
    """Read and check the table in file `path`; addresses in `environ` go before those in it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error
    if not isinstance(data, dict) or data.get("format") != 1:
        raise TableError(f"{path}: not a routing table of format 1")
    try:
        table = _table(data, environ)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TableError(f"{path}: {type(error).__name__}: {error}") from error
    problems = list(_problems(table))
    if problems:
        raise TableError("{}: {}".format(path, "; ".join(problems)))
    return table


def _table(data: dict[str, Any], environ: Mapping[str, str]) -> Table:
    instances = {
        name: _addresses(environ.get(f"SERVICE_{variable(name)}_URL"), entry["instances"])
        for name, entry in sorted(data["services"].items())
    }
    monolith = environ.get("MONOLITH_URL") or data.get("monolith")
    if monolith:
        instances[MONOLITH] = _addresses(monolith, [])
    return Table(
        default=data["default"],
        instances=instances,
        routes=tuple(_route(entry) for entry in data["routes"]),
        compositions=tuple(_composition(entry) for entry in data.get("compositions", ())),
        balance=data.get("balance", BALANCES[0]),
        shadow_unsafe=bool(data.get("shadow_unsafe", False)),
    )


def _addresses(given: str | None, otherwise: list[str]) -> tuple[str, ...]:
    addresses = given.split(",") if given else otherwise
    return tuple(address.strip().rstrip("/") for address in addresses)


def _route(entry: dict[str, Any]) -> Route:
    return Route(
        rule=entry["rule"],
        methods=tuple(entry["methods"]),
        endpoint=entry["endpoint"],
        service=entry["service"],
        strict_slashes=entry.get("strict_slashes", True),
        mode=entry.get("mode", MODES[0]),
    )


def _composition(entry: dict[str, Any]) -> Composition:
    parts = entry["parts"].items()
    return Composition(
        path=entry["path"],
        parts=tuple(Part(name, part["service"], part["path"]) for name, part in parts),
        deadline=float(entry.get("deadline", Composition.deadline)),
        partial=entry.get("partial", Composition.partial),
    )


def _problems(table: Table) -> Any:
    """Yield what makes a table unusable, one sentence each."""
    if table.balance not in BALANCES:
        yield "balance {!r} is none of {}".format(table.balance, ", ".join(BALANCES))
    if table.default not in table.instances:
        yield f"default service {table.default!r} is not among the services"
    for name, addresses in table.instances.items():
        if not addresses:
            yield f"service {name!r} has no instances"
        for address in addresses:
            yield from _address_problems(name, address)
    for route in table.routes:
        yield from _route_problems(table, route)
    for composition in table.compositions:
        yield from _composition_problems(table, composition)


def _address_problems(name: str, address: str) -> Any:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        yield f"{address!r} of {name!r} is no address like http://127.0.0.1:8101"


def _route_problems(table: Table, route: Route) -> Any:
    if route.mode not in MODES:
        yield "mode {!r} of {} is none of {}".format(route.mode, route.rule, ", ".join(MODES))
    elif route.mode != MODES[0] and MONOLITH not in table.instances:
        yield f"mode {route.mode!r} of {route.rule} needs the monolith's address"
    if route.service not in table.instances:
        yield f"service {route.service!r} of {route.rule} is not among the services"


def _composition_problems(table: Table, composition: Composition) -> Any:
    if composition.partial not in PARTIAL:
        yield "partial {!r} of {} is none of {}".format(
            composition.partial, composition.path, ", ".join(PARTIAL)
        )
    for part in composition.parts:
        if part.service not in table.instances:
            yield f"service {part.service!r} of {composition.path} is not among the services"
