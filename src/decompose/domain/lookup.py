"""Questions that several stages ask of a system model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache, wraps
from pathlib import PurePosixPath
from typing import TypeVar

from decompose.domain.finding import Location
from decompose.domain.model import (
    Definition,
    DefinitionKind,
    Reference,
    ReferenceKind,
    SystemModel,
)
from decompose.errors import UserError

_Answer = TypeVar("_Answer")
_NEAR = 3
_TESTS = {"tests", "test", "testing"}
_BESIDE = {"migrations", "alembic", "docs", "scripts"}
_SCRIPTS = {"setup.py", "fabfile.py", "noxfile.py", "manage.py", "wsgi.py",
            "asgi.py"}  # fmt: skip


def _once(ask: Callable[[SystemModel], _Answer]) -> Callable[[SystemModel], _Answer]:
    """Remembers the answer for the last model: every stage asks of the same one, many times."""
    last: list[tuple[SystemModel, _Answer]] = []

    @wraps(ask)
    def asked(model: SystemModel) -> _Answer:
        if not last or last[0][0] is not model:
            last[:] = [(model, ask(model))]
        return last[0][1]

    return asked


@_once
def tops(model: SystemModel) -> Mapping[str, str]:
    """The top-level definition of every definition."""
    return {d.id: d.top for d in model.definitions}


def beside(definition: Definition) -> str:
    """Why no service is made of this code, empty where it is part of the application."""
    return beside_path(definition.location.path)


def is_test(name: str) -> bool:
    """Whether the file of this path belongs to the application's tests."""
    path = PurePosixPath(name)
    named = path.stem == "conftest" or path.stem.startswith("test_") or path.stem.endswith("_test")
    return named or bool(_TESTS & set(path.parts))


@lru_cache(maxsize=65_536)
def beside_path(name: str) -> str:
    """Why no service is made of the file of this path, empty where it is the application's."""
    path = PurePosixPath(name)
    if is_test(name):
        return "test code, which no service is made of"
    if path.name in _SCRIPTS or _BESIDE & set(path.parts[:-1]):
        return "a script, migration or entry module beside the application"
    return ""


def within(model: SystemModel, place: Location) -> str:
    """The id of the innermost function that a line belongs to; empty outside of functions."""
    around = [d for d in model.definitions
              if d.kind is DefinitionKind.FUNCTION and d.location.path == place.path
              and d.location.line <= place.line <= d.end_line]  # fmt: skip
    return max(around, key=lambda d: d.location.line).id if around else ""


@_once
def inside(model: SystemModel) -> Mapping[str, str]:
    """The top-level definition of every definition of the application itself."""
    outside = {d.top for d in model.definitions if d.id == d.top and beside(d)}
    return {d.id: d.top for d in model.definitions if d.top not in outside}


def uses(model: SystemModel) -> Iterator[tuple[str, Reference]]:
    """References of the application, with the top-level definition that each belongs to.

    What wears a decorator uses it; that the decorator calls what it decorates, and the module
    applies it, are the same fact seen from its other ends. Where the decorator is an object, its
    class is worn as well.
    """
    top = inside(model)
    module = {d.id: d.module for d in model.definitions}
    worn = {(r.source, top.get(r.target)) for r in model.references
            if r.kind is ReferenceKind.DECORATE}  # fmt: skip
    wearing = {source for source, _ in worn}
    applied = {(r.source, top.get(r.target)) for r in model.references
               if r.kind is ReferenceKind.CALL and module.get(r.source) == r.source}  # fmt: skip
    for reference in model.references:
        source, target = top.get(reference.source), reference.target
        if source is None or (target, source) in worn:
            continue
        if reference.handed and target in wearing and (module[target], source) in applied:
            if target in top:
                yield top[target], _decorates(reference)
        else:
            yield source, reference


def _decorates(call: Reference) -> Reference:
    """The decoration that a decorator's call of what it decorates tells of."""
    return replace(
        call, source=call.target, target=call.source, kind=ReferenceKind.DECORATE, handed=False
    )


def nodes(model: SystemModel) -> tuple[Definition, ...]:
    """The definitions that are nodes of the coupling graph, sorted by id."""
    return tuple(sorted((d for d in model.definitions if d.id == d.top), key=lambda d: d.id))


@_once
def hubs(model: SystemModel) -> Mapping[str, str]:
    """The top-level definition that stands for each table that has one.

    A migration or a test may declare the table once more; the application's own counts first.
    """
    top, own = tops(model), inside(model)
    found = {}
    for table in model.tables:
        names = [name for name in (table.definition, *table.entities) if name in top]
        for name in [*(name for name in names if name in own), *names][:1]:
            found[table.name] = top[name]
    return found


def tables_of(model: SystemModel) -> dict[str, tuple[str, ...]]:
    """The tables that each top-level definition declares."""
    found: dict[str, list[str]] = {}
    for table, hub in hubs(model).items():
        found.setdefault(hub, []).append(table)
    return {hub: tuple(sorted(names)) for hub, names in found.items()}


def extensions(model: SystemModel) -> dict[str, frozenset[str]]:
    """The tables that hold the other half of a table's rows, by joined inheritance."""
    mapped: dict[str, set[str]] = {}
    for table in model.tables:
        for entity in table.entities:
            mapped.setdefault(entity, set()).add(table.name)
    parents: dict[str, set[str]] = {}
    for reference in model.references:
        if reference.kind is ReferenceKind.INHERIT:
            parents.setdefault(reference.source, set()).add(reference.target)
    found: dict[str, set[str]] = {}
    for entity, tables in mapped.items():
        for above in _above(entity, parents):
            for base in mapped.get(above, ()):
                found.setdefault(base, set()).update(tables - {base})
    return {base: frozenset(tables) for base, tables in found.items() if tables}


def _above(name: str, parents: Mapping[str, set[str]]) -> set[str]:
    seen, todo = {name}, [name]
    while todo:
        fresh = parents.get(todo.pop(), set()) - seen
        seen |= fresh
        todo += fresh
    return seen - {name}


def unknown(what: str, name: str, known: Iterable[str], where: str = "") -> UserError:
    """The error for a name that nothing has, with the names that come near it."""
    near = get_close_matches(name, sorted(known), n=_NEAR, cutoff=0.5)
    hint = f"Did you mean {_either(near)}?" if near else f"Check the {what}'s spelling."
    place = f" ({where})" if where else ""
    return UserError(f"There is no {what} named {name!r}{place}.", hint=hint)


def _either(names: Sequence[str]) -> str:
    return " or ".join(repr(name) for name in names)
