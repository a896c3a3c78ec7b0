"""An analysis as the data of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from decompose.domain.analysis import Alternative, Analysis, Metric, Seam
from decompose.domain.model import EndpointEffects, Mode, Module, Route, Table
from decompose.domain.partition import KERNEL, ROOT, Placement, TableOwner
from decompose.report import page_shapes as rows
from decompose.report.encode import number
from decompose.report.excerpts import first_line
from decompose.report.survey import Survey, confidence, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Indexes:
    """Where each name stands in the lists of the page; `names` grows as paths are shown."""

    seen: Survey
    places: Mapping[str, int]
    modules: Mapping[str, int]
    definitions: Mapping[str, int]
    tables: Mapping[str, int]
    declared: Mapping[str, str]
    names: dict[str, int] = field(default_factory=dict)

    def named(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def top(self, name: str) -> int:
        """The top-level definition that holds `name`, or declares the table `name`; or -1."""
        definition = self.seen.definitions.get(self.declared.get(name, name))
        return self.definitions.get(definition.top, -1) if definition else -1


def page_data(analysis: Analysis) -> rows.PageData:
    """The data of the page."""
    seen = survey(analysis)
    places = _places(analysis, seen)
    index = _indexes(analysis, seen, places)
    model = analysis.model
    endpoints = _endpoints(analysis, index)
    return rows.PageData(
        name=model.root_name,
        places=places,
        modules=tuple(_module(m, index) for m in model.modules),
        definitions=tuple(_definition(p, index) for p in analysis.partition.placements),
        uses=_uses(analysis, index),
        endpoints=endpoints,
        tables=_tables(analysis, index),
        seams=tuple(_seam(s, index) for s in analysis.seams),
        metrics=tuple(_metric(m, seen) for m in analysis.metrics),
        alternatives=tuple(_alternative(a, seen) for a in analysis.alternatives),
        findings=_findings(analysis),
        names=tuple(index.names),
    )


def _indexes(analysis: Analysis, seen: Survey, places: tuple[rows.PlaceRow, ...]) -> _Indexes:
    tables = analysis.model.tables
    return _Indexes(
        seen=seen,
        places={place.id: i for i, place in enumerate(places)},
        modules={module.name: i for i, module in enumerate(analysis.model.modules)},
        definitions={p.definition: i for i, p in enumerate(analysis.partition.placements)},
        tables={table.name: i for i, table in enumerate(tables)},
        declared={table.name: table.definition for table in tables if table.definition},
    )


def _places(analysis: Analysis, seen: Survey) -> tuple[rows.PlaceRow, ...]:
    services = (
        rows.PlaceRow(
            id=service.id,
            name=service.name,
            kind="service",
            description=service.description,
            lines=service.lines,
            share=round(seen.share(service.lines), 4),
            confidence=round(confidence(service, seen), 4),
            endpoints=len(service.endpoints),
            tables=len(service.tables),
        )
        for service in analysis.partition.services
    )
    return (*services, _shared(KERNEL, "kernel", seen), _shared(ROOT, "root", seen))


def _shared(place: str, kind: str, seen: Survey) -> rows.PlaceRow:
    placed = (p.definition for p in seen.placements.values() if p.service == place)
    lines = sum(seen.lines.get(definition, 0) for definition in placed)
    return rows.PlaceRow(
        id=place,
        name=seen.name(place),
        kind=kind,
        description="",
        lines=lines,
        share=round(seen.share(lines), 4),
        confidence=1.0,
        endpoints=0,
        tables=0,
    )


def _module(module: Module, index: _Indexes) -> rows.ModuleRow:
    placed = index.seen.modules.get(module.name)
    return rows.ModuleRow(
        name=module.name,
        path=module.path,
        lines=module.lines,
        place=index.places.get(placed.service, -1) if placed else -1,
        split=tuple(index.places[s] for s in placed.split if s in index.places) if placed else (),
        confidence=round(placed.confidence, 4) if placed else 0.0,
        runner_up=index.seen.name(placed.runner_up) if placed and placed.runner_up else "",
        reason=placed.reason if placed else "",
    )


def _definition(placement: Placement, index: _Indexes) -> rows.DefinitionRow:
    known = index.seen.definitions.get(placement.definition)
    return rows.DefinitionRow(
        name=placement.definition,
        module=index.modules.get(known.module, -1) if known else -1,
        kind=known.kind if known else "",
        line=known.location.line if known else 0,
        lines=index.seen.lines.get(placement.definition, 0),
        place=index.places.get(placement.service, -1),
        confidence=round(placement.confidence, 4),
        runner_up=index.seen.name(placement.runner_up) if placement.runner_up else "",
        reason=placement.reason,
    )


def _uses(analysis: Analysis, index: _Indexes) -> tuple[tuple[int, int, int], ...]:
    counts: Counter[tuple[int, int]] = Counter()
    for reference in analysis.model.references:
        pair = index.top(reference.source), index.top(reference.target)
        if min(pair) >= 0 and pair[0] != pair[1]:
            counts[pair] += 1
    return tuple((a, b, count) for (a, b), count in sorted(counts.items()))


def _endpoints(analysis: Analysis, index: _Indexes) -> tuple[rows.EndpointRow, ...]:
    routes: dict[str, list[Route]] = {}
    for route in analysis.model.routes:
        routes.setdefault(route.endpoint, []).append(route)
    return tuple(_endpoint(e, routes.get(e.name, []), index) for e in analysis.model.endpoints)


def _endpoint(endpoint: EndpointEffects, routes: list[Route], index: _Indexes) -> rows.EndpointRow:
    handler = index.seen.definitions.get(endpoint.handler)
    return rows.EndpointRow(
        name=endpoint.name,
        handler=endpoint.handler,
        rules=tuple(f"{' '.join(r.methods)} {r.rule}" for r in routes),
        place=index.places.get(index.seen.endpoints[endpoint.name], -1),
        location=str(handler.location) if handler else "",
        effects=tuple(
            rows.EffectRow(
                table=index.tables[e.table],
                write=e.mode is Mode.WRITE,
                how=e.how,
                path=tuple(map(index.named, e.path)),
                location=str(e.location),
            )
            for e in endpoint.effects
            if e.table in index.tables
        ),
        transactions=tuple(
            (tuple(index.tables[n] for n in t.tables if n in index.tables), str(t.commit))
            for t in endpoint.transactions
        ),
    )


def _tables(analysis: Analysis, index: _Indexes) -> tuple[rows.TableRow, ...]:
    owners = {owner.table: owner for owner in analysis.partition.owners}
    return tuple(_table(t, owners.get(t.name), index) for t in analysis.model.tables)


def _table(table: Table, owner: TableOwner | None, index: _Indexes) -> rows.TableRow:
    return rows.TableRow(
        name=table.name,
        place=index.places.get(owner.owner, -1) if owner else -1,
        tied=owner.tied if owner else False,
        writers=tuple(map(index.seen.name, owner.writers)) if owner else (),
        readers=tuple(map(index.seen.name, owner.readers)) if owner else (),
        location=str(table.location),
    )


def _seam(seam: Seam, index: _Indexes) -> rows.SeamRow:
    return rows.SeamRow(
        id=seam.id,
        kind=seam.kind,
        automation=seam.automation,
        origin=index.places.get(seam.from_service, -1),
        goal=index.places.get(seam.to_service, -1),
        source=seam.source,
        target=seam.target,
        source_at=index.top(seam.source),
        target_at=index.top(seam.target),
        path=seam.location.path,
        line=seam.location.line,
        technique=seam.technique,
        flags=seam.flags,
        endpoints=seam.endpoints,
        first=first_line(seam.location),
        excerpt=seam.excerpt,
    )


def _metric(metric: Metric, seen: Survey) -> rows.MetricRow:
    scope = seen.name(metric.scope) if metric.scope else ""
    value = number(metric.value)
    return rows.MetricRow(name=metric.name, value=value, better=metric.better, scope=scope)


def _alternative(alternative: Alternative, seen: Survey) -> rows.AlternativeRow:
    return rows.AlternativeRow(
        services=alternative.services,
        score=number(alternative.score),
        chosen=alternative.chosen,
        names=alternative.names,
        metrics=tuple(_metric(m, seen) for m in alternative.metrics),
    )


def _findings(analysis: Analysis) -> tuple[rows.FindingRow, ...]:
    return tuple(
        rows.FindingRow(
            code=f.code,
            severity=f.severity,
            message=f.message,
            hint=f.hint,
            location=str(f.location),
        )
        for f in analysis.findings
    )
