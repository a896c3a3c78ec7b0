"""What fits a screen of an analysis: shown when it is made, and again while it still holds."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.analysis import Advice, Automation
from decompose.domain.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """A service in numbers; `share` is its part of all lines."""

    name: str
    endpoints: int
    tables: int
    share: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TieLine:
    """What leads from one service to another, with the costliest of its automations."""

    from_name: str
    to_name: str
    kinds: str
    automation: Automation


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What a tape shows, its first names and disagreements only."""

    requests: int
    asked: int
    endpoints: int
    accesses: int
    confirmed: int
    unseen: str
    disagreements: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The largest services and strongest ties first; `others` counts the services left out."""

    name: str
    lines: int
    modules: int
    endpoints: int
    tables: int
    services: tuple[ServiceLine, ...]
    others: int
    seams: tuple[tuple[Automation, int], ...]
    ties: tuple[TieLine, ...]
    traced: Traced | None
    advice: Advice
    verdict: str
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...]
    findings: tuple[tuple[Severity, int], ...]
