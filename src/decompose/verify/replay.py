"""Plays a tape against the monolith, twice, and against the split; compares step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from decompose.domain.verification import (
    Difference,
    EndpointResult,
    Mismatch,
    Unsteady,
    Verification,
)
from decompose.verify.compare import Unsteadiness, compare_answers
from decompose.verify.places import NOT_COMPARED, Answer
from decompose.verify.rows import SEQUENCES, State, apply_changes, compare_rows
from decompose.verify.side import Side, as_bytes
from decompose.verify.system import System
from decompose.verify.tape import Request, Survey, read_events
from decompose.verify.tape import State as StateEvent

NO_ENDPOINT = "(no endpoint)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What a tape is played against.

    `again` starts the monolith a second time, when it first does otherwise than recorded: what
    it does differently from run to run is no fault of the split.
    """

    monolith: Side
    split: Side
    again: Callable[[], Side]


@dataclass(slots=True, kw_only=True)
class _Played:
    """What has been found so far."""

    requests: int = 0
    rows: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unsteadiness: Unsteadiness = field(default_factory=Unsteadiness)
    drifted: list[int] = field(default_factory=list)


def replay(
    path: Path, tape: Survey, system: System, sides: Sides, advance: Callable[[int], None]
) -> Verification:
    """Play every step of the tape; `advance` hears of each one."""
    owned = {table for tables in system.owned.values() for table in tables}
    compared = sorted(owned & tape.tables.keys())
    played = _Played()
    for before, request, after in steps(path):
        _play(before, request, after, tape, compared, system, sides, played)
        advance(1)
    return _verification(tape, system, played)


def steps(path: Path) -> Iterator[tuple[State, Request, State]]:
    """Each request with the state before it and the one after it, as they were recorded.

    The states are one object that changes as the tape goes on.
    """
    state: State = {}
    for event in read_events(path):
        if isinstance(event, StateEvent):
            apply_changes(state, event.changes)
        elif isinstance(event, Request):
            before = {table: dict(rows) for table, rows in state.items()}
            apply_changes(state, event.rows)
            yield before, event, state


def _play(
    before: State,
    request: Request,
    after: State,
    tape: Survey,
    compared: list[str],
    system: System,
    sides: Sides,
    played: _Played,
) -> None:
    expected, rows = _ask(sides.monolith, request, before)
    actual, split_rows = _ask(sides.split, request, before)
    endpoint = request.endpoint or NO_ENDPOINT
    service = system.service_of.get(endpoint, system.fallback)
    own = tape.tables.keys() - {SEQUENCES}
    if not _as_recorded(request, expected, rows, after, own):
        played.drifted.append(request.step)
        other, other_rows = _ask(sides.again(), request, before)
        found = compare_answers(expected, other)
        found += compare_rows(rows, other_rows, tape.tables, own)
        played.unsteadiness.learn(endpoint, found)
    found = compare_answers(expected, actual)
    found += compare_rows(rows, split_rows, tape.tables, compared)
    played.requests += 1
    played.rows += sum(len(rows.get(table, ())) for table in compared)
    played.asked[service, endpoint] += 1
    if found:
        played.differences.append(
            _difference(request, endpoint, service, found, expected, actual, system)
        )


def _ask(side: Side, request: Request, before: State) -> tuple[Answer, State]:
    """The answer of a side that starts from the recorded rows, and its rows afterwards."""
    side.bring_to(before)
    answer = side.ask(request)
    return answer, side.state()


def _as_recorded(
    request: Request, answer: Answer, state: State, recorded: State, tables: set[str]
) -> bool:
    """Whether the monolith does to the byte what it did when the tape was recorded."""
    return (
        answer.status == request.status
        and answer.body == as_bytes(request.answer)
        and set(request.answer_headers) <= {*answer.headers, *_of_no_account(request)}
        and all(state.get(table, {}) == recorded.get(table, {}) for table in tables)
    )


def _of_no_account(request: Request) -> set[tuple[str, str]]:
    return {(name, value) for name, value in request.answer_headers if name in NOT_COMPARED}


def _difference(
    request: Request,
    endpoint: str,
    service: str,
    found: tuple[Mismatch, ...],
    expected: Answer,
    actual: Answer,
    system: System,
) -> Difference:
    return Difference(
        step=request.step,
        method=request.method,
        target=request.target,
        endpoint=endpoint,
        service=service,
        mismatches=found,
        suspects=system.suspects.get(service, ()),
        left=_shown(expected),
        right=_shown(actual),
    )


def _shown(answer: Answer) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{answer.status}\n{head}\n\n{answer.body.decode('utf-8', 'replace')}"


def _verification(tape: Survey, system: System, played: _Played) -> Verification:
    """Leave out what the monolith leaves open, and count."""
    differences = [
        kept for found in played.differences if (kept := _steady(found, played.unsteadiness))
    ]
    different = Counter((d.service, d.endpoint) for d in differences)
    return Verification(
        system=system.name,
        requests=played.requests,
        rows=played.rows,
        endpoints=tuple(
            EndpointResult(
                service=service,
                endpoint=endpoint,
                requests=count,
                equal=count - different[service, endpoint],
            )
            for (service, endpoint), count in sorted(played.asked.items())
        ),
        differences=tuple(differences),
        unsteady=tuple(
            Unsteady(
                endpoint=endpoint,
                place=place,
                one=mismatch.expected or "",
                other=mismatch.actual or "",
            )
            for (endpoint, place), mismatch in sorted(played.unsteadiness.items().items())
        ),
        drifted=tuple(played.drifted),
        untouched=tuple(sorted((tape.endpoints | system.service_of.keys()) - tape.seen)),
        findings=(),
    )


def _steady(difference: Difference, unsteadiness: Unsteadiness) -> Difference | None:
    kept = unsteadiness.unexplained(difference.endpoint, difference.mismatches)
    return replace(difference, mismatches=kept) if kept else None
