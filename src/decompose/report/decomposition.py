"""`decomposition.json`: the analysis for other programs. Its schema is in the reference."""

from __future__ import annotations

from typing import Literal

import msgspec

from decompose.domain.analysis import Alternative, Analysis, Metric, Seam
from decompose.domain.finding import Finding, Location
from decompose.domain.model import EndpointEffects, Module, Route, Table
from decompose.domain.observation import Observation
from decompose.domain.partition import Placement, Service, TableOwner
from decompose.report import shapes
from decompose.report.encode import number
from decompose.report.survey import Survey, survey

VERSION: Literal[1] = 1


def decomposition(analysis: Analysis) -> shapes.Decomposition:
    """The document, as a value."""
    seen = survey(analysis)
    model, partition = analysis.model, analysis.partition
    return shapes.Decomposition(
        version=VERSION,
        root=model.root_name,
        lines=seen.total_lines,
        verdict=msgspec.convert(analysis.verdict, shapes.Verdict, from_attributes=True),
        services=tuple(_service(s, analysis, seen) for s in partition.services),
        modules=tuple(_module(m, seen) for m in model.modules),
        definitions=tuple(_definition(p, seen) for p in partition.placements),
        routes=tuple(_route(r, seen) for r in model.routes),
        endpoints=tuple(_endpoint(e, seen) for e in model.endpoints),
        tables=_tables(analysis),
        seams=tuple(_seam(s) for s in analysis.seams),
        metrics=tuple(_metric(m) for m in analysis.metrics),
        alternatives=tuple(_alternative(a) for a in analysis.alternatives),
        observed=_observed(model.observed) if model.observed else None,
        findings=tuple(_finding(f) for f in analysis.findings),
    )


def _at(location: Location) -> shapes.Place:
    return shapes.Place(path=location.path, line=location.line)


def _service(service: Service, analysis: Analysis, seen: Survey) -> shapes.Service:
    listed = set(service.endpoints)
    return shapes.Service(
        id=service.id,
        name=service.name,
        description=service.description,
        modules=tuple(m.name for m in analysis.model.modules if seen.holds(service.id, m.name)),
        definitions=service.definitions,
        endpoints=service.endpoints,
        routes=tuple(r.rule for r in analysis.model.routes if r.endpoint in listed),
        tables=service.tables,
        lines=service.lines,
        share=round(seen.share(service.lines), 6),
    )


def _module(module: Module, seen: Survey) -> shapes.Module:
    placed = seen.modules.get(module.name)
    return shapes.Module(
        name=module.name,
        path=module.path,
        language=module.language,
        lines=module.lines,
        service=placed.service if placed else "",
        split=placed.split if placed else (),
        confidence=round(placed.confidence, 6) if placed else 0.0,
        runner_up=placed.runner_up if placed else "",
        reason=placed.reason if placed else "",
    )


def _definition(placement: Placement, seen: Survey) -> shapes.Definition:
    known = seen.definitions.get(placement.definition)
    return shapes.Definition(
        id=placement.definition,
        module=known.module if known else "",
        kind=known.kind if known else "",
        location=_at(known.location) if known else shapes.Place(path="", line=0),
        lines=seen.lines.get(placement.definition, 0),
        service=placement.service,
        confidence=round(placement.confidence, 6),
        runner_up=placement.runner_up,
        reason=placement.reason,
    )


def _route(route: Route, seen: Survey) -> shapes.Route:
    return shapes.Route(
        rule=route.rule,
        methods=route.methods,
        endpoint=route.endpoint,
        handler=route.handler,
        blueprint=route.blueprint,
        service=seen.endpoints.get(route.endpoint, ""),
        location=_at(route.location),
    )


def _endpoint(endpoint: EndpointEffects, seen: Survey) -> shapes.Endpoint:
    return shapes.Endpoint(
        name=endpoint.name,
        handler=endpoint.handler,
        service=seen.endpoints[endpoint.name],
        hooks=endpoint.hooks,
        reads=endpoint.reads,
        writes=endpoint.writes,
        effects=tuple(
            shapes.Effect(
                table=e.table, mode=e.mode.value, how=e.how, path=e.path, location=_at(e.location)
            )
            for e in endpoint.effects
        ),
        transactions=tuple(
            shapes.Transaction(tables=t.tables, path=t.path, commit=_at(t.commit))
            for t in endpoint.transactions
        ),
    )


def _tables(analysis: Analysis) -> tuple[shapes.Table, ...]:
    owners = {owner.table: owner for owner in analysis.partition.owners}
    return tuple(_table(table, owners.get(table.name)) for table in analysis.model.tables)


def _table(table: Table, owner: TableOwner | None) -> shapes.Table:
    return shapes.Table(
        name=table.name,
        owner=owner.owner if owner else "",
        tied=owner.tied if owner else False,
        writers=owner.writers if owner else (),
        readers=owner.readers if owner else (),
        definition=table.definition,
        entities=table.entities,
        columns=table.columns,
        foreign_keys=tuple(
            shapes.ForeignKey(
                column=f.column,
                target=f.target,
                on_delete=f.on_delete,
                location=_at(f.location),
            )
            for f in table.foreign_keys
        ),
        location=_at(table.location),
    )


def _seam(seam: Seam) -> shapes.Seam:
    return shapes.Seam(
        id=seam.id,
        kind=seam.kind.value,
        automation=seam.automation.value,
        from_service=seam.from_service,
        to_service=seam.to_service,
        source=seam.source,
        target=seam.target,
        location=_at(seam.location),
        technique=seam.technique,
        flags=seam.flags,
        endpoints=seam.endpoints,
    )


def _metric(metric: Metric) -> shapes.Metric:
    return shapes.Metric(
        name=metric.name,
        value=number(metric.value),
        better=metric.better,
        scope=metric.scope,
    )


def _alternative(alternative: Alternative) -> shapes.Alternative:
    return shapes.Alternative(
        services=alternative.services,
        score=number(alternative.score),
        chosen=alternative.chosen,
        names=alternative.names,
        metrics=tuple(_metric(m) for m in alternative.metrics),
    )


def _finding(finding: Finding) -> shapes.Finding:
    return shapes.Finding(
        code=finding.code,
        severity=finding.severity.value,
        message=finding.message,
        hint=finding.hint,
        location=_at(finding.location),
    )


def _observed(observed: Observation) -> shapes.Observed:
    return shapes.Observed(
        requests=observed.requests,
        endpoints=tuple(
            shapes.ObservedEndpoint(
                name=e.name,
                requests=e.requests,
                reads=e.reads,
                writes=e.writes,
                transactions=e.transactions,
            )
            for e in observed.endpoints
        ),
        unseen=observed.unseen,
        accesses=observed.accesses,
        confirmed=observed.confirmed,
    )
