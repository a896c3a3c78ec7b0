"""An analysis → the summary of it that fits a screen."""

from __future__ import annotations

from decompose.domain.analysis import Analysis, Automation
from decompose.domain.finding import Severity
from decompose.domain.partition import Service
from decompose.domain.summary import ServiceLine, Summary, TieLine, Traced
from decompose.report.observed import Coverage, coverage
from decompose.report.survey import Survey, Tie, confidence, survey, ties

_MOST_SERVICES = 12
_MOST_TIES = 4
_MOST_DISAGREEMENTS = 3
_MOST_REASONS = 2
_MOST_STEPS = 3


def summarize(analysis: Analysis) -> Summary:
    """What a screen of 40 lines holds of what was found, and what to do next."""
    seen = survey(analysis)
    model, verdict = analysis.model, analysis.verdict
    services = sorted(analysis.partition.services, key=lambda s: (-s.lines, s.name, s.id))
    automations = [seam.automation for seam in analysis.seams]
    severities = [finding.severity for finding in analysis.findings]
    return Summary(
        name=model.root_name,
        lines=seen.total_lines,
        modules=len(model.modules),
        endpoints=len({r.endpoint for r in model.routes}),
        tables=len(model.tables),
        services=tuple(_service(service, seen) for service in services[:_MOST_SERVICES]),
        others=max(0, len(services) - _MOST_SERVICES),
        seams=tuple((a, automations.count(a)) for a in Automation),
        ties=tuple(_tie(tie, seen) for tie in ties(analysis.seams)[:_MOST_TIES]),
        traced=_traced(coverage(analysis)),
        advice=verdict.advice,
        verdict=verdict.summary,
        reasons=verdict.reasons[:_MOST_REASONS],
        next_steps=verdict.next_steps[:_MOST_STEPS],
        findings=tuple((s, severities.count(s)) for s in Severity),
    )


def _service(service: Service, seen: Survey) -> ServiceLine:
    return ServiceLine(
        name=service.name,
        endpoints=len(service.endpoints),
        tables=len(service.tables),
        share=seen.share(service.lines),
        confidence=confidence(service, seen),
    )


def _tie(tie: Tie, seen: Survey) -> TieLine:
    return TieLine(
        from_name=seen.name(tie.from_service),
        to_name=seen.name(tie.to_service),
        kinds=tie.kinds,
        automation=tie.automation,
    )


def _traced(seen: Coverage | None) -> Traced | None:
    if seen is None:
        return None
    told = [f"{finding.location}: {finding.message}" for finding in seen.disagreements]
    return Traced(
        requests=seen.requests,
        asked=seen.asked,
        endpoints=seen.endpoints,
        accesses=seen.accesses,
        confirmed=seen.confirmed,
        unseen=", ".join(name for name, _ in seen.unseen),
        disagreements=tuple(told[:_MOST_DISAGREEMENTS]),
        more=max(0, len(told) - _MOST_DISAGREEMENTS),
    )
