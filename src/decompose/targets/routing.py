"""The one routing table, from which every gateway is made: `routing.json`."""

from __future__ import annotations

from collections.abc import Mapping

from decompose.domain.boundary import Composition
from decompose.domain.plan import CutPlan, PlannedRoute

FORMAT = 1


def routing_table(plan: CutPlan) -> dict[str, object]:
    """The content of `routing.json`; where instances run is `run.py`'s and the deployment's."""
    name = {service.id: service.name for service in plan.services}
    return {
        "format": FORMAT,
        "default": name[plan.fallback],
        "services": {service.name: {"instances": []} for service in plan.services},
        "monolith": None,
        "balance": "round_robin",
        "routes": [_route(route, name[route.service]) for route in plan.routes],
        "compositions": [_composition(one, name) for one in plan.compositions],
    }


def _route(route: PlannedRoute, service: str) -> dict[str, object]:
    return {
        "rule": route.rule,
        "methods": sorted(_answered(route.methods)),
        "endpoint": route.endpoint,
        "service": service,
        "strict_slashes": True,
        "mode": route.mode.value,
    }


def _composition(composition: Composition, name: Mapping[str, str]) -> dict[str, object]:
    return {
        "path": composition.rule,
        "parts": {part.name: {"service": name[part.service], "path": part.path}
                  for part in composition.parts},
        "deadline": composition.deadline,
        "partial": composition.partial.value,
    }  # fmt: skip


def _answered(methods: tuple[str, ...]) -> set[str]:
    """Flask answers OPTIONS of every rule, and HEAD wherever it answers GET."""
    return {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}
