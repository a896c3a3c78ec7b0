"""Plays the sessions of a tape by several clients at once; compares up to the order of requests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from decompose.domain.verification import Difference, Mismatch, Unsteady, Verification
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
from decompose.verify.stretches import Cookies, Stretch, sent_cookies, set_cookies, stretches
from decompose.verify.system import System
from decompose.verify.tape import Request, Shape, Survey

_SERVER_ERROR = 500
_RUNS = 8
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
        failed at, what no run of the monolith has yet, the monolith is played again: what any of
        its runs does is right.
        """
        sides, requests = self._sides, stretch.requests
        in_turn = self._failed(stretch, sides.monolith, clients=1)
        runs = [
            self._outcome(stretch, sides.monolith, in_turn),
            self._played(stretch, sides.again),
        ]
        failed = self._failed(stretch, sides.split, self._clients)
        settled = sides.split.settle(time.monotonic() + _SETTLING)
        split = self._outcome(stretch, sides.split, failed)
        wrong = compare_outcomes(split, runs, self._shapes)
        while (wrong or not alike(split, runs)) and len(runs) < _RUNS:
            runs.append(self._played(stretch, sides.monolith))
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

    def _played(self, stretch: Stretch, side: Side) -> Outcome:
        return self._outcome(stretch, side, self._failed(stretch, side, self._clients))

    def _failed(self, stretch: Stretch, side: Side, clients: int) -> Counter[int]:
        """Play a stretch; how often each step failed."""
        side.bring_to(stretch.before)
        with ThreadPoolExecutor(clients) as pool:
            plays = [
                pool.submit(_play, session, side)
                for session in stretch.sessions * stretch.times(self._clients)
            ]
            return Counter(step for play in plays for step in play.result())

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


def _play(session: tuple[Request, ...], side: Side) -> list[int]:
    """Send a session's requests as they were, with the cookies that it got; the steps that failed.

    Random values are the recorded ones in every turn: which of them wins does not matter then.
    """
    got: dict[tuple[str, str], str] = {}
    failed = []
    for request in session:
        answer = side.attempt(_with_cookies(request, got))
        if not 0 < answer.status < _SERVER_ERROR:
            failed.append(request.step)
        live = set_cookies(answer.headers)
        for name, value in set_cookies(request.answer_headers).items():
            if name in live:
                got[name, value] = live[name]
    return failed


def _with_cookies(request: Request, got: dict[tuple[str, str], str]) -> Request:
    """The request with what this client was given, where the recorded one was given something."""
    sent: Cookies = sent_cookies(request)
    if not any(pair in got for pair in sent.items()):
        return request
    cookie = "; ".join(f"{name}={got.get((name, value), value)}" for name, value in sent.items())
    headers = [(name, value) for name, value in request.headers if name != "cookie"]
    return msgspec.structs.replace(request, headers=(*headers, ("cookie", cookie)))
