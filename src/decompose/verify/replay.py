"""Plays a tape against the monolith, twice, and against the split; compares step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from decompose.domain.verification import (
    Difference,
    EndpointResult,
    Mismatch,
    Suspect,
    Unplayable,
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
from decompose.verify.unplayable import BROKEN, doubtful, functions_of_tests, unplayable

_SERVER_ERROR = 500
_TRIES = 3
_NO_ENDPOINT = "(no endpoint)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What a tape is played against: `monolith` twice, since it may differ from itself."""

    monolith: Side
    again: Side
    split: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a side did at a step: its answer, and all rows afterwards.

    `late` tells that it answered from the past at first, and was asked again.
    """

    answer: Answer
    rows: State
    late: bool = False


@dataclass(slots=True, kw_only=True)
class _Played:
    """What has been found so far."""

    requests: int = 0
    rows: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    doubtful: list[Unplayable] = field(default_factory=list)
    unsteadiness: Unsteadiness = field(default_factory=Unsteadiness)
    drifted: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    harmless: set[str] = field(default_factory=set)


def replay(
    path: Path, tape: Survey, system: System, sides: Sides, advance: Callable[[int], None]
) -> Verification:
    """Play every step of the tape; `advance` hears of each one."""
    played = _Played()
    with ThreadPoolExecutor(3) as pool:
        for before, request, after in steps(path):
            asked = (sides.monolith, sides.again, sides.split)
            outcomes = pool.map(partial(_outcome, request, before), asked)
            recorded = _Outcome(answer=recorded_answer(request), rows=after)
            _judge(request, (recorded, *outcomes), tape, system, played)
            advance(1)
    return _verification(tape, system, played)


def _outcome(request: Request, before: State, side: Side) -> _Outcome:
    """What a side does that starts from the recorded rows.

    A service whose owner took more than its second says that it answers from the past. That is a
    slow machine's doing, so it is asked again; it counts if it stays so.
    """
    answer, tries = _asked(request, before, side), 1
    while answer.header("x-data-stale") and tries < _TRIES:
        answer, tries = _asked(request, before, side), tries + 1
    return _Outcome(answer=answer, rows=side.state(), late=tries > 1)


def _asked(request: Request, before: State, side: Side) -> Answer:
    side.bring_to(before)
    return side.ask(request)


def _judge(
    request: Request,
    outcomes: tuple[_Outcome, ...],
    tape: Survey,
    system: System,
    played: _Played,
) -> None:
    """Compare the split with the monolith, and take in what the monolith leaves open.

    The recording is a run of the monolith too: what the split does as that one did is right,
    even where a process that has just been started does otherwise (it has cached less).
    """
    recorded, monolith, again, split = outcomes
    service, endpoint = place_of(request, system)
    own = tape.tables.keys() - SEQUENCES
    owned = own & {table for tables in system.owned.values() for table in tables}
    played.requests += 1
    played.rows += sum(len(monolith.rows.get(table, ())) for table in owned)
    played.asked[service, endpoint] += 1
    played.unsteadiness.learn(endpoint, _compare(monolith, again, tape, own))
    drift = _compare(recorded, monolith, tape, own)
    if drift:
        played.drifted.append(request.step)
    else:
        played.harmless |= functions_of_tests(request)
    broken = _broken(recorded, monolith)
    kept = tape.kept if broken else ()
    if (doubt := doubtful(request, endpoint, service, drift, kept)) is not None:
        played.doubtful.append(doubt)
    if split.late:
        played.late.append(request.step)
    found = _compare(monolith, split, tape, owned) + broken
    if found and (request.raised or _compare(recorded, split, tape, owned)):
        played.differences.append(
            _difference(request, endpoint, service, found, monolith, split, system)
        )


def _broken(recorded: _Outcome, monolith: _Outcome) -> tuple[Mismatch, ...]:
    """A monolith that fails where it did not when it was recorded: two failures prove nothing."""
    before, now = recorded.answer.status, monolith.answer.status
    if not 0 < before < _SERVER_ERROR <= now:
        return ()
    return (Mismatch(place=BROKEN, expected=str(before), actual=str(now)),)


def _compare(
    expected: _Outcome, actual: _Outcome, tape: Survey, tables: set[str]
) -> tuple[Mismatch, ...]:
    answers = compare_answers(expected.answer, actual.answer)
    return answers + compare_rows(expected.rows, actual.rows, tape.tables, tables)


def recorded_answer(request: Request) -> Answer:
    """The answer that is on the tape."""
    return Answer(
        status=request.status, headers=request.answer_headers, body=as_bytes(request.answer)
    )


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


def _difference(
    request: Request,
    endpoint: str,
    service: str,
    found: tuple[Mismatch, ...],
    expected: _Outcome,
    actual: _Outcome,
    system: System,
) -> Difference:
    return Difference(
        step=request.step,
        method=request.method,
        target=request.target,
        endpoint=endpoint,
        service=service,
        mismatches=found,
        suspects=crossed(system, service, request),
        left=shown(expected.answer),
        right=shown(actual.answer),
    )


def crossed(system: System, service: str, request: Request) -> tuple[Suspect, ...]:
    """The seams and findings whose function ran.

    Before Python 3.11 only the last part of its name is known.
    """
    ran = {(path, _last(name)) for path, _, name, *_ in request.definitions}
    suspects = (*system.announced, *system.suspects.get(service, ()))
    return tuple(s for s in suspects if (s.location.path, _last(s.source)) in ran)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def shown(answer: Answer) -> str:
    """An answer as text, with the headers that are compared."""
    compared = ((name, value) for name, value in answer.headers if name not in NOT_COMPARED)
    head = "\n".join(f"{name}: {value}" for name, value in compared)
    return f"{answer.status}\n{head}\n\n{answer.body.decode('utf-8', 'replace')}"


def _verification(tape: Survey, system: System, played: _Played) -> Verification:
    """Leave out what the monolith leaves open, and count."""
    differences = [
        kept for found in played.differences if (kept := steady(found, played.unsteadiness))
    ]
    left_out = unplayable(
        played.doubtful, differences, played.unsteadiness, harmless=played.harmless
    )
    unplayed = {step.step for step in left_out}
    differences = [found for found in differences if found.step not in unplayed]
    return Verification(
        system=system.name,
        clients=1,
        requests=played.requests,
        rows=played.rows,
        endpoints=endpoint_results(played.asked, differences, left_out),
        differences=tuple(differences),
        unplayable=left_out,
        unsteady=left_open(played.unsteadiness),
        drifted=tuple(played.drifted),
        late=tuple(played.late),
        untouched=untouched(tape, system),
        findings=(),
    )


def left_open(unsteadiness: Unsteadiness) -> tuple[Unsteady, ...]:
    """The places at which the monolith differs from itself."""
    return tuple(
        Unsteady(
            endpoint=endpoint,
            place=place,
            one=mismatch.expected or "",
            other=mismatch.actual or "",
        )
        for (endpoint, place), mismatch in sorted(unsteadiness.items().items())
    )


def endpoint_results(
    asked: Counter[tuple[str, str]],
    differences: Iterable[Difference],
    left_out: Iterable[Unplayable] = (),
) -> tuple[EndpointResult, ...]:
    """How often each endpoint of a service was asked, and how often all was equal."""
    different = Counter((d.service, d.endpoint) for d in differences)
    unplayed = Counter((step.service, step.endpoint) for step in left_out)
    return tuple(
        EndpointResult(
            service=service,
            endpoint=endpoint,
            requests=count,
            equal=count - different[service, endpoint] - unplayed[service, endpoint],
            different=different[service, endpoint],
        )
        for (service, endpoint), count in sorted(asked.items())
    )


def place_of(request: Request, system: System) -> tuple[str, str]:
    """The service and the endpoint that a request is for."""
    endpoint = request.endpoint or _NO_ENDPOINT
    return system.service_of.get(endpoint, system.fallback), endpoint


def untouched(tape: Survey, system: System) -> tuple[str, ...]:
    """The endpoints that no step asked for."""
    return tuple(sorted((tape.endpoints | system.service_of.keys()) - tape.seen))


def steady(difference: Difference, unsteadiness: Unsteadiness) -> Difference | None:
    """The difference without what the monolith leaves open; None if nothing is left of it."""
    kept = unsteadiness.unexplained(difference.endpoint, difference.mismatches)
    return replace(difference, mismatches=kept) if kept else None
