"""The result of an analysis: what is written, shown and scaffolded from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from decompose.domain.boundary import Boundary
from decompose.domain.finding import Finding, Location
from decompose.domain.model import SystemModel
from decompose.domain.partition import CouplingGraph, Partition


class SeamKind(StrEnum):
    """What crosses the boundary (rows of the seam table in the docs)."""

    COPY = "copy"
    READ = "read"
    COMMAND = "command"
    FORWARDED_WRITE = "forwarded-write"
    SAGA = "saga"
    FOREIGN_KEY = "foreign-key"
    URL = "url"
    TEMPLATE = "template"
    SIGNAL = "signal"
    TASK = "task"
    STATE = "state"
    DYNAMIC = "dynamic"


class Automation(StrEnum):
    """What becomes of a seam when the split is generated."""

    AUTOMATIC = "automatic"
    FORWARDED = "forwarded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """A reference, access or transaction that crosses two services.

    `id` is stable between runs. `source` and `target` are definition ids (a table's name as
    target of a data seam), `from_service` and `to_service` service ids. `endpoints` are those
    that run through it. `excerpt` holds the source lines around `location`.
    """

    id: str
    kind: SeamKind
    automation: Automation
    from_service: str
    to_service: str
    source: str
    target: str
    location: Location
    technique: str
    flags: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    excerpt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measured value: `name` is the variant's name in the reference, `scope` a service's id.

    An empty `scope` means the whole partition. `better` is `higher`, `lower` or empty.
    """

    name: str
    value: float
    better: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The best partition found for one number of services, with its score (higher is better)."""

    services: int
    score: float
    metrics: tuple[Metric, ...]
    names: tuple[str, ...]
    chosen: bool


class Advice(StrEnum):
    """What the verdict recommends."""

    SPLIT = "split"
    EXTRACT = "extract"
    KEEP = "keep-modular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The honest answer: split, extract only some services, or keep it one modular monolith."""

    advice: Advice
    summary: str
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything an analysis found, in one immutable value."""

    model: SystemModel
    graph: CouplingGraph
    partition: Partition
    seams: tuple[Seam, ...]
    metrics: tuple[Metric, ...]
    alternatives: tuple[Alternative, ...]
    verdict: Verdict
    boundary: Boundary
    findings: tuple[Finding, ...]
