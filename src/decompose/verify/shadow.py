"""Judges what a live gateway has compared: the answers of the monolith and of shadowed services."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.verification import Difference, Mismatch, Verification
from decompose.errors import UserError
from decompose.verify.compare import Unsteadiness, compare_answers
from decompose.verify.places import Answer
from decompose.verify.replay import endpoint_results, left_open, shown, steady
from decompose.verify.system import System, read_system

_ROUTES = Path("gateway") / "routing.json"


class _Answer(msgspec.Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def as_answer(self) -> Answer:
        return Answer(status=self.status, headers=self.headers, body=self.body)


class _Comparison(msgspec.Struct, frozen=True):
    """A line of the gateway's file: same, skipped, or the answers; `service` null if none came."""

    endpoint: str = ""
    method: str = ""
    target: str = ""
    same: bool = False
    skipped: bool = False
    full: bool = False
    monolith: _Answer | None = None
    again: _Answer | None = None
    service: _Answer | None = None


@dataclass(slots=True, kw_only=True)
class _Found:
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unsteadiness: Unsteadiness = field(default_factory=Unsteadiness)
    skipped: int = 0
    full: bool = False


def verify_shadow(kept: Path, out: Path) -> Verification:
    """Compare the answers that the gateway kept as those of a replay are compared.

    Raises UserError where the file can't be read, or holds no comparison.
    """
    system = read_system(out)
    found = _Found()
    for number, comparison in _comparisons(kept):
        _take_in(number, comparison, system, found)
    if not found.asked:
        raise UserError(
            f"{kept} holds no comparison.",
            hint="A gateway keeps what routes in mode shadow answered if SHADOW_FILE is set.",
        )
    differences = tuple(
        rest for one in found.differences if (rest := steady(one, found.unsteadiness))
    )
    return Verification(
        system=system.name,
        clients=1,
        requests=found.asked.total(),
        rows=0,
        endpoints=endpoint_results(found.asked, differences),
        differences=differences,
        unplayable=(),
        unsteady=left_open(found.unsteadiness),
        drifted=(),
        late=(),
        untouched=_never_compared(system, found),
        findings=_findings(found),
    )


def _comparisons(kept: Path) -> Iterator[tuple[int, _Comparison]]:
    """The lines of the file, numbered; the last may be cut off by a gateway that was killed."""
    decoder = msgspec.json.Decoder(_Comparison)
    broken = 0
    try:
        with kept.open("rb") as file:
            for number, line in enumerate(file, 1):
                if broken:
                    raise UserError(f"{kept}: line {broken} is no comparison.")
                try:
                    yield number, decoder.decode(line)
                except (msgspec.DecodeError, msgspec.ValidationError):
                    broken = number
    except OSError as error:
        raise UserError(f"{kept} can't be read: {error.strerror}.") from error


def _take_in(number: int, comparison: _Comparison, system: System, found: _Found) -> None:
    endpoint, expected = comparison.endpoint, comparison.monolith
    service = system.service_of.get(endpoint, system.fallback)
    found.skipped += comparison.skipped
    found.full |= comparison.full
    if comparison.same or expected is not None:
        found.asked[service, endpoint] += 1
    if expected is None:
        return
    if comparison.again is not None:
        again = comparison.again.as_answer()
        found.unsteadiness.learn(endpoint, compare_answers(expected.as_answer(), again))
    mismatches = _mismatches(expected.as_answer(), comparison.service)
    if mismatches:
        found.differences.append(
            Difference(
                step=number,
                method=comparison.method,
                target=comparison.target,
                endpoint=endpoint,
                service=service,
                mismatches=mismatches,
                suspects=(),
                left=shown(expected.as_answer()),
                right=shown(comparison.service.as_answer()) if comparison.service else "",
            )
        )


def _mismatches(expected: Answer, actual: _Answer | None) -> tuple[Mismatch, ...]:
    if actual is None:
        return (Mismatch(place="answer", expected=str(expected.status), actual=None),)
    return compare_answers(expected, actual.as_answer())


def _never_compared(system: System, found: _Found) -> tuple[str, ...]:
    """The endpoints of routes in mode shadow of which nothing was compared."""
    table = json.loads((system.folder / _ROUTES).read_text(encoding="utf-8"))
    shadowed = {route["endpoint"] for route in table["routes"] if route.get("mode") == "shadow"}
    return tuple(sorted(shadowed - {endpoint for _, endpoint in found.asked}))


def _findings(found: _Found) -> tuple[Finding, ...]:
    notes = []
    if found.full:
        told = "The file reached its size limit, and what came after was not kept"
        notes.append(_finding("shadow-full", told, "Move it away, and another begins."))
    if found.skipped:
        told = f"{found.skipped} requests were not compared: too large, or too many at once"
        notes.append(_finding("shadow-skipped", told, "They count for nothing."))
    return tuple(notes)


def _finding(code: str, message: str, hint: str) -> Finding:
    place = Location(path=str(_ROUTES))
    return Finding(location=place, code=code, severity=Severity.WARNING, message=message, hint=hint)
