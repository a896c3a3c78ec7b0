"""Data: two definitions access the same table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import log, sqrt

from decompose.domain.finding import Location
from decompose.domain.lookup import extensions, hubs, inside
from decompose.domain.model import Access, Mode, ReferenceKind, SystemModel
from decompose.domain.partition import Evidence, EvidenceKind

WRITE = 2.0
READ = 0.5
RELATED = 0.5
_PAIRS = 12
_Accessors = dict[str, dict[Mode, Location]]


class Data:
    """Accessors of a table are drawn to the definition that declares it, and to one another.

    Who calls a method of an entity accesses what that method does.

    weight(accessor, entity) = (WRITE or READ) / sqrt(accessors of that mode). Two accessors
    share the product of their single weights over WRITE. A table with more than 12 accessors is
    represented by its entity alone, or by its first writer where it has none. With joined
    inheritance, who accesses an entity's table does not access its parent's. Relationships and
    foreign keys draw two entities together by RELATED over the square root of the target's fame.
    """

    name = "data"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """Evidence between accessors, entities, and entities that refer to each other."""
        hub = hubs(model)
        found = _related(model, hub)
        for table, accessors in sorted(_accessors(model).items()):
            found += _around(table, hub.get(table, ""), accessors)
        return tuple(sorted(found))


def _accessors(model: SystemModel) -> dict[str, _Accessors]:
    top = inside(model)
    found: dict[str, _Accessors] = {}

    def note(who: str, access: Access, location: Location) -> None:
        modes = found.setdefault(access.table, {}).setdefault(who, {})
        modes[access.mode] = min(modes.get(access.mode, location), location)

    callers = _callers(model, top)
    for access in model.accesses:
        who = top.get(access.definition)
        if who is not None:
            note(who, access, access.location)
            for caller, location in callers.get(access.definition, ()):
                note(caller, access, location)
    for table, halves in extensions(model).items():
        children = [found[half] for half in halves if half in found]
        for who, modes in found.get(table, {}).items():
            for mode in [m for m in modes if any(m in c.get(who, ()) for c in children)]:
                del modes[mode]
    return {table: {who: modes for who, modes in accessors.items() if modes}
            for table, accessors in found.items()}  # fmt: skip


def _callers(model: SystemModel, top: Mapping[str, str]) -> dict[str, list[tuple[str, Location]]]:
    """Who calls each method of an entity: they access what it does."""
    entities = {name for table in model.tables for name in table.entities}
    found: dict[str, list[tuple[str, Location]]] = {}
    for reference in model.references:
        source, target = top.get(reference.source), top.get(reference.target)
        method = target in entities and target not in (reference.target, source)
        if source and method and reference.kind is ReferenceKind.CALL:
            found.setdefault(reference.target, []).append((source, reference.location))
    return found


def _around(table: str, hub: str, accessors: _Accessors) -> list[Evidence]:
    writers = sum(Mode.WRITE in modes for modes in accessors.values())
    readers = len(accessors) - writers
    strength = {
        who: WRITE / sqrt(writers) if Mode.WRITE in modes else READ / sqrt(readers)
        for who, modes in accessors.items()
        if who != hub
    }
    found = [_access(table, hub, who, accessors[who], strength[who]) for who in strength if hub]
    if len(strength) <= _PAIRS:
        pairs = list(combinations(sorted(strength), 2))
    elif not hub:
        centre = min(strength, key=lambda who: (-strength[who], min(accessors[who].values()), who))
        pairs = [(centre, who) for who in strength if who != centre]
    else:
        pairs = []
    return found + [_shared(table, a, b, accessors, strength) for a, b in pairs]


def _access(table: str, hub: str, who: str, modes: dict[Mode, Location], weight: float) -> Evidence:
    mode = Mode.WRITE if Mode.WRITE in modes else Mode.READ
    return _evidence(hub, who, weight, f"{who} {mode}s table {table}, which {hub} declares",
                     modes[mode])  # fmt: skip


def _shared(
    table: str, a: str, b: str, accessors: _Accessors, strength: dict[str, float]
) -> Evidence:
    weight = strength[a] * strength[b] / WRITE
    return _evidence(
        a, b, weight, f"{a} and {b} both access table {table}", min(accessors[a].values())
    )


def _related(model: SystemModel, hub: Mapping[str, str]) -> list[Evidence]:
    top = inside(model)
    links: dict[tuple[str, str], tuple[str, Location]] = {}
    for table in model.tables:
        here = hub.get(table.name, "")
        for key in table.foreign_keys:
            there = hub.get(key.target.rsplit(".", 1)[0], "")
            links.setdefault(
                (here, there), (f"foreign key {table.name}.{key.column}", key.location)
            )
        for relation in table.relationships:
            there = top.get(relation.target, "")
            link = (f"relationship {relation.entity}.{relation.name}", relation.location)
            links.setdefault((here, there), link)
    kept = {pair: link for pair, link in links.items() if all(pair) and pair[0] != pair[1]}
    fame: dict[str, int] = {}
    for _, there in kept:
        fame[there] = fame.get(there, 0) + 1
    return [
        _evidence(here, there, RELATED / (1 + log(fame[there])), why, location)
        for (here, there), (why, location) in kept.items()
    ]


def _evidence(a: str, b: str, weight: float, why: str, location: Location) -> Evidence:
    return Evidence(
        a=min(a, b),
        b=max(a, b),
        kind=EvidenceKind.DATA,
        weight=round(weight, 9),
        why=why,
        location=location,
    )
