"""Services that would never run: tables and code, and nothing that anybody calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from decompose.domain.analysis import Analysis
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import EndpointEffects, SystemModel
from decompose.domain.partition import Service, TableOwner
from decompose.plan.places import Places, places
from decompose.plan.regroup import joined, regrouped


def without_idle(analysis: Analysis) -> tuple[Analysis, tuple[Finding, ...]]:
    """The analysis in which every service has endpoints, commands or tasks, and what was merged.

    One that has none goes to the service that writes its tables most, or reads them, or has the
    front page.
    """
    model, partition = analysis.model, analysis.partition
    where = places(model, partition)
    busy = {*where.endpoints.values(), *where.work.values()}
    idle = [service for service in partition.services if service.id not in busy]
    if not idle or not busy:
        return analysis, ()
    into = {service.id: _user(model, _owned(partition.owners, service), where) for service in idle}
    made = [joined(service, [s for s in idle if into[s.id] == service.id])
            for service in partition.services if service.id in busy]  # fmt: skip
    name = {service.id: service.name for service in made}
    notes = tuple(_note(model, service, name[into[service.id]]) for service in idle)
    return regrouped(analysis, made, into), notes


def _owned(owners: Iterable[TableOwner], service: Service) -> frozenset[str]:
    return frozenset({*service.tables, *(o.table for o in owners if o.owner == service.id)})


def _user(model: SystemModel, tables: frozenset[str], where: Places) -> str:
    """The service with most entry points that write the tables, then that read them, by name."""
    writes: Counter[str] = Counter()
    reads: Counter[str] = Counter()
    for effects in model.endpoints:
        if home := _home(effects, where.endpoints, where.work):
            writes[home] += bool(tables & set(effects.writes))
            reads[home] += bool(tables & set(effects.reads))
    used = [name for name in writes if writes[name] or reads[name]]
    return min(used, key=lambda name: (-writes[name], -reads[name], name), default=where.fallback)


def _home(
    effects: EndpointEffects, endpoints: Mapping[str, str], work: Mapping[str, str]
) -> str | None:
    return endpoints.get(effects.name) or work.get(effects.handler)


def _note(model: SystemModel, service: Service, target: str) -> Finding:
    places_ = [table.location for table in model.tables if table.name in service.tables]
    return Finding(
        location=min(places_, default=Location(path=".")),
        code="service-merged",
        severity=Severity.NOTE,
        message=f"{service.name} has no endpoint, command or task: it becomes a part of {target}",
        hint="Pin endpoints to it if it is to be a service.",
    )
