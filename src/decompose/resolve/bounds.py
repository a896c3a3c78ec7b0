"""What keeps the resolution of large programs within bounds, and says when a bound was met."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.finding import Finding, Location, Severity
from decompose.resolve.engine import Engine

_WORTH_TELLING = 0.005  # the share of places from which a cap can change what is found


def capped(engine: Engine) -> Iterator[Finding]:
    """A note for each bound that the resolution met."""
    if len(engine.capped) > _WORTH_TELLING * engine.size:
        yield _note(
            f"{len(engine.capped)} of {engine.size} places in the code can hold more than "
            f"{engine.most_values} values; the first {engine.most_values} were followed"
        )
    if engine.merged:
        yield _note(f"{engine.merged} calls or base classes too many: not told apart from others")


def _note(message: str) -> Finding:
    return Finding(
        location=Location(path="."),
        code="analysis-capped",
        severity=Severity.NOTE,
        message=message,
        hint="Leave folders that are not part of the application out with `ignore`.",
    )
