"""Plays steps of a tape while services of the split are killed, delayed or not heard."""

from __future__ import annotations

import http.client
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.verification import FaultRuns, FaultStep, Mismatch
from decompose.errors import UserError
from decompose.verify.compare import compare_answers
from decompose.verify.places import Answer
from decompose.verify.replay import recorded_answer, steps
from decompose.verify.rows import SEQUENCES, State, compare_rows
from decompose.verify.side import Side
from decompose.verify.system import System
from decompose.verify.tape import Request, Survey, read_events

STEPS = 3
_RECOVERY = 20.0
_PAUSE = 0.1
_UNAVAILABLE = 503
_LOST = (0, 502, 504)
_SERVER_ERROR = 500
_LONGEST = 0.06
_ACTS = {
    "request": ("kill-before", "kill-during", "kill-during", "kill-after"),
    "feed": ("kill-before", "kill-after", "delay", "drop"),
    "apply": ("kill-before", "kill-after", "delay", "drop"),
    "confirm": ("kill-before", "kill-after", "drop"),
}
_FORWARDING = ("apply", "confirm")
_DELAY = 1.5  # longer than a service waits for a feed
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    seed: int
    step: int
    place: str
    act: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """A step as it was recorded."""

    before: State
    request: Request
    after: State


def play_faults(
    path: Path,
    tape: Survey,
    split: Side,
    system: System,
    control: Path,
    seeds: range,
    advance: Callable[[int], None],
) -> FaultRuns:
    """One run for each seed; `control` is the file by which services are told to fail."""
    candidates = _candidates(path, system)
    plan = [fault for seed in seeds for fault in _planned(seed, candidates)]
    wanted = {fault.step for fault in plan}
    recorded = {
        request.step: _Recorded(before=before, request=request, after=_copy(after))
        for before, request, after in steps(path)
        if request.step in wanted
    }
    judge = _Judge(tape, split, system, control)
    sound = {number for number, step in recorded.items() if not judge.replayed(step)}
    found = []
    for fault in plan:
        if fault.step in sound:
            found.append(judge.with_fault(fault, recorded[fault.step]))
        advance(1)
    return FaultRuns(runs=len(seeds), steps=tuple(found), left_out=len(plan) - len(found))


def _candidates(path: Path, system: System) -> dict[int, tuple[str, ...]]:
    """The places at which a service may fail, by step; each step writes in one transaction at most.

    Where a request commits twice, a monolith that is killed has done one half too.
    """
    found: dict[int, tuple[str, ...]] = {}
    for event in read_events(path):
        if isinstance(event, Request) and event.endpoint in system.service_of:
            commits = {number for number, sql, _ in event.statements if _WRITES.match(sql)}
            if not event.raised and 0 < event.status < _SERVER_ERROR and len(commits) <= 1:
                found[event.step] = _places(event, system, system.service_of[event.endpoint])
    if not found:
        raise UserError("The tape has no step that faults could be tried on.")
    return found


def _places(request: Request, system: System, service: str) -> tuple[str, ...]:
    reads = any(s.technique == "replica" for s in system.suspects.get(service, ()))
    forwards = any(table not in system.owned[service] for table, _, _ in request.rows)
    return ("request", *(["feed"] if reads else []), *(_FORWARDING if forwards else ()))


def _planned(seed: int, candidates: Mapping[int, tuple[str, ...]]) -> Iterator[_Fault]:
    """What fails in a run: a place is chosen first, so that rare ones have their share."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    everywhere = sorted({place for places in candidates.values() for place in places})
    for _ in range(STEPS):
        place = chance.choice(everywhere)
        act = chance.choice(_ACTS[place])
        seconds = _DELAY if act == "delay" else chance.uniform(0, _LONGEST)
        step = chance.choice([number for number, places in candidates.items() if place in places])
        yield _Fault(seed=seed, step=step, place=place, act=act, seconds=seconds)


def _copy(state: State) -> State:
    return {table: dict(rows) for table, rows in state.items()}


class _Judge:
    """Plays steps against the split, and says what of the recording they are not."""

    def __init__(self, tape: Survey, split: Side, system: System, control: Path) -> None:
        self._shapes = tape.tables
        owned = {table for tables in system.owned.values() for table in tables}
        self._tables = (tape.tables.keys() & owned) - SEQUENCES
        self._split = split
        self._control = control

    def replayed(self, step: _Recorded) -> tuple[Mismatch, ...]:
        """Play a step without a fault, when all have recovered; what differs."""
        until = time.monotonic() + _RECOVERY
        while True:
            self._split.bring_to(step.before)
            answer = self._ask(step.request)
            recovered = answer.status and answer.status < _SERVER_ERROR and not _stale(answer)
            if recovered or time.monotonic() > until:
                break
            time.sleep(_PAUSE)
        self._settle(until)
        return self._answered(step, answer) + self._rows(step.after)

    def with_fault(self, fault: _Fault, step: _Recorded) -> FaultStep:
        """Play a step with a fault, and then without: everybody has to have recovered."""
        self._split.bring_to(step.before)
        self._control.write_text(
            json.dumps(
                {"service": "", "place": fault.place, "act": fault.act, "seconds": fault.seconds}
            ),
            encoding="utf-8",
        )
        answer = self._ask(step.request)
        settled = self._settle(time.monotonic() + _RECOVERY)
        met = not self._control.exists()
        with suppress(FileNotFoundError):
            self._control.unlink()
        outcome, wrong = self._judged(step, answer)
        if not settled:
            wrong += (_said("forwarded writes", "settled", f"not after {_RECOVERY:.0f} s"),)
        wrong += tuple(
            _said(f"afterwards, {m.place}", m.expected, m.actual) for m in self.replayed(step)
        )
        return FaultStep(
            seed=fault.seed,
            step=fault.step,
            method=step.request.method,
            target=step.request.target,
            fault=f"{fault.act} {fault.place}",
            met=met,
            outcome="wrong" if wrong else outcome,
            mismatches=wrong,
        )

    def _judged(self, step: _Recorded, answer: Answer) -> tuple[str, tuple[Mismatch, ...]]:
        undone, done = self._rows(step.before), self._rows(step.after)
        if answer.status == _UNAVAILABLE:
            return "refused", undone
        if answer.status in _LOST:
            return ("interrupted", ()) if not undone else ("done", done)
        if _stale(answer):
            return "stale", done if undone else ()
        return "equal", self._answered(step, answer) + done

    def _ask(self, request: Request) -> Answer:
        try:
            return self._split.ask(request)
        except (OSError, http.client.HTTPException):
            return Answer(status=0, headers=(), body=b"")

    def _settle(self, until: float) -> bool:
        while not self._split.settled():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True

    def _answered(self, step: _Recorded, answer: Answer) -> tuple[Mismatch, ...]:
        return compare_answers(recorded_answer(step.request), answer)

    def _rows(self, wanted: State) -> tuple[Mismatch, ...]:
        return compare_rows(wanted, self._split.state(), self._shapes, self._tables)


def _stale(answer: Answer) -> bool:
    return bool(answer.header("x-data-stale"))


def _said(place: str, expected: str | None, actual: str | None) -> Mismatch:
    return Mismatch(place=place, expected=expected, actual=actual)
