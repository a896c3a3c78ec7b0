"""`report.md`: for reading on a forge, with diagrams that it draws."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from decompose.domain.analysis import Analysis, Automation, Metric, Seam
from decompose.domain.partition import KERNEL, ROOT
from decompose.render import render
from decompose.report.observed import coverage
from decompose.report.survey import Survey, Tie, confidence, survey, ties

_MOST_TIES = 40
_MOST_SEAMS = 100
_COSTLY = (Automation.REFUSED, Automation.FORWARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServiceLine:
    """A service as the report lists it."""

    node: str
    name: str
    description: str
    endpoints: int
    tables: tuple[str, ...]
    modules: tuple[str, ...]
    share: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _TieLine:
    """An edge of the diagram and a row of the table under it."""

    origin: str
    goal: str
    from_name: str
    to_name: str
    count: int
    kinds: str
    costly: bool


def markdown(analysis: Analysis) -> str:
    """The report as Markdown."""
    seen = survey(analysis)
    nodes = _nodes(analysis)
    tied = [t for t in ties(analysis.seams) if t.from_service in nodes and t.to_service in nodes]
    costly = [seam for seam in analysis.seams if seam.automation in _COSTLY]
    return render(
        "report/report.md.j2",
        name=analysis.model.root_name,
        verdict=analysis.verdict,
        services=_services(analysis, seen, nodes),
        ties=[_tie(tie, seen, nodes) for tie in tied[:_MOST_TIES]],
        more_ties=max(0, len(tied) - _MOST_TIES),
        automation=_automation(analysis.seams),
        costly=costly[:_MOST_SEAMS],
        more_costly=max(0, len(costly) - _MOST_SEAMS),
        metrics=[(m.name, _value(m)) for m in analysis.metrics if not m.scope],
        alternatives=analysis.alternatives,
        findings=analysis.findings[:_MOST_SEAMS],
        more_findings=max(0, len(analysis.findings) - _MOST_SEAMS),
        observed=coverage(analysis),
        place=seen.name,
    )


def _nodes(analysis: Analysis) -> dict[str, str]:
    """Identifiers in the diagram, which no name can spoil."""
    crossing = {place for s in analysis.seams for place in (s.from_service, s.to_service)}
    shared = [place for place in (KERNEL, ROOT) if place in crossing]
    ids = [service.id for service in analysis.partition.services] + shared
    return {service: f"s{number}" for number, service in enumerate(ids)}


def _services(analysis: Analysis, seen: Survey, nodes: dict[str, str]) -> list[_ServiceLine]:
    return [
        _ServiceLine(
            node=nodes[service.id],
            name=service.name,
            description=service.description,
            endpoints=len(service.endpoints),
            tables=service.tables,
            modules=tuple(m for m in sorted(seen.modules) if seen.holds(service.id, m)),
            share=f"{seen.share(service.lines):.0%}",
            confidence=f"{confidence(service, seen):.0%}",
        )
        for service in analysis.partition.services
    ]


def _tie(tie: Tie, seen: Survey, nodes: dict[str, str]) -> _TieLine:
    return _TieLine(
        origin=nodes[tie.from_service],
        goal=nodes[tie.to_service],
        from_name=seen.name(tie.from_service),
        to_name=seen.name(tie.to_service),
        count=len(tie.seams),
        kinds=tie.kinds,
        costly=tie.automation in _COSTLY,
    )


def _automation(seams: tuple[Seam, ...]) -> list[tuple[str, int]]:
    counts = Counter(seam.automation for seam in seams)
    return [(automation.value, counts[automation]) for automation in Automation]


def _value(metric: Metric) -> str:
    return f"{metric.value:.4g}"
