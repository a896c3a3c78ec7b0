"""What works in a split, and not quite as in one process: findings with a place and advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from decompose.assess.view import View
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import (
    EndpointEffects,
    Mode,
    Note,
    NoteKind,
    ReferenceKind,
    SystemModel,
    Transaction,
)

_Places = Mapping[tuple[str, str], tuple[Location, ...]]


def hazards(model: SystemModel, seen: View) -> tuple[Finding, ...]:
    """Commits whose refusal nobody sees; caches and files in several services; unordered pages."""
    parts = (_guarded, _caches, _files, _pages)
    return tuple(sorted({finding for part in parts for finding in part(model, seen)}))


def _guarded(model: SystemModel, seen: View) -> Iterator[Finding]:
    """Commits that another service can refuse, where a broad `except` ends what they raise."""
    guards = {(n.definition, n.location) for n in model.notes if n.kind is NoteKind.GUARD}
    places = _calls(model, {name for name, _ in guards})
    found: dict[tuple[str, Location], set[str]] = {}
    for endpoint in seen.endpoints:
        for transaction in endpoint.transactions:
            owners = _others(endpoint, transaction, seen)
            if owners:
                for place in _way(transaction, places):
                    if place in guards:
                        found.setdefault(place, set()).update(owners)
    for (definition, location), owners in found.items():
        yield Finding(
            location=location,
            code="commit-guarded",
            severity=Severity.WARNING,
            message=f"{definition} ends every error of a commit that {_listed(owners)} can refuse: "
            "it goes on as if all were saved, and the request is not run again.",
            hint="Catch the errors that you expect by their names, or raise database errors again.",
        )


def _calls(model: SystemModel, sources: Iterable[str]) -> _Places:
    """Where these definitions call others."""
    wanted, found = set(sources), dict[tuple[str, str], list[Location]]()
    for reference in model.references:
        if reference.source in wanted and reference.kind is ReferenceKind.CALL:
            found.setdefault((reference.source, reference.target), []).append(reference.location)
    return {ends: tuple(locations) for ends, locations in found.items()}


def _way(transaction: Transaction, places: _Places) -> Iterator[tuple[str, Location]]:
    """The calls on the way to a commit, and the commit."""
    for ends in zip(transaction.path, transaction.path[1:], strict=False):
        for location in places.get(ends, ()):
            yield ends[0], location
    if transaction.path:
        yield transaction.path[-1], transaction.commit


def _others(endpoint: EndpointEffects, transaction: Transaction, seen: View) -> set[str]:
    """The services besides the endpoint's own whose tables a transaction writes."""
    host = seen.host(endpoint)
    return {seen.owner.get(table, "") for table in transaction.tables} - {host, ""}


def _caches(model: SystemModel, seen: View) -> Iterator[Finding]:
    """Functions whose results are kept, that read tables and run in several services."""
    kept = [note for note in model.notes if note.kind is NoteKind.CACHE]
    reading = _reading(model) if kept else frozenset()
    for note in kept:
        services = seen.hosts(note.definition)
        if note.definition in reading and len(services) > 1:
            yield Finding(
                location=note.location,
                code="cache-copied",
                severity=Severity.WARNING,
                message=f"{note.definition} keeps what it read, in {_listed(services)} each for "
                "itself: none empties the cache of another.",
                hint="Give the cache an age, or keep it where all services reach it.",
            )


def _reading(model: SystemModel) -> frozenset[str]:
    """The definitions that read a table, themselves or by what they call."""
    callers: dict[str, list[str]] = {}
    for reference in model.references:
        if reference.kind is ReferenceKind.CALL and not reference.external:
            callers.setdefault(reference.target, []).append(reference.source)
    todo = sorted({access.definition for access in model.accesses if access.mode is Mode.READ})
    seen = set(todo)
    while todo:
        fresh = set(callers.get(todo.pop(), ())) - seen
        seen |= fresh
        todo += fresh
    return frozenset(seen)


def _files(model: SystemModel, seen: View) -> Iterator[Finding]:
    """Functions that endpoints run and that write files."""
    written: dict[str, Note] = {}
    for note in model.notes:
        if note.kind is NoteKind.FILE:
            written.setdefault(note.definition, note)
    for name, note in written.items():
        services = seen.hosts(name)
        if services:
            several = len(services) > 1
            yield Finding(
                location=note.location,
                code="file-written",
                severity=Severity.WARNING if several else Severity.NOTE,
                message=f"{name} writes a file, in {_listed(services)}"
                + (", each on a disk of its own." if several else ", on the disk of one instance."),
                hint="If others read it, put it where all of them reach it.",
            )


def _pages(model: SystemModel, seen: View) -> Iterator[Finding]:
    """Rows taken out of many in no order, by code that endpoints run."""
    for note in model.notes:
        if note.kind is NoteKind.PAGE and seen.hosts(note.definition):
            yield Finding(
                location=note.location,
                code="page-unordered",
                severity=Severity.WARNING,
                message=f"{note.definition} takes some rows of a query that, on some way here, "
                "names no order: which rows come is up to the database, and each service has its "
                "own.",
                hint="Order the query by something unique, the primary key at last.",
            )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
