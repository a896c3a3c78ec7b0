"""The plan for machines: `plan.json`."""

from __future__ import annotations

from collections.abc import Sequence

from decompose.domain.finding import Finding
from decompose.domain.lookup import within
from decompose.domain.model import SystemModel
from decompose.domain.plan import CutPlan, SeamDecision, ServicePlan
from decompose.domain.slicing import Slice, Sliced

FORMAT = 1


def plan_document(
    model: SystemModel, plan: CutPlan, sliced: Sliced, findings: Sequence[Finding]
) -> dict[str, object]:
    """The content of `plan.json`: services, routes, what becomes of each seam, all findings."""
    name = {service.id: service.name for service in plan.services}
    return {
        "format": FORMAT,
        "system": plan.system,
        "application": plan.application.target,
        "database": {"key": plan.database.key, "environment": plan.database.environment},
        "fallback": name[plan.fallback],
        "services": [_service(plan, service, cut)
                     for service, cut in zip(plan.services, sliced.slices, strict=True)],
        "routes": [{"rule": r.rule, "methods": list(r.methods), "endpoint": r.endpoint,
                    "service": name[r.service]} for r in plan.routes],
        "seams": [_decision(decision, name) for decision in plan.decisions],
        "tests": {
            "total": sliced.tests,
            "left": [
                {"test": one.name, "reason": one.reason, "path": one.location.path,
                 "line": one.location.line}
                for one in sliced.left
            ],
        },
        "findings": [
            {"code": f.code, "severity": f.severity.value, "message": f.message, "hint": f.hint,
             "path": f.location.path, "line": f.location.line, "within": within(model, f.location)}
            for f in findings
        ],
    }  # fmt: skip


def _service(plan: CutPlan, service: ServicePlan, cut: Slice) -> dict[str, object]:
    name = {other.id: other.name for other in plan.services}
    return {
        "name": service.name,
        "endpoints": [e.name for e in service.endpoints],
        "commands": list(service.commands),
        "tables": list(service.tables),
        "replicas": {f.table: name[f.owner] for f in service.foreign},
        "forwarded_writes": [f.table for f in service.foreign if f.written],
        "sagas": {e.name: [name.get(o, o) for o in e.owners]
                  for e in service.endpoints if e.owners},
        "lines": cut.lines,
        "share": round(cut.share, 4),
        "third_party": [one.name for one in cut.imports],
        "tests": list(cut.tests.names),
    }  # fmt: skip


def _decision(decision: SeamDecision, name: dict[str, str]) -> dict[str, object]:
    return {
        "seam": decision.seam,
        "technique": decision.technique.value,
        "from": name.get(decision.from_service, decision.from_service),
        "to": name.get(decision.to_service, decision.to_service),
        "source": decision.source,
        "target": decision.target,
        "path": decision.location.path,
        "line": decision.location.line,
        "reason": decision.reason,
    }
