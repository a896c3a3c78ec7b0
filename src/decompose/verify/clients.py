"""Plays the sessions of a tape by several clients at once; compares up to the order of requests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from decompose.domain.verification import Difference, Mismatch, Unsteady, Verification
from decompose.verify.orders import Order, at_once, in_step, in_turn, mixed, shuffled, staggered
from decompose.verify.outcomes import (
    Misfit,
    Outcome,
    References,
    alike,
    compare_outcomes,
    named,
    open_columns,
    references,
)
from decompose.verify.replay import Sides, crossed, endpoint_results, place_of, untouched
from decompose.verify.rows import SEQUENCES, compare_rows
from decompose.verify.side import Side
from decompose.verify.stretches import Stretch, stretches
from decompose.verify.system import System
from decompose.verify.tape import Request, Shape, Survey

_RUNS = 48
_SETTLING = 20.0
_CATCHING_UP = 30.0
_WAITS = 10
_PAUSE = 0.2


@dataclass(slots=True, kw_only=True)
class _Found:
    """What has been found so far."""

    requests: int = 0
    rows: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unsteady: dict[tuple[str, str], Unsteady] = field(default_factory=dict)


def play_clients(
    path: Path,
    tape: Survey,
    system: System,
    sides: Sides,
    clients: int,
    advance: Callable[[int], None],
) -> Verification:
    """Play every stretch of the tape by so many clients; `advance` hears of each step."""
    playing = _Playing(tape, system, sides, clients)
    cut = stretches(path, tape.tables, playing.pointing)
    stretch: Stretch | None = next(cut)
    while stretch is not None:
        following = next(cut, None)
        playing.judge(stretch, is_last=following is None)
        advance(len(stretch.requests))
        stretch = following
    return playing.result()


class _Playing:
    def __init__(self, tape: Survey, system: System, sides: Sides, clients: int) -> None:
        owned = {table for tables in system.owned.values() for table in tables} - SEQUENCES
        self._shapes: dict[str, Shape] = {t: s for t, s in tape.tables.items() if t in owned}
        self.pointing: References = references(tape)
        self._tape = tape
        self._system = system
        self._sides = sides
        self._clients = clients
        self._waits = _WAITS
        self._found = _Found()

    def judge(self, stretch: Stretch, *, is_last: bool) -> None:
        """Play a stretch against all sides.

        One run of the monolith is in turn, since that is an order too. Where the split did, or
        failed at, what no run of the monolith has yet, the monolith is played again in other
        orders: what any of its runs does is right.
        """
        sides, requests = self._sides, stretch.requests
        runs = [
            self._played(stretch, sides.monolith, in_turn),
            self._played(stretch, sides.again, at_once(self._clients)),
        ]
        failed = self._failed(stretch, sides.split, at_once(self._clients))
        settled = sides.split.settle(time.monotonic() + _SETTLING)
        split = self._outcome(stretch, sides.split, failed)
        wrong = compare_outcomes(split, runs, self._shapes)
        while (wrong or not alike(split, runs)) and len(runs) < _RUNS:
            runs.append(self._played(stretch, sides.monolith, self._another(len(runs))))
            wrong = compare_outcomes(split, runs, self._shapes)
        if not settled:
            undecided = f"not after {_SETTLING:.0f} s"
            misfit = Mismatch(place="forwarded writes", expected="settled", actual=undecided)
            wrong.append((requests[-1].step, misfit))
        if is_last or self._waits:
            wrong += self._left_behind()
        self._count(stretch, split)
        self._note(requests, wrong)
        for table, mismatch in open_columns(runs, self._shapes):
            self._leave_open(requests[_at(table, requests)], mismatch)

    def _left_behind(self) -> list[Misfit]:
        """Where copies do not become what owners have; services ask them every ten seconds."""
        self._waits -= any(self._behind())
        until = time.monotonic() + _CATCHING_UP
        while (wrong := list(self._behind())) and time.monotonic() < until:
            time.sleep(_PAUSE)
        if wrong:
            self._waits = 0
        return wrong

    def _behind(self) -> Iterator[Misfit]:
        owners = self._sides.split.state()
        for service, copies in self._sides.split.copies().items():
            for table in sorted(copies.keys() - SEQUENCES):
                for found in compare_rows(owners, copies, self._tape.tables, [table]):
                    yield table, replace(found, place=f"{found.place} in the copy of {service}")

    def _another(self, number: int) -> Order:
        """The order of a further run: requests between each other, and within each other."""
        clients = self._clients
        kinds = (shuffled(number), in_step(clients), staggered(clients, number), mixed(number))
        return kinds[number % len(kinds)]

    def _played(self, stretch: Stretch, side: Side, order: Order) -> Outcome:
        return self._outcome(stretch, side, self._failed(stretch, side, order))

    def _failed(self, stretch: Stretch, side: Side, order: Order) -> Counter[int]:
        """Play a stretch; how often each step failed."""
        side.bring_to(stretch.before)
        return order(stretch.sessions * stretch.times(self._clients), side)

    def _outcome(self, stretch: Stretch, side: Side, failed: Counter[int]) -> Outcome:
        rows = named(stretch.before, side.state(), self._shapes, self.pointing)
        return Outcome(failed=failed, rows=rows)

    def _count(self, stretch: Stretch, split: Outcome) -> None:
        times = stretch.times(self._clients)
        self._found.requests += len(stretch.requests) * times
        self._found.rows += sum(rows.total() for rows in split.rows.values())
        for request in stretch.requests:
            self._found.asked[place_of(request, self._system)] += times

    def _note(self, requests: tuple[Request, ...], wrong: Sequence[Misfit]) -> None:
        """Put each misfit down at its step, or at the last one that wrote its table."""
        by_request: dict[int, list[Mismatch]] = {}
        for where, mismatch in wrong:
            by_request.setdefault(_at(where, requests), []).append(mismatch)
        for number, mismatches in sorted(by_request.items()):
            request = requests[number]
            service, endpoint = place_of(request, self._system)
            self._found.differences.append(
                Difference(
                    step=request.step,
                    method=request.method,
                    target=request.target,
                    endpoint=endpoint,
                    service=service,
                    mismatches=tuple(mismatches),
                    suspects=crossed(self._system, service, request),
                    left="",
                    right="",
                )
            )

    def _leave_open(self, request: Request, mismatch: Mismatch) -> None:
        _, endpoint = place_of(request, self._system)
        one, other = mismatch.expected or "", mismatch.actual or ""
        unsteady = Unsteady(endpoint=endpoint, place=mismatch.place, one=one, other=other)
        self._found.unsteady.setdefault((endpoint, mismatch.place), unsteady)

    def result(self) -> Verification:
        """All that was found."""
        found = self._found
        return Verification(
            system=self._system.name,
            clients=self._clients,
            requests=found.requests,
            rows=found.rows,
            endpoints=endpoint_results(found.asked, found.differences),
            differences=tuple(found.differences),
            unplayable=(),
            unsteady=tuple(sorted(found.unsteady.values())),
            drifted=(),
            late=(),
            untouched=untouched(self._tape, self._system),
            findings=(),
        )


def _at(where: int | str, requests: tuple[Request, ...]) -> int:
    """The number of the request with that step, of the last that wrote that table, or the last."""
    for number in reversed(range(len(requests))):
        request = requests[number]
        if where == request.step or any(where == table for table, _, _ in request.rows):
            return number
    return len(requests) - 1
