"""A verification as `index.html`: one file with everything in it, without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from decompose.domain.verification import Difference, EndpointResult, Verification
from decompose.render import render
from decompose.report.inline import inline
from decompose.report.verification_parts import advice, by_service, short, side_by_side

_STYLES = ("report/page.css", "report/parts.css", "report/verify.css", "report/print.css")
_MOST_DIFFERENCES = 100
_MOST_PLACES = 30
_MOST_LINES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seam:
    """A seam that was crossed, and what to do about it."""

    technique: str
    location: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A differing step, cut to what a person reads; `more` counts places left out."""

    difference: Difference
    places: tuple[tuple[str, str | None, str | None], ...]
    more: int
    lines: tuple[tuple[str, str], ...]
    seams: tuple[_Seam, ...]


def verification_page(found: Verification) -> str:
    """The page."""
    return render(
        "report/verify.html.j2",
        found=found,
        share=_share(found.equal, found.requests),
        services=by_service(found),
        endpoints=sorted(found.endpoints, key=_worst_first),
        steps=[_step(d) for d in found.differences[:_MOST_DIFFERENCES]],
        more=max(0, len(found.differences) - _MOST_DIFFERENCES),
        kept=[(told, steps) for told, steps in _steps(found) if steps],
        styles=tuple(map(inline, _STYLES)),
        short=short,
        percent=_share,
    )


def _steps(found: Verification) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return (
        ("the monolith itself does otherwise than recorded", found.drifted),
        ("an owner was slow, so the split was asked again", found.late),
    )


def _share(part: int, whole: int) -> str:
    """A share that says 100 % only where it is all, and cut, never rounded up to it."""
    return f"{int(1000 * part / whole) / 10:.1f} %" if whole else "none"


def _worst_first(result: EndpointResult) -> tuple[float, str, str]:
    return (result.equal / result.requests, result.service, result.endpoint)


def _step(difference: Difference) -> _Step:
    return _Step(
        difference=difference,
        places=tuple((m.place, m.expected, m.actual) for m in difference.mismatches[:_MOST_PLACES]),
        more=max(0, len(difference.mismatches) - _MOST_PLACES),
        lines=tuple(islice(side_by_side(difference), _MOST_LINES)),
        seams=tuple(
            _Seam(
                technique=suspect.technique,
                location=str(suspect.location),
                reason=suspect.reason,
                advice=advice(suspect.technique),
            )
            for suspect in difference.suspects
        ),
    )
