"""The strangler's way: one service out of the monolith, the rest together as the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from decompose.domain.analysis import Analysis, Seam
from decompose.domain.boundary import Boundary
from decompose.domain.lookup import unknown
from decompose.domain.partition import KERNEL, ROOT, Partition, Service, TableOwner

REST = "rest"
"""The id and the name of what remains."""


def extract(analysis: Analysis, name: str) -> Analysis:
    """The same analysis with two services: the one of that id or name, and the rest.

    Raises UserError where no service has the name.
    """
    services = analysis.partition.services
    kept = next((s for s in services if name in (s.id, s.name)), None)
    if kept is None:
        raise unknown("service", name, [s.name for s in services])
    seams = {seam.id: seam for seam in _seams(analysis.seams, kept.id)}
    return replace(
        analysis,
        partition=_partition(analysis.partition, kept),
        seams=tuple(seams[id_] for id_ in sorted(seams)),
        boundary=_boundary(analysis.boundary, services, kept),
    )


def _boundary(boundary: Boundary, services: Iterable[Service], kept: Service) -> Boundary:
    """Compositions ask the rest for what services in it answer."""
    others = {name for s in services if s.id != kept.id for name in (s.id, s.name)}
    return replace(
        boundary,
        compositions=tuple(
            replace(c, parts=tuple(replace(part, service=REST) if part.service in others else part
                                   for part in c.parts))
            for c in boundary.compositions
        ),
    )  # fmt: skip


def _partition(partition: Partition, kept: Service) -> Partition:
    others = [s for s in partition.services if s.id != kept.id]
    rest = Service(
        id=REST,
        name=REST,
        description="Everything that stays together for now.",
        endpoints=_joined(s.endpoints for s in others),
        tables=_joined(s.tables for s in others),
        definitions=_joined(s.definitions for s in others),
        lines=sum(s.lines for s in others),
    )
    return Partition(
        services=(kept, rest) if others else (kept,),
        placements=tuple(
            replace(p, service=_side(p.service, kept.id)) for p in partition.placements
        ),
        owners=tuple(_owner(owner, kept.id) for owner in partition.owners),
    )


def _owner(owner: TableOwner, kept: str) -> TableOwner:
    return replace(
        owner,
        owner=_side(owner.owner, kept),
        writers=_joined([[_side(name, kept) for name in owner.writers]]),
        readers=_joined([[_side(name, kept) for name in owner.readers]]),
    )


def _seams(seams: Iterable[Seam], kept: str) -> Iterable[Seam]:
    for seam in seams:
        ends = _side(seam.from_service, kept), _side(seam.to_service, kept)
        if ends[0] != ends[1]:
            yield replace(seam, from_service=ends[0], to_service=ends[1])


def _side(service: str, kept: str) -> str:
    return service if service in (kept, KERNEL, ROOT) else REST


def _joined(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for group in names for name in group}))
