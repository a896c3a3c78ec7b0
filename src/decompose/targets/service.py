"""What a service's runtime has to know: `service.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from decompose.domain.lookup import inside, tops
from decompose.domain.model import Module, SystemModel, Table
from decompose.domain.plan import CutPlan, ServicePlan, SettingStyle
from decompose.domain.slicing import Slice

FORMAT = 1
_LEVEL = "strong"
_OWNER_DOWN = "stale"


def service_description(
    model: SystemModel,
    plan: CutPlan,
    service: ServicePlan,
    cut: Slice,
    *,
    peers: Sequence[str],
    has_schema: bool,
) -> dict[str, object]:
    """The content of `service.json`, as the kit reads it."""
    owner = _owners(plan)
    declared = _declared(model, plan, service, cut)
    tables = {*service.tables, *(f.table for f in service.foreign), *declared}
    return {
        "format": FORMAT,
        "name": service.name,
        "application": {
            "target": plan.application.target,
            "kind": "factory" if plan.application.factory else "object",
        },
        "database": _database(plan),
        "secret": {"config": "SECRET_KEY"},
        "models": _model_modules(model, cut),
        "schema": "schema.sql" if has_schema else None,
        "owned": list(service.tables),
        "replicas": {f.table: owner[f.table] for f in service.foreign},
        "declared": {table: owner[table] for table in declared},
        "endpoints": {e.name: {"reads": sorted({*e.reads, *e.writes})} for e in service.endpoints},
        "build_only": _build_only(plan, service),
        "peers": list(peers),
        "level": _LEVEL,
        "levels": {table: level for table, level in plan.levels if table in tables},
        "owner_down": _OWNER_DOWN,
        "commands": [],
    }


def _database(plan: CutPlan) -> dict[str, object]:
    setting = plan.database
    where = "environment" if setting.environment else "config"
    return {where: setting.key, "style": "path" if setting.style is SettingStyle.PATH else "url"}


def peers(model: SystemModel, plan: CutPlan, slices: Sequence[Slice]) -> dict[str, list[str]]:
    """Per service, whose tables it has copies of or may need, and who may need its own.

    An owner asks those who forward writes to it what has become of a write that they left open.
    """
    owner = _owners(plan)
    needs: dict[str, set[str]] = {}
    for service, cut in zip(plan.services, slices, strict=True):
        tables = (*(f.table for f in service.foreign), *_declared(model, plan, service, cut))
        needs[service.name] = {owner[table] for table in tables}
    return {
        name: sorted((mine | {other for other, theirs in needs.items() if name in theirs}) - {name})
        for name, mine in needs.items()
    }


def _owners(plan: CutPlan) -> dict[str, str]:
    """The name of the service that owns each table."""
    return {table: service.name for service in plan.services for table in service.tables}


def _declared(
    model: SystemModel, plan: CutPlan, service: ServicePlan, cut: Slice
) -> tuple[str, ...]:
    """Others' tables that the slice's code declares and, as far as is known, never touches."""
    top, kept = tops(model), set(cut.definitions)
    held = {*service.tables, *(f.table for f in service.foreign)}
    return tuple(
        table.name for table in model.tables
        if table.name in _owners(plan) and table.name not in held
        and any(top.get(name) in kept for name in _declaring(table))
    )  # fmt: skip


def _declaring(table: Table) -> tuple[str, ...]:
    return (table.definition, *table.entities)


def _model_modules(model: SystemModel, cut: Slice) -> list[str]:
    """Python modules of the slice that declare tables, migrations not among them."""
    top, kept = inside(model), set(cut.definitions)
    module = {d.id: d.module for d in model.definitions}
    python = {m.name for m in model.modules if _is_python(m)}
    found = {module[name] for table in model.tables for name in _declaring(table)
             if top.get(name) in kept}  # fmt: skip
    return sorted(found & python)


def _is_python(module: Module) -> bool:
    return module.language == "python"


def _build_only(plan: CutPlan, service: ServicePlan) -> list[Mapping[str, object]]:
    """Rules of other services' endpoints, so that links to them can be built here."""
    return [
        {"rule": route.rule, "endpoint": route.endpoint, "methods": list(route.methods)}
        for route in plan.routes
        if route.service != service.id
    ]
