"""What the screen and the page of a verification both show."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from decompose.domain.verification import Difference, Verification

_WIDEST = 400
_MOST_LINES = 2_000
_NEXT = {
    "forward": "Move the write to its owner, or the boundary to where the writes are",
    "replica": "Check that the copy holds what the endpoint reads, and when it catches up",
    "refuse": "The plan refuses this seam: keep the endpoint with the owner",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ServiceResult:
    """How many requests of a service's endpoints were played, did as the monolith, and did not."""

    service: str
    endpoints: int
    requests: int
    equal: int
    different: int


def by_service(found: Verification) -> tuple[ServiceResult, ...]:
    """The results, summed up by service."""
    grouped = defaultdict(list)
    for result in found.endpoints:
        grouped[result.service].append(result)
    return tuple(
        ServiceResult(
            service=service,
            endpoints=len(results),
            requests=sum(r.requests for r in results),
            equal=sum(r.equal for r in results),
            different=sum(r.different for r in results),
        )
        for service, results in sorted(grouped.items())
    )


def advice(technique: str) -> str:
    """What to do where data that crosses such a seam differs."""
    return _NEXT.get(technique, "")


def short(value: str) -> str:
    """A value that may be very long, cut off."""
    return value if len(value) <= _WIDEST else value[: _WIDEST - 1] + "…"


def side_by_side(difference: Difference) -> Iterator[tuple[str, str]]:
    """The differing lines of both answers, beside each other; an empty text where one has none."""
    left, right = (t.split("\n")[:_MOST_LINES] for t in (difference.left, difference.right))
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            one, other = left[a:b], right[c:d]
            height = max(len(one), len(other))
            padded = ([*lines, *[""] * (height - len(lines))] for lines in (one, other))
            yield from zip(*padded, strict=True)
