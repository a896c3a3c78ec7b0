"""From a clustering to the finished analysis."""

from __future__ import annotations

from decompose.assess.hazards import hazards
from decompose.assess.metrics import metrics
from decompose.assess.seams import seams
from decompose.assess.verdict import verdict
from decompose.assess.view import View, turned, view
from decompose.domain.analysis import Alternative, Analysis, Metric
from decompose.domain.boundary import Boundary
from decompose.domain.clustering import Candidate, Clustering
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import SystemModel
from decompose.domain.partition import CouplingGraph

_LARGE = 5_000


def assess(
    model: SystemModel, graph: CouplingGraph, clustering: Clustering, boundary: Boundary
) -> Analysis:
    """Seams, metrics, alternatives and verdict of the chosen partition."""
    partition = clustering.partition
    seen = view(model, partition)
    found = seams(model, seen, boundary)
    measured = metrics(model, partition, seen, found)
    python = [module for module in model.modules if module.language == "python"]
    return Analysis(
        model=model,
        graph=graph,
        partition=partition,
        seams=found,
        metrics=tuple(sorted((*measured, *_own(clustering)),
                             key=lambda m: (m.name, m.scope))),
        alternatives=tuple(
            _alternative(candidate, chosen=True, measured=measured)
            if index == clustering.chosen
            else _alternative(candidate, chosen=False,
                              measured=_measured(model, seen, candidate, boundary))
            for index, candidate in enumerate(clustering.candidates)
        ),
        verdict=verdict(clustering, seen, found, sum(module.lines for module in python)),
        boundary=boundary,
        findings=tuple(sorted({*model.findings, *clustering.findings, *_tied(clustering),
                               *_lost(boundary, {seam.id for seam in found}),
                               *hazards(model, seen)})),
    )  # fmt: skip


def _measured(
    model: SystemModel, before: View, candidate: Candidate, boundary: Boundary
) -> tuple[Metric, ...]:
    """The metrics of a partition that was not chosen; in a large system its score must do."""
    if len(before.home) > _LARGE:
        return ()
    seen = turned(before, candidate.partition)
    return metrics(model, candidate.partition, seen, seams(model, seen, boundary))


def _alternative(
    candidate: Candidate, *, chosen: bool, measured: tuple[Metric, ...]
) -> Alternative:
    return Alternative(
        services=len(candidate.partition.services),
        score=candidate.score,
        metrics=(
            *(m for m in measured if not m.scope),
            Metric(name="modularity", value=candidate.modularity, better="higher"),
            Metric(name="modularity.chance", value=candidate.expected),
            Metric(name="transactions.torn", value=candidate.torn, better="lower"),
        ),
        names=tuple(service.name for service in candidate.partition.services),
        chosen=chosen,
    )


def _own(clustering: Clustering) -> tuple[Metric, ...]:
    chosen = clustering.candidates[clustering.chosen]
    return (
        Metric(name="modularity", value=chosen.modularity, better="higher"),
        Metric(name="modularity.chance", value=chosen.expected),
        Metric(name="modularity.z", value=clustering.z_score, better="higher"),
        Metric(name="runs.agreement", value=clustering.agreement, better="higher"),
        Metric(name="transactions.torn", value=chosen.torn, better="lower"),
    )


def _tied(clustering: Clustering) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            location=Location(path="."),
            code="owner-tied",
            severity=Severity.WARNING,
            message=f"{' and '.join(owner.writers)} write table {owner.table!r} equally often; "
            f"{owner.owner} owns it.",
            hint="If another should, say so in the boundary file under [owners].",
        )
        for owner in clustering.partition.owners
        if owner.tied
    )


def _lost(boundary: Boundary, known: set[str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            location=Location(path="."),
            code="seam-not-found",
            severity=Severity.NOTE,
            message=f"The boundary file decides on seam {id_!r}, which is no longer there.",
            hint="Remove the decision.",
        )
        for id_, _ in boundary.seams
        if id_ not in known
    )
