"""Which service runs what: endpoints, hooks, commands, receivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from decompose.domain.lookup import tops
from decompose.domain.model import EndpointEffects, Entry, EntryKind, SystemModel
from decompose.domain.partition import Partition

_EVERYWHERE = {
    EntryKind.BEFORE_REQUEST,
    EntryKind.AFTER_REQUEST,
    EntryKind.TEARDOWN,
    EntryKind.ERROR_HANDLER,
    EntryKind.CONTEXT_PROCESSOR,
    EntryKind.TEMPLATE_FILTER,
    EntryKind.USER_LOADER,
    EntryKind.MODEL_EVENT,
}
_WORK = {EntryKind.CLI, EntryKind.TASK, EntryKind.SCHEDULE}
"""What is started from outside, in one service only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The service of every endpoint (`endpoints`) and piece of work (`work`), by name and handler.

    `fallback` answers what no rule matches, and has what belongs to no service.
    """

    fallback: str
    endpoints: Mapping[str, str]
    work: Mapping[str, str]


def places(model: SystemModel, partition: Partition) -> Places:
    """Every endpoint and piece of work in exactly one service."""
    known = {name: service.id for service in partition.services for name in service.endpoints}
    fallback = _fallback(model, known, partition)
    names = {route.endpoint for route in model.routes}
    home, top = {p.definition: p.service for p in partition.placements}, tops(model)
    services = {service.id for service in partition.services}
    owner = {owner.table: owner.owner for owner in partition.owners}
    effects = {e.handler: e for e in model.endpoints}
    work = {}
    for entry in model.entries:
        if entry.kind in _WORK:
            place = _largest_owner(effects.get(entry.handler), owner)
            placed = home.get(top.get(entry.handler, ""), "")
            work[entry.handler] = place or (placed if placed in services else fallback)
    return Places(
        fallback=fallback,
        endpoints={
            name: known.get(name) or _beside(name, known) or fallback for name in sorted(names)
        },
        work=work,
    )


def _beside(endpoint: str, known: Mapping[str, str]) -> str:
    """The service with most endpoints of a blueprint whose static files an endpoint answers."""
    blueprint, _, name = endpoint.rpartition(".")
    if not blueprint or name != "static":
        return ""
    near = [service for other, service in known.items() if other.rpartition(".")[0] == blueprint]
    return min(near, key=lambda service: (-near.count(service), service), default="")


def _fallback(model: SystemModel, known: Mapping[str, str], partition: Partition) -> str:
    """The service of the front page, or the one with most endpoints."""
    for route in model.routes:
        if route.rule == "/" and route.endpoint in known:
            return known[route.endpoint]
    largest = max(partition.services, key=lambda s: (len(s.endpoints), s.id))
    return largest.id


def _largest_owner(effects: EndpointEffects | None, owner: Mapping[str, str]) -> str:
    """The service that owns most of the tables written; the first by name where several do."""
    if effects is None:
        return ""
    owners = [owner[table] for table in effects.writes if table in owner]
    return min(owners, key=lambda name: (-owners.count(name), name), default="")


def everywhere(entries: Iterable[Entry]) -> set[str]:
    """Handlers that run in every service, since they are the whole application's."""
    return {e.handler for e in entries if e.kind in _EVERYWHERE and not e.scope}


def called_by_framework(entries: Iterable[Entry]) -> set[str]:
    """All handlers that the framework may call, besides views."""
    kinds = _EVERYWHERE | _WORK | {EntryKind.SIGNAL_RECEIVER}
    return {e.handler for e in entries if e.kind in kinds}
