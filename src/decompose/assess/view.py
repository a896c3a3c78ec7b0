"""A partition seen from the model: the indexes that seams and metrics share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import networkx

from decompose.domain.lookup import tops
from decompose.domain.model import EndpointEffects, Mode, ReferenceKind, SystemModel
from decompose.domain.partition import KERNEL, ROOT, Partition

_REACHING = {ReferenceKind.CALL, ReferenceKind.DECORATE, ReferenceKind.TEMPLATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where everything is: services of top-level definitions, owners of tables.

    `calls` counts the calls between top-level definitions;
    `writes` are the tables that a definition writes itself or through what it calls;
    `through` are the endpoints (by name) that run through a top-level definition; `strangers`
    remembers what `foreign` has answered.
    """

    services: tuple[str, ...]
    top: Mapping[str, str]
    home: Mapping[str, str]
    owner: Mapping[str, str]
    tied: frozenset[str]
    calls: Mapping[tuple[str, str], int]
    writes: Mapping[str, frozenset[str]]
    through: Mapping[str, tuple[str, ...]]
    endpoints: tuple[EndpointEffects, ...]
    strangers: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, compare=False)

    def service(self, definition: str) -> str:
        """The service of any definition, down to methods; empty for kernel, root and unknown."""
        place = self.home.get(self.top.get(definition, ""), ROOT)
        return "" if place in (KERNEL, ROOT) else place

    def foreign(self, definition: str, service: str) -> tuple[str, ...]:
        """The tables that a definition writes, itself or by calls, and `service` does not own."""
        key = definition, service
        if key not in self.strangers:
            written = self.writes.get(definition, ())
            self.strangers[key] = tuple(sorted(t for t in written if self.owner.get(t) != service))
        return self.strangers[key]

    def hosts(self, definition: str) -> frozenset[str]:
        """The services whose endpoints run through a definition."""
        names = set(self.through.get(self.top.get(definition, ""), ()))
        return frozenset({self.host(e) for e in self.endpoints if e.name in names} - {""})

    def host(self, endpoint: EndpointEffects) -> str:
        """The service that answers an endpoint; empty where its handler is kernel or root."""
        return self.service(endpoint.handler)


def view(model: SystemModel, partition: Partition) -> View:
    """Index `model` by `partition`."""
    top = tops(model)
    bare = View(
        services=(),
        top=top,
        home={},
        owner={},
        tied=frozenset(),
        calls=_calls(model, top),
        writes=_writes(model),
        through=_through(model, top),
        endpoints=model.endpoints,
    )
    return turned(bare, partition)


def turned(seen: View, partition: Partition) -> View:
    """The same model seen from another partition."""
    return replace(
        seen,
        services=tuple(service.id for service in partition.services),
        home={p.definition: p.service for p in partition.placements},
        owner={owner.table: owner.owner for owner in partition.owners},
        tied=frozenset(owner.table for owner in partition.owners if owner.tied),
        strangers={},
    )


def _calls(model: SystemModel, top: Mapping[str, str]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for reference in model.references:
        one, two = top.get(reference.source), top.get(reference.target)
        if reference.kind is ReferenceKind.CALL and one and two and one != two:
            counts[one, two] = counts.get((one, two), 0) + 1
    return counts


def _writes(model: SystemModel) -> dict[str, frozenset[str]]:
    """By definition id: own writes and those of all that it calls, cycles taken as one."""
    own: dict[str, set[str]] = {}
    for access in model.accesses:
        if access.mode is Mode.WRITE:
            own.setdefault(access.definition, set()).add(access.table)
    graph = networkx.DiGraph()
    graph.add_nodes_from(own)
    graph.add_edges_from(
        (reference.source, reference.target)
        for reference in model.references
        if reference.kind in _REACHING and not reference.external
    )
    found: dict[str, frozenset[str]] = {}
    for cycle in networkx.strongly_connected_components(graph):
        below = {found[n] for m in cycle for n in graph.successors(m) if n not in cycle}
        tables = frozenset().union(*below, *(own.get(m, ()) for m in cycle))
        found.update(dict.fromkeys(cycle, tables))
    return {name: tables for name, tables in found.items() if tables}


def _through(model: SystemModel, top: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for endpoint in model.endpoints:
        for name in (endpoint.handler, *endpoint.reaches):
            found.setdefault(top.get(name, name), set()).add(endpoint.name)
    return {name: tuple(sorted(names)) for name, names in found.items()}
