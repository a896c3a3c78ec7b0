"""What a tape shows, as the documents tell it."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.analysis import Analysis
from decompose.domain.finding import Finding, Location

_CODES = "trace-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the code a tape has seen at work, and where the two say different things.

    `unseen` are endpoints that nobody asked, each with the line that registers it.
    """

    requests: int
    asked: int
    endpoints: int
    accesses: int
    confirmed: int
    unseen: tuple[tuple[str, Location | None], ...]
    disagreements: tuple[Finding, ...]


def coverage(analysis: Analysis) -> Coverage | None:
    """What the tape shows, None where the analysis had none."""
    observed = analysis.model.observed
    if observed is None:
        return None
    place = {route.endpoint: route.location for route in reversed(analysis.model.routes)}
    return Coverage(
        requests=observed.requests,
        asked=len(observed.asked),
        endpoints=len(observed.endpoints),
        accesses=observed.accesses,
        confirmed=observed.confirmed,
        unseen=tuple((name, place.get(name)) for name in observed.unseen),
        disagreements=tuple(f for f in analysis.findings if f.code.startswith(_CODES)),
    )
