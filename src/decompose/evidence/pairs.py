"""Pairs of definitions that something already links: all that modifying evidence may touch."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.lookup import hubs, inside
from decompose.domain.model import SystemModel


def linked_pairs(model: SystemModel) -> dict[tuple[str, str], Location]:
    """Pairs (a < b) of top-level definitions of two modules that use each other or a table."""
    top, hub = inside(model), hubs(model)
    module = {d.id: d.module for d in model.definitions}
    found: dict[tuple[str, str], Location] = {}

    def link(one: str | None, two: str | None, location: Location) -> None:
        if one and two and module[one] != module[two]:
            found.setdefault((min(one, two), max(one, two)), location)

    for reference in model.references:
        if not reference.external:
            link(top.get(reference.source), top.get(reference.target), reference.location)
    for access in model.accesses:
        link(top.get(access.definition), hub.get(access.table), access.location)
    return found
