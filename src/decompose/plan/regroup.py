"""The same analysis with fewer services: some of them become parts of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from decompose.domain.analysis import Analysis, Seam
from decompose.domain.boundary import Boundary
from decompose.domain.partition import Partition, Service, TableOwner


def regrouped(analysis: Analysis, services: Sequence[Service], into: Mapping[str, str]) -> Analysis:
    """The analysis of `services`; `into` says by id which service others have become a part of."""
    seams = {seam.id: seam for seam in _seams(analysis.seams, into)}
    gone = {name: into[s.id] for s in analysis.partition.services if s.id in into
            for name in (s.id, s.name)}  # fmt: skip
    return replace(
        analysis,
        partition=_partition(analysis.partition, services, into),
        seams=tuple(seams[id_] for id_ in sorted(seams)),
        boundary=_boundary(analysis.boundary, gone),
    )


def joined(service: Service, parts: Iterable[Service]) -> Service:
    """The service with all that `parts` have; name and description stay."""
    parts = [service, *parts]
    return replace(
        service,
        endpoints=_all(s.endpoints for s in parts),
        tables=_all(s.tables for s in parts),
        definitions=_all(s.definitions for s in parts),
        lines=sum(s.lines for s in parts),
    )


def _boundary(boundary: Boundary, gone: Mapping[str, str]) -> Boundary:
    """Compositions ask for what a service answered where it went."""
    return replace(
        boundary,
        compositions=tuple(
            replace(c, parts=tuple(replace(part, service=gone.get(part.service, part.service))
                                   for part in c.parts))
            for c in boundary.compositions
        ),
    )  # fmt: skip


def _partition(
    partition: Partition, services: Sequence[Service], into: Mapping[str, str]
) -> Partition:
    return Partition(
        services=tuple(services),
        placements=tuple(
            replace(p, service=into.get(p.service, p.service)) for p in partition.placements
        ),
        owners=tuple(_owner(owner, into) for owner in partition.owners),
    )


def _owner(owner: TableOwner, into: Mapping[str, str]) -> TableOwner:
    return replace(
        owner,
        owner=into.get(owner.owner, owner.owner),
        writers=_all([[into.get(name, name) for name in owner.writers]]),
        readers=_all([[into.get(name, name) for name in owner.readers]]),
    )


def _seams(seams: Iterable[Seam], into: Mapping[str, str]) -> Iterable[Seam]:
    for seam in seams:
        ends = [into.get(name, name) for name in (seam.from_service, seam.to_service)]
        if ends[0] != ends[1]:
            yield replace(seam, from_service=ends[0], to_service=ends[1])


def _all(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for group in names for name in group}))
