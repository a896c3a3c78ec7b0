"""The whole plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary, Level
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.lookup import unknown
from decompose.domain.model import EntryKind, SystemModel
from decompose.domain.plan import CutPlan, SeamDecision, Technique
from decompose.domain.source import Read
from decompose.errors import UserError
from decompose.plan.application import find_application
from decompose.plan.decisions import decide
from decompose.plan.documents import whole_documents
from decompose.plan.places import Places, places
from decompose.plan.routes import planned_compositions, planned_routes
from decompose.plan.services import service_plans
from decompose.plan.settings import find_database


def make_plan(analysis: Analysis, read: Read, found: Iterable[Finding] = ()) -> CutPlan:
    """The split that an analysis amounts to; each of its services has something to run.

    `read` gives the text of a file of the monolith; `found` is what is known of this split already.
    Raises UserError where there is nothing to split, or where it can't be told how the application
    is made or gets its database.
    """
    if not analysis.partition.services:
        raise UserError("There are no services to write: no endpoint was found in this code.")
    model, partition, boundary = analysis.model, analysis.partition, analysis.boundary
    where = places(model, partition)
    decisions = tuple(sorted(decide(seam) for seam in analysis.seams))
    return CutPlan(
        system=model.root_name,
        application=find_application(model, read, boundary.application),
        database=find_database(model, boundary.database),
        fallback=where.fallback,
        services=service_plans(model, partition, where),
        routes=planned_routes(model, boundary, where.endpoints),
        compositions=planned_compositions(boundary, partition),
        levels=_levels(model, boundary),
        decisions=decisions,
        findings=tuple(
            sorted(
                [
                    *found,
                    *_kept_one(analysis),
                    *_refusals(decisions),
                    *_documents(analysis),
                    *_workers(model, where),
                ]
            )
        ),
    )


def _levels(model: SystemModel, boundary: Boundary) -> tuple[tuple[str, Level], ...]:
    """The boundary file's levels. Raises UserError where one names a table that isn't there."""
    tables = sorted(table.name for table in model.tables)
    for table, _ in boundary.levels:
        if table not in tables:
            raise unknown("table", table, tables, "levels")
    return tuple(sorted(boundary.levels))


def _kept_one(analysis: Analysis) -> Iterator[Finding]:
    """One service is no split; that is told, unless a person asked for one."""
    if len(analysis.partition.services) == 1 and analysis.boundary.services != 1:
        yield Finding(
            location=Location(path="."),
            code="kept-one",
            severity=Severity.WARNING,
            message=f"This is one service, no split. {analysis.verdict.summary} "
            + " ".join(analysis.verdict.reasons),
            hint="To split it all the same, ask for a number with --services N, or pin modules to "
            "services in decompose.toml.",
        )


def _documents(analysis: Analysis) -> Iterator[Finding]:
    """One service describes everything; several don't."""
    if len(analysis.partition.services) > 1:
        yield from whole_documents(analysis.model)


def _refusals(decisions: tuple[SeamDecision, ...]) -> Iterator[Finding]:
    for decision in decisions:
        if decision.technique is Technique.REFUSE:
            yield Finding(
                location=decision.location,
                code="seam-refused",
                severity=Severity.ERROR,
                message=f"{decision.source} → {decision.target}: {decision.reason}",
                hint="Pin both sides to one service, or decide the seam in decompose.toml.",
            )


def _workers(model: SystemModel, where: Places) -> Iterator[Finding]:
    """Tasks run in a worker, which only a person knows how to start."""
    for entry in model.entries:
        if entry.kind in (EntryKind.TASK, EntryKind.SCHEDULE):
            yield Finding(
                location=entry.location,
                code="worker-not-started",
                severity=Severity.WARNING,
                message=f"{entry.handler} runs in a worker of {where.work[entry.handler]}",
                hint="run.py starts none: start the monolith's worker in that service's folder.",
            )
