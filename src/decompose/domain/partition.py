"""The coupling graph, and its partition into services."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from decompose.domain.finding import Location

KERNEL = "(kernel)"
ROOT = "(root)"


class EvidenceKind(StrEnum):
    """Where a reason to keep two definitions together comes from."""

    STRUCTURE = "structure"
    DATA = "data"
    TRANSACTION = "transaction"
    VOCABULARY = "vocabulary"
    HISTORY = "history"
    TRACE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """One weighted reason why `a` and `b` (top-level definition ids, `a < b`) belong together.

    `why` is a short sentence for people, `location` a place that shows it.
    """

    a: str
    b: str
    kind: EvidenceKind
    weight: float
    why: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplingGraph:
    """Top-level definitions and the evidence between them; both sorted."""

    nodes: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a top-level definition goes.

    `service` is a service's id, `KERNEL` or `ROOT`. `confidence` (0 to 1) is the share of
    clustering runs that agree, `runner_up` the next best service (empty: none), `reason` a
    sentence.
    """

    definition: str
    service: str
    confidence: float
    runner_up: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A candidate service. `id` is stable between runs, `name` is what people call it."""

    id: str
    name: str
    description: str
    endpoints: tuple[str, ...]
    tables: tuple[str, ...]
    definitions: tuple[str, ...]
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOwner:
    """The one service that may write `table`, and every service that does or reads it."""

    table: str
    owner: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    tied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Definitions to services, plus the shared kernel and the composition root.

    Every node of the coupling graph has exactly one placement; every table one owner.
    """

    services: tuple[Service, ...]
    placements: tuple[Placement, ...]
    owners: tuple[TableOwner, ...]
