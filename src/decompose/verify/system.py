"""What a written system says of itself: its application, its services and the tables they own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decompose.domain.finding import Location
from decompose.domain.verification import Suspect
from decompose.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A split, read from its folder. `target` is the monolith's application.

    `owned` has each service's tables, `copied` those that it copies from their owners,
    `service_of` the service of each endpoint, `suspects` what the plan says of each service's
    seams that carry data, `announced` what it says of functions of any service.
    """

    name: str
    folder: Path
    target: str
    database_key: str
    database_in_environment: bool
    database_is_path: bool
    owned: dict[str, tuple[str, ...]]
    copied: dict[str, tuple[str, ...]]
    service_of: dict[str, str]
    fallback: str
    suspects: dict[str, tuple[Suspect, ...]]
    announced: tuple[Suspect, ...]


def read_system(folder: Path) -> System:
    """Read a system that `decompose scaffold` wrote; raises UserError where there is none."""
    plan = _json(folder / "plan.json")
    try:
        services = [
            _json(folder / "services" / service["name"] / "service.json")
            for service in plan["services"]
        ]
        return _system(folder, plan, services)
    except (KeyError, TypeError, IndexError) as error:
        raise UserError(
            f"{folder}: plan.json and service.json are not what this version writes ({error!r}).",
            hint="Scaffold again.",
        ) from error


def _system(folder: Path, plan: dict[str, Any], services: list[dict[str, Any]]) -> System:
    application, database = services[0]["application"], services[0]["database"]
    return System(
        name=plan["system"],
        folder=folder,
        target=application["target"],
        database_key=database.get("config") or database["environment"],
        database_in_environment="config" not in database,
        database_is_path=database.get("style") == "path",
        owned={service["name"]: tuple(service["owned"]) for service in services},
        copied={service["name"]: tuple(service["replicas"]) for service in services},
        service_of={route["endpoint"]: route["service"] for route in plan["routes"]},
        fallback=plan["fallback"],
        suspects=_suspects(plan),
        announced=_announced(plan),
    )


def _suspects(plan: dict[str, Any]) -> dict[str, tuple[Suspect, ...]]:
    """The seams of each service over which data goes; copied code can't answer otherwise."""
    found: dict[str, list[Suspect]] = {}
    for seam in plan["seams"]:
        if seam["technique"] in ("replica", "forward", "refuse"):
            suspect = Suspect(
                seam=seam["seam"],
                technique=seam["technique"],
                source=seam["source"],
                location=Location(path=seam["path"], line=seam["line"]),
                reason=f"{seam['source']} → {seam['target']}: {seam['reason']}",
            )
            found.setdefault(seam["from"], []).append(suspect)
    return {name: tuple(sorted(seams)) for name, seams in found.items()}


def _announced(plan: dict[str, Any]) -> tuple[Suspect, ...]:
    """The findings about what functions do: where one ran, it may be why."""
    return tuple(
        Suspect(
            seam=finding["code"],
            technique=finding["code"],
            source=finding["within"],
            location=Location(path=finding["path"], line=finding["line"]),
            reason=f"{finding['message']} {finding['hint']}".rstrip(". "),
        )
        for finding in plan["findings"]
        if finding["within"]
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path.parent} holds no split: {path.name} can't be read ({error}).",
            hint="Write one: decompose scaffold PATH --output DIR.",
        ) from error
    return value
