"""Who answers which rule, and the rules that the gateway answers itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from decompose.domain.boundary import Boundary, Composition, RouteMode
from decompose.domain.lookup import unknown
from decompose.domain.model import SystemModel
from decompose.domain.partition import Partition
from decompose.domain.plan import PlannedRoute


def planned_routes(
    model: SystemModel, boundary: Boundary, home: Mapping[str, str]
) -> tuple[PlannedRoute, ...]:
    """Every rule with its service; `home` is the service of each endpoint.

    Raises UserError where the boundary file names a rule that no route has.
    """
    modes = dict(boundary.routes)
    rules = sorted({route.rule for route in model.routes})
    for rule in modes:
        if rule not in rules:
            raise unknown("URL rule", rule, rules)
    return tuple(sorted(
        PlannedRoute(rule=route.rule, methods=route.methods, endpoint=route.endpoint,
                     service=home[route.endpoint],
                     mode=modes.get(route.rule, RouteMode.SERVICE))
        for route in model.routes
    ))  # fmt: skip


def planned_compositions(boundary: Boundary, partition: Partition) -> tuple[Composition, ...]:
    """The boundary file's compositions, services by id.

    Raises UserError where one names a service that isn't there.
    """
    ids = {name: s.id for s in partition.services for name in (s.name, s.id)}
    for composition in boundary.compositions:
        for part in composition.parts:
            if part.service not in ids:
                raise unknown("service", part.service, [s.name for s in partition.services])
    return tuple(
        replace(c, parts=tuple(replace(part, service=ids[part.service]) for part in c.parts))
        for c in boundary.compositions
    )
