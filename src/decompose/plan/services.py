"""What each service gets: endpoints, hooks, commands, tables of its own and of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from decompose.domain.lookup import beside_path
from decompose.domain.model import EndpointEffects, EntryKind, SystemModel
from decompose.domain.partition import Partition, Service
from decompose.domain.plan import ForeignTable, PlannedEndpoint, ServicePlan
from decompose.plan.places import Places, called_by_framework, everywhere

_LONGEST = 40
_TAKEN = ("gateway", "edge", "prometheus")
"""Members of every system, so no names for services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """The model by name: effects of endpoints and of handlers, owners of tables."""

    effects: Mapping[str, EndpointEffects]
    of_handler: Mapping[str, EndpointEffects]
    owner: Mapping[str, str]
    everywhere: frozenset[str]


def service_plans(
    model: SystemModel, partition: Partition, where: Places
) -> tuple[ServicePlan, ...]:
    """One plan for each service of the partition, in its order."""
    index = _Index(
        effects={e.name: e for e in model.endpoints},
        of_handler={e.handler: e for e in model.endpoints},
        owner=_owners(model, partition),
        everywhere=frozenset(everywhere(model.entries)) | _sent_by_libraries(model),
    )
    names = folder_names(partition.services)
    return tuple(_service(model, service, where, index, names) for service in partition.services)


def _sent_by_libraries(model: SystemModel) -> frozenset[str]:
    """Receivers that no code of ours makes run: a library sends the signal, in any service."""
    receivers = {e.handler for e in model.entries if e.kind is EntryKind.SIGNAL_RECEIVER}
    reached = {name for e in model.endpoints if e.handler not in receivers for name in e.reaches}
    return frozenset(receivers - reached)


def _owners(model: SystemModel, partition: Partition) -> dict[str, str]:
    """The owner of each table, but of those that only the SQL of migrations and tests names."""
    past = {t.name for t in model.tables if not t.definition and beside_path(t.location.path)}
    touched = {table for e in model.endpoints for table in (*e.reads, *e.writes)}
    gone = past - touched
    return {owner.table: owner.owner for owner in partition.owners if owner.table not in gone}


def folder_names(services: Sequence[Service]) -> dict[str, str]:
    """A name for each service, by id, that is safe as a folder's, a host's and a variable's."""
    found = {f" {name}": name for name in _TAKEN}
    for service in services:
        plain = normalize("NFKD", service.name).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST] or "service"
        number = 1
        while name in found.values():
            number += 1
            name = f"{name.rstrip('0123456789').rstrip('-')}-{number}"
        found[service.id] = name
    return {service.id: found[service.id] for service in services}


def _service(
    model: SystemModel, service: Service, where: Places, index: _Index, names: Mapping[str, str]
) -> ServicePlan:
    answered = [name for name, place in where.endpoints.items() if place == service.id]
    endpoints = tuple(_endpoint(index.effects[name], service.id, index)
                      for name in answered if name in index.effects)  # fmt: skip
    commands = tuple(sorted(h for h, place in where.work.items() if place == service.id))
    handlers = _handlers(model, answered, commands, index)
    run = [index.of_handler[h] for h in handlers if h in index.of_handler]
    return ServicePlan(
        id=service.id,
        name=names[service.id],
        endpoints=endpoints,
        commands=commands,
        tables=tuple(sorted(t for t, owner in index.owner.items() if owner == service.id)),
        foreign=_foreign(run, service.id, index),
        handlers=handlers,
        excluded=_excluded(model, handlers),
    )


def _endpoint(effects: EndpointEffects, service: str, index: _Index) -> PlannedEndpoint:
    around = [index.of_handler[hook] for hook in effects.hooks if hook in index.of_handler]
    reads = _tables((effects, *around), "reads")
    writes = _tables((effects, *around), "writes")
    owners = {index.owner.get(t, service) for tx in effects.transactions for t in tx.tables}
    return PlannedEndpoint(
        name=effects.name,
        handler=effects.handler,
        reads=reads,
        writes=writes,
        replicas=tuple(t for t in reads if index.owner.get(t, service) != service),
        forwards=tuple(t for t in writes if index.owner.get(t, service) != service),
        owners=tuple(sorted(owners)) if owners - {service} else (),
    )


def _tables(effects: Iterable[EndpointEffects], which: str) -> tuple[str, ...]:
    return tuple(sorted({table for e in effects for table in getattr(e, which)}))


def _handlers(
    model: SystemModel, names: Sequence[str], commands: Sequence[str], index: _Index
) -> tuple[str, ...]:
    """Views and work of the service, what runs around them, and receivers that they set off."""
    views = {route.handler for route in model.routes if route.endpoint in names}
    hooks = {hook for name in names if name in index.effects for hook in index.effects[name].hooks}
    found = {*views, *commands, *hooks, *index.everywhere}
    receivers = {e.handler for e in model.entries if e.kind is EntryKind.SIGNAL_RECEIVER}
    reached = {r for handler in found if handler in index.of_handler
               for r in index.of_handler[handler].reaches}  # fmt: skip
    return tuple(sorted(found | (receivers & reached)))


def _foreign(
    run: Iterable[EndpointEffects], service: str, index: _Index
) -> tuple[ForeignTable, ...]:
    run = list(run)
    reads, writes = _tables(run, "reads"), set(_tables(run, "writes"))
    return tuple(
        ForeignTable(table=table, owner=index.owner[table], written=table in writes)
        for table in sorted({*reads, *writes})
        if index.owner.get(table, service) != service
    )


def _excluded(model: SystemModel, handlers: Sequence[str]) -> tuple[str, ...]:
    framework = {route.handler for route in model.routes} | called_by_framework(model.entries)
    return tuple(sorted(framework - set(handlers)))
