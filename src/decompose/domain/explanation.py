"""Why something is where it is."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.analysis import Seam
from decompose.domain.partition import Evidence, Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """The evidence that draws the explained definitions to one service (or kernel, or root)."""

    service: str
    weight: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer to `explain NAME`.

    `kind` is `module`, `definition`, `table`, `endpoint` or `route`. `service` is where most of
    it is, `split` says that its definitions belong to several. `evidence` is ranked, heaviest
    first; `pulls` rank the services by what draws it there. `moves` are plain sentences: what
    would move it.
    """

    name: str
    kind: str
    service: str
    split: bool
    confidence: float
    runner_up: str
    placements: tuple[Placement, ...]
    evidence: tuple[Evidence, ...]
    pulls: tuple[Pull, ...]
    seams: tuple[Seam, ...]
    reasons: tuple[str, ...]
    moves: tuple[str, ...]
