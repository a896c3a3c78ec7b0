"""The strangler's way: one service out of the monolith, the rest together as the other."""

from __future__ import annotations

from decompose.domain.analysis import Analysis
from decompose.domain.lookup import unknown
from decompose.domain.partition import Service
from decompose.plan.regroup import joined, regrouped

REST = "rest"
"""The id and the name of what remains."""

_REST = Service(
    id=REST,
    name=REST,
    description="Everything that stays together for now.",
    endpoints=(),
    tables=(),
    definitions=(),
    lines=0,
)


def extract(analysis: Analysis, name: str) -> Analysis:
    """The same analysis with two services: the one of that id or name, and the rest.

    Raises UserError where no service has the name.
    """
    services = analysis.partition.services
    kept = next((s for s in services if name in (s.id, s.name)), None)
    if kept is None:
        raise unknown("service", name, [s.name for s in services])
    others = [s for s in services if s.id != kept.id]
    made = [kept, joined(_REST, others)] if others else [kept]
    return regrouped(analysis, made, {s.id: REST for s in others})
