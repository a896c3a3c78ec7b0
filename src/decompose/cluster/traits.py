"""What roles are told from: who handles, declares, touches data, uses whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from decompose.domain.lookup import inside, tables_of, uses
from decompose.domain.model import EntryKind, Mode, ReferenceKind, SystemModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What roles are told from, by top-level definition; code beside the application counts not.

    `domain` handles requests or declares tables, `touching` reads or writes data itself or
    through what it uses (showing a template is not using its data), `writing` writes it.
    `wearers` are what each decorator is worn by.
    """

    domain: frozenset[str]
    declaring: frozenset[str]
    touching: frozenset[str]
    writing: frozenset[str]
    uses: Mapping[str, frozenset[str]]
    users: Mapping[str, frozenset[str]]
    wearers: Mapping[str, frozenset[str]]
    inheritors: Mapping[str, frozenset[str]]
    externals: Mapping[str, frozenset[str]]


def traits(model: SystemModel) -> Traits:
    """Read the traits off the model."""
    top = inside(model)
    used: dict[str, set[str]] = {}
    shown: dict[str, set[str]] = {}
    wearers: dict[str, set[str]] = {}
    inheritors: dict[str, set[str]] = {}
    externals: dict[str, set[str]] = {}
    for source, reference in uses(model):
        target = top.get(reference.target)
        if source == target:
            continue
        if reference.external:
            externals.setdefault(source, set()).add(reference.target)
        elif target is not None and reference.kind is not ReferenceKind.IMPORT:
            used.setdefault(source, set()).add(target)
            if reference.kind is ReferenceKind.TEMPLATE:
                shown.setdefault(source, set()).add(target)
            elif reference.kind is ReferenceKind.INHERIT:
                inheritors.setdefault(target, set()).add(source)
            elif reference.kind is ReferenceKind.DECORATE:
                wearers.setdefault(target, set()).add(source)
    users = _turned(used)
    knowing = _turned({name: used[name] - shown.get(name, set()) for name in used})
    handlers = {top[r.handler] for r in model.routes if r.handler in top}
    work = {EntryKind.CLI, EntryKind.TASK, EntryKind.SCHEDULE}
    handlers |= {top[e.handler] for e in model.entries if e.kind in work and e.handler in top}
    direct = {top[a.definition] for a in model.accesses if a.definition in top}
    written = {top[a.definition] for a in model.accesses
               if a.definition in top and a.mode is Mode.WRITE}  # fmt: skip
    declared = set(tables_of(model)) & set(top)
    return Traits(
        domain=frozenset(handlers | declared),
        declaring=frozenset(declared),
        touching=frozenset(_reaching(direct | declared, knowing)),
        writing=frozenset(_reaching(written, knowing)),
        uses=_frozen(used),
        users=_frozen(users),
        wearers=_frozen(wearers),
        inheritors=_frozen(inheritors),
        externals=_frozen(externals),
    )


def _turned(uses: Mapping[str, set[str]]) -> dict[str, set[str]]:
    users: dict[str, set[str]] = {}
    for source, targets in uses.items():
        for name in targets:
            users.setdefault(name, set()).add(source)
    return users


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in sets.items()}


def _reaching(start: set[str], users: Mapping[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in seen:
                seen.add(user)
                todo.append(user)
    return seen
