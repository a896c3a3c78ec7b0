"""Joins a tape to the system model: what ran, what it did, and what the code did not tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from decompose.domain.finding import Finding
from decompose.domain.model import Access, Mode, SystemModel
from decompose.domain.observation import Observation, ObservedEndpoint
from decompose.domain.source import SourceTree
from decompose.resolve.sql import statements
from decompose.verify.code_places import CodePlaces
from decompose.verify.record import of_other_code
from decompose.verify.tape import Request, read_events, survey
from decompose.verify.unforeseen import (
    Call,
    Use,
    foreseen,
    missed_calls,
    missed_effects,
    other_endpoints,
    told,
    unknown_tables,
)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What requests of one endpoint did."""

    requests: int = 0
    uses: set[Use] = field(default_factory=set)
    transactions: set[tuple[str, ...]] = field(default_factory=set)
    ran: set[str] = field(default_factory=set)


def observe(model: SystemModel, tree: SourceTree, path: Path) -> SystemModel:
    """The model with what the tape at `path` shows.

    Accesses and calls that the code did not tell are added, each with a finding. Raises UserError
    where the file is no tape.
    """
    tape = survey(path)
    seen, calls = _read(path, CodePlaces(model))
    uses = {name: one.uses for name, one in seen.items()}
    effects = missed_effects(model, uses)
    missed = missed_calls(model, calls)
    findings: Iterable[Finding] = (
        *of_other_code(tape, tree),
        *other_endpoints(model, tape.endpoints),
        *unknown_tables(model, uses),
        *(told(model, name, effect) for name, found in effects.items() for effect in found),
        *missed.findings,
    )
    accesses = {
        Access(definition=e.path[0], table=e.table, mode=e.mode, location=e.location, how=e.how)
        for found in effects.values()
        for e in found
    }
    return replace(
        model,
        references=tuple(sorted({*model.references, *missed.references})),
        accesses=tuple(sorted({*model.accesses, *accesses})),
        endpoints=tuple(
            replace(e, effects=tuple(sorted({*e.effects, *effects.get(e.name, ())})))
            for e in model.endpoints
        ),
        findings=tuple(sorted({*model.findings, *findings})),
        observed=replace(
            _observation(model, tape.endpoints, seen),
            calls=tuple((call.source, call.target) for call in missed.references),
        ),
    )


def _read(path: Path, places: CodePlaces) -> tuple[dict[str, _Seen], set[Call]]:
    """What requests did, by endpoint, and all calls between definitions."""
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    calls: set[Call] = set()
    for event in read_events(path):
        if isinstance(event, Request) and event.endpoint:
            one = seen[event.endpoint]
            one.requests += 1
            _note_statements(one, event)
            for file, line, name, *caller in event.definitions:
                ran = places.at(file, line, name)
                one.ran.update((ran,) if ran else ())
                calls.add((places.at(*caller), ran))
    return dict(seen), {call for call in calls if all(call)}


def _note_statements(seen: _Seen, request: Request) -> None:
    written: defaultdict[int, set[str]] = defaultdict(set)
    for number, sql, _ in request.statements:
        found = statements(sql)
        seen.uses.update((table, Mode.READ) for table in found.reads)
        seen.uses.update((table, Mode.WRITE) for table in found.writes)
        written[number].update(found.writes)
    seen.transactions.update(tuple(sorted(tables)) for tables in written.values() if tables)


def _observation(
    model: SystemModel, known: Iterable[str], seen: Mapping[str, _Seen]
) -> Observation:
    by_code = foreseen(model)
    asked = [(by_code.get(name, frozenset()), one.uses) for name, one in seen.items()]
    return Observation(
        requests=sum(one.requests for one in seen.values()),
        endpoints=tuple(
            ObservedEndpoint(
                name=name,
                requests=one.requests,
                reads=_tables(one.uses, Mode.READ),
                writes=_tables(one.uses, Mode.WRITE),
                transactions=tuple(sorted(one.transactions)),
                ran=tuple(sorted(one.ran)),
            )
            for name in sorted({*known, *seen, *(route.endpoint for route in model.routes)})
            for one in (seen.get(name, _Seen()),)
        ),
        accesses=sum(len(uses) for uses, _ in asked),
        confirmed=sum(len(uses & happened) for uses, happened in asked),
    )


def _tables(uses: Iterable[Use], mode: Mode) -> tuple[str, ...]:
    return tuple(sorted(table for table, how in uses if how is mode))
