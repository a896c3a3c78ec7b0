"""What a replay of a tape showed: which answers and rows of the split are the monolith's."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.finding import Finding, Location


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mismatch:
    """A place in an answer or in a row that is not what the monolith has there.

    `place` names it (`status`, `header location`, `body $.items[0].price`, `row users[7].email`);
    `expected` and `actual` are shown values, None where a side has nothing at that place.
    """

    place: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Suspect:
    """A seam that was crossed at a differing step, or a finding of the plan: its `source` ran.

    A finding has its code in place of a seam and a technique.
    """

    seam: str
    technique: str
    source: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A step at which the split did otherwise; `left` and `right` are the two bodies as text."""

    step: int
    method: str
    target: str
    endpoint: str
    service: str
    mismatches: tuple[Mismatch, ...]
    suspects: tuple[Suspect, ...]
    left: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EndpointResult:
    """How often an endpoint was asked, how often the split did as the monolith, and how often not.

    The rest can't be played.
    """

    service: str
    endpoint: str
    requests: int
    equal: int
    different: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unsteady:
    """A place that differs between two runs of the monolith itself; it is compared by shape."""

    endpoint: str
    place: str
    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unplayable:
    """A step that the monolith itself can't repeat: a test had `supplied` something of its own.

    Names of what it had replaced, and of its own functions that ran. `mismatches` tell where the
    monolith (`actual`) is not what was recorded (`expected`).
    """

    step: int
    method: str
    target: str
    endpoint: str
    service: str
    supplied: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The result of a replay; all tuples are sorted.

    `clients` is how many played at once; with more than one, final rows and failures are compared,
    not each answer. `rows` is how many rows were compared, `drifted` the steps at which the
    monolith itself no longer does what was recorded, `late` those at which the split was asked
    again since an owner was slow, `untouched` the endpoints that no step asked for. Steps that are
    `unplayable` are neither equal nor different.
    """

    system: str
    clients: int
    requests: int
    rows: int
    endpoints: tuple[EndpointResult, ...]
    differences: tuple[Difference, ...]
    unplayable: tuple[Unplayable, ...]
    unsteady: tuple[Unsteady, ...]
    drifted: tuple[int, ...]
    late: tuple[int, ...]
    untouched: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def equal(self) -> int:
        """The number of requests whose answer and rows are the monolith's."""
        return self.requests - len(self.differences) - len(self.unplayable)

    @property
    def passed(self) -> bool:
        """Whether something was equal and nothing different: the unplayable proves nothing."""
        return self.equal > 0 and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """A step that was played while a service failed; `met` tells whether the fault took place.

    `outcome` is `equal` (as if nothing had failed), `refused` (a clear 503, and nothing done),
    `interrupted` (the answer was lost, and nothing done), `done` (the answer was lost, and all was
    done), `stale` (answered from the past, and says so), or `wrong`, with what was wrong.
    """

    seed: int
    step: int
    method: str
    target: str
    fault: str
    met: bool
    outcome: str
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRuns:
    """Seeded runs of steps with faults: `runs` of those that were `asked` for.

    `left_out` counts steps that can't be judged.
    """

    asked: int
    runs: int
    steps: tuple[FaultStep, ...]
    left_out: int

    @property
    def wrong(self) -> tuple[FaultStep, ...]:
        """Steps at which a row was lost or doubled, or the past was answered as the present."""
        return tuple(step for step in self.steps if step.outcome == "wrong")
