"""Plays steps of a tape while services of the split are killed, delayed or not heard."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.verification import FaultRuns, FaultStep, Mismatch
from decompose.verify.compare import compare_answers
from decompose.verify.fault_plan import STEPS, Fault, planned
from decompose.verify.logs import Logs
from decompose.verify.places import Answer
from decompose.verify.replay import recorded_answer, steps
from decompose.verify.rows import SEQUENCES, State, compare_rows
from decompose.verify.side import Side
from decompose.verify.system import System
from decompose.verify.tape import Request, Survey

_RECOVERY = 60.0
_PAUSE = 0.1
_UNAVAILABLE = 503
_LOST = (0, 502, 504)
_SERVER_ERROR = 500


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
    logs: Logs,
    seeds: range,
    advance: Callable[[int], None],
) -> FaultRuns:
    """One run for each seed; `control` is the file by which services are told to fail.

    An interrupt ends the runs; what has been played until then counts.
    """
    plan = planned(path, system, seeds)
    recorded = _recorded(path, {fault.step for fault in plan})
    judge = _Judge(tape, split, system, control)
    found: list[FaultStep] = []
    left_out = 0
    with suppress(KeyboardInterrupt):
        for fault in plan:
            step = recorded[fault.step]
            if judge.is_sound(step):
                logs.mark()
                found.append(judge.with_fault(fault, step))
                logs.keep(found[-1])
            else:
                left_out += 1
            advance(1)
    played = (len(found) + left_out) // STEPS
    return FaultRuns(asked=len(seeds), runs=played, steps=tuple(found), left_out=left_out)


def _recorded(path: Path, wanted: set[int]) -> dict[int, _Recorded]:
    """The wanted steps, with copies of the rows before and after them."""
    return {
        request.step: _Recorded(before=before, request=request, after=_copy(after))
        for before, request, after in steps(path)
        if request.step in wanted
    }


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
        self._sound: dict[int, bool] = {}

    def is_sound(self, step: _Recorded) -> bool:
        """Whether a step is equal to the recording without a fault; others can't be judged."""
        number = step.request.step
        if number not in self._sound:
            self._sound[number] = not self.replayed(step)
        return self._sound[number]

    def replayed(self, step: _Recorded) -> tuple[Mismatch, ...]:
        """Play a step without a fault, when all have recovered; what differs."""
        until = time.monotonic() + _RECOVERY
        while True:
            self._split.bring_to(step.before)
            answer = self._split.attempt(step.request)
            recovered = answer.status and answer.status < _SERVER_ERROR and not _stale(answer)
            if recovered or time.monotonic() > until:
                break
            time.sleep(_PAUSE)
        self._split.settle(until)
        return self._answered(step, answer) + self._rows(step.after)

    def with_fault(self, fault: Fault, step: _Recorded) -> FaultStep:
        """Play a step with a fault, and then without: everybody has to have recovered."""
        self._split.bring_to(step.before)
        self._control.write_text(
            json.dumps(
                {"service": "", "place": fault.place, "act": fault.act, "seconds": fault.seconds}
            ),
            encoding="utf-8",
        )
        answer = self._split.attempt(step.request)
        settled = self._split.settle(time.monotonic() + _RECOVERY)
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

    def _answered(self, step: _Recorded, answer: Answer) -> tuple[Mismatch, ...]:
        return compare_answers(recorded_answer(step.request), answer)

    def _rows(self, wanted: State) -> tuple[Mismatch, ...]:
        return compare_rows(wanted, self._split.state(), self._shapes, self._tables)


def _stale(answer: Answer) -> bool:
    return bool(answer.header("x-data-stale"))


def _said(place: str, expected: str | None, actual: str | None) -> Mismatch:
    return Mismatch(place=place, expected=expected, actual=actual)
