"""Seams: what crosses two services, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from decompose.assess.view import View
from decompose.domain.analysis import Automation, Seam, SeamKind
from decompose.domain.boundary import Boundary
from decompose.domain.finding import Location
from decompose.domain.lookup import hubs
from decompose.domain.model import (
    Access,
    DefinitionKind,
    EndpointEffects,
    EntryKind,
    Mode,
    NoteKind,
    Reference,
    ReferenceKind,
    SystemModel,
)

TECHNIQUES = {
    SeamKind.COPY: "copy the code into the slice",
    SeamKind.READ: "read a replica fed from the owner's change feed",
    SeamKind.COMMAND: "copy the code; what it writes goes to the owner at commit",
    SeamKind.FORWARDED_WRITE: "caught on the replica, sent to the owner at commit",
    SeamKind.SAGA: "owners apply their parts tentatively, the local commit decides",
    SeamKind.FOREIGN_KEY: "keep the column, drop the constraint",
    SeamKind.URL: "build-only URL rule",
    SeamKind.TEMPLATE: "copy the template",
    SeamKind.SIGNAL: "the receiver runs with its sender, in the same transaction",
    SeamKind.TASK: "runs in its owner's worker",
    SeamKind.STATE: "one owner keeps the state; others use its command",
    SeamKind.DYNAMIC: "the slice keeps all that the name can mean",
}
_BY_REFERENCE = {
    ReferenceKind.URL: SeamKind.URL,
    ReferenceKind.TEMPLATE: SeamKind.TEMPLATE,
    ReferenceKind.SIGNAL: SeamKind.SIGNAL,
    ReferenceKind.DYNAMIC: SeamKind.DYNAMIC,
}
_LIMITS = {
    NoteKind.LOCK: "locks rows, and no lock spans two databases",
    NoteKind.SAVEPOINT: "opens a SAVEPOINT, and none spans two databases",
    NoteKind.ISOLATION: "asks for an isolation level, and none spans two databases",
}
_TASKS = {EntryKind.TASK, EntryKind.SCHEDULE}
_HOOKS = {EntryKind.BEFORE_REQUEST, EntryKind.AFTER_REQUEST, EntryKind.TEARDOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossing:
    kind: SeamKind
    ends: tuple[str, str]
    source: str
    target: str
    location: Location
    flags: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    automation: Automation = Automation.AUTOMATIC


def seams(model: SystemModel, seen: View, boundary: Boundary) -> tuple[Seam, ...]:
    """All seams, one per kind, source, target and pair of services, at their first location."""
    merged: dict[str, Seam] = {}
    decided = dict(boundary.seams)
    for crossing in _crossings(model, seen):
        seam = _decided(_seam(crossing, seen), decided)
        known = merged.get(seam.id)
        merged[seam.id] = seam if known is None else _joined(known, seam)
    return tuple(sorted(merged.values(), key=lambda s: (s.kind, s.location, s.id)))


def _crossings(model: SystemModel, seen: View) -> Iterator[_Crossing]:
    tasks = {entry.handler for entry in model.entries if entry.kind in _TASKS}
    kinds = {d.id: d.kind for d in model.definitions}
    for reference in model.references:
        ends = seen.service(reference.source), seen.service(reference.target)
        if all(ends) and ends[0] != ends[1] and reference.kind is not ReferenceKind.IMPORT:
            yield _of_reference(reference, ends, seen, tasks, kinds)
    for access in model.accesses:
        yield from _of_access(access, model, seen)
    yield from _foreign_keys(model, seen)
    yield from _sagas(model, seen)
    yield from _states(model, seen)


def _of_reference(
    reference: Reference,
    ends: tuple[str, str],
    seen: View,
    tasks: set[str],
    kinds: Mapping[str, DefinitionKind],
) -> _Crossing:
    kind = _BY_REFERENCE.get(reference.kind, SeamKind.COPY)
    flags: tuple[str, ...] = ()
    called = kind is SeamKind.COPY and reference.kind is ReferenceKind.CALL
    foreign = seen.foreign(reference.target, ends[0]) if called else ()
    if kind is SeamKind.DYNAMIC:
        flags = ("its name is put together at run time",)
    elif reference.target in tasks:
        kind = SeamKind.TASK
    elif foreign:
        kind, flags = SeamKind.COMMAND, (f"writes {', '.join(foreign)}",)
    elif kind is SeamKind.COPY and kinds[reference.target] is DefinitionKind.VARIABLE:
        flags = ("a module-level value: its copies diverge if it changes at run time",)
    return _Crossing(kind=kind, ends=ends, source=reference.source, target=reference.target,
                     location=reference.location, flags=flags)  # fmt: skip


def _of_access(access: Access, model: SystemModel, seen: View) -> Iterator[_Crossing]:
    owner = seen.owner.get(access.table, "")
    here = seen.service(access.definition)
    callers = [here] if here else _hosts(access.definition, model, seen)
    for service in callers:
        if not owner or service == owner:
            continue
        write = access.mode is Mode.WRITE
        flags = ["wants a command"] if write else []
        if write and not here:
            flags.append("shared code writes a foreign table")
        if write and access.table in seen.tied:
            flags.append("services write this table equally often: name its owner")
        yield _Crossing(
            kind=SeamKind.FORWARDED_WRITE if write else SeamKind.READ,
            ends=(service, owner),
            source=access.definition,
            target=access.table,
            location=access.location,
            flags=tuple(flags),
            automation=Automation.FORWARDED if write else Automation.AUTOMATIC,
        )


def _hosts(definition: str, model: SystemModel, seen: View) -> list[str]:
    """The services that run shared code: all of them for a hook of the whole application."""
    top = seen.top.get(definition, definition)
    hooks = {seen.top.get(e.handler) for e in model.entries if e.kind in _HOOKS and not e.scope}
    if top in hooks:
        return list(seen.services)
    return sorted(seen.hosts(definition))


def _foreign_keys(model: SystemModel, seen: View) -> Iterator[_Crossing]:
    hub = hubs(model)
    for table in model.tables:
        for key in table.foreign_keys:
            target = key.target.rsplit(".", 1)[0]
            ends = seen.owner.get(table.name, ""), seen.owner.get(target, "")
            if all(ends) and ends[0] != ends[1]:
                flags = (f"on delete {key.on_delete.lower()}",) if key.on_delete else ()
                source = hub.get(table.name, table.name)
                yield _Crossing(kind=SeamKind.FOREIGN_KEY, ends=ends, source=source, target=target,
                                location=key.location, flags=flags)  # fmt: skip


def _sagas(model: SystemModel, seen: View) -> Iterator[_Crossing]:
    limits = _limits(model)
    for endpoint in seen.endpoints:
        for transaction in endpoint.transactions:
            steps = {t: seen.owner[t] for t in transaction.tables if seen.owner.get(t)}
            owners = sorted(set(steps.values()))
            if len(owners) < 2:  # noqa: PLR2004 - one owner is no saga
                continue
            host = seen.host(endpoint) or owners[0]
            listed = ", ".join(f"{table} ({owner})" for table, owner in sorted(steps.items()))
            for owner in owners:
                if owner != host:
                    yield _Crossing(
                        kind=SeamKind.SAGA, ends=(host, owner), source=endpoint.handler,
                        target=min(t for t, o in steps.items() if o == owner),
                        location=transaction.commit,
                        flags=(f"steps: {listed}", *_limited(endpoint, limits)),
                        endpoints=(endpoint.name,),
                    )  # fmt: skip


def _limits(model: SystemModel) -> dict[str, set[str]]:
    """What functions do that holds within one database only."""
    found: dict[str, set[str]] = {}
    for note in model.notes:
        if note.kind in _LIMITS:
            found.setdefault(note.definition, set()).add(_LIMITS[note.kind])
    return found


def _limited(endpoint: EndpointEffects, limits: Mapping[str, set[str]]) -> list[str]:
    reached = (limits.get(name, ()) for name in (endpoint.handler, *endpoint.reaches))
    return sorted({flag for flags in reached for flag in flags})


def _states(model: SystemModel, seen: View) -> Iterator[_Crossing]:
    """Variables that change at run time, where endpoints of several services get to them."""
    for variable, touched in sorted(_touched(model).items()):
        users = {name: _users(name, seen) for name in touched}
        services = sorted({service for found in users.values() for service in found})
        home = seen.service(variable) or next(iter(services), "")
        for name, where in touched.items():
            for service in sorted(users[name] - {home}):
                yield _Crossing(
                    kind=SeamKind.STATE, ends=(service, home), source=name, target=variable,
                    location=where, flags=("it changes at run time, each copy by itself",),
                )  # fmt: skip


def _touched(model: SystemModel) -> dict[str, dict[str, Location]]:
    """By variable that changes at run time: the definitions that use it, and where."""
    found: dict[str, dict[str, Location]] = {}
    for note in model.notes:
        if note.kind is NoteKind.STATE:
            found.setdefault(note.target, {}).setdefault(note.definition, note.location)
    for reference in model.references:
        if reference.target in found and reference.kind is ReferenceKind.REFERENCE:
            found[reference.target].setdefault(reference.source, reference.location)
    return found


def _users(definition: str, seen: View) -> set[str]:
    """The services that run a definition: its own, and those of the endpoints that reach it."""
    return {*seen.hosts(definition), seen.service(definition)} - {""}


def _seam(crossing: _Crossing, seen: View) -> Seam:
    here, there = crossing.ends
    shared = here if crossing.kind is SeamKind.STATE or not seen.service(crossing.source) else ""
    key = "\0".join((crossing.kind, crossing.source, crossing.target, shared))
    through = seen.through.get(seen.top.get(crossing.source, ""), ())
    return Seam(
        id=f"{crossing.kind.value}-{sha256(key.encode()).hexdigest()[:10]}",
        kind=crossing.kind,
        automation=crossing.automation,
        from_service=here,
        to_service=there,
        source=crossing.source,
        target=crossing.target,
        location=crossing.location,
        technique=TECHNIQUES[crossing.kind],
        flags=crossing.flags,
        endpoints=crossing.endpoints or through,
    )


def _decided(seam: Seam, decided: Mapping[str, str]) -> Seam:
    technique = decided.get(seam.id)
    if technique is None:
        return seam
    automation = Automation.REFUSED if technique == "refuse" else Automation.AUTOMATIC
    return replace(seam, technique=technique, automation=automation)


def _joined(one: Seam, two: Seam) -> Seam:
    return replace(
        one,
        location=min(one.location, two.location),
        flags=tuple(sorted({*one.flags, *two.flags})),
        endpoints=tuple(sorted({*one.endpoints, *two.endpoints})),
    )
