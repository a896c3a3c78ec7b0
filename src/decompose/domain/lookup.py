"""Questions that several stages ask of a system model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePosixPath

from decompose.domain.model import (
    Definition,
    DefinitionKind,
    Reference,
    ReferenceKind,
    SystemModel,
)
from decompose.errors import UserError

_NEAR = 3
_TESTS = {"tests", "test", "testing"}
_BESIDE = {"migrations", "alembic", "docs", "scripts"}
_SCRIPTS = {"setup.py", "conftest.py", "fabfile.py", "noxfile.py", "manage.py", "wsgi.py",
            "asgi.py"}  # fmt: skip


def tops(model: SystemModel) -> dict[str, str]:
    """The top-level definition of every definition."""
    return {d.id: d.top for d in model.definitions}


def beside(definition: Definition) -> str:
    """Why no service is made of this code, empty where it is part of the application."""
    return _beside(definition.location.path)


@lru_cache(maxsize=65_536)
def _beside(name: str) -> str:
    path = PurePosixPath(name)
    if path.stem.startswith("test_") or path.stem.endswith("_test") or _TESTS & set(path.parts):
        return "test code, which no service is made of"
    if path.name in _SCRIPTS or _BESIDE & set(path.parts[:-1]):
        return "a script, migration or entry module beside the application"
    return ""


def inside(model: SystemModel) -> dict[str, str]:
    """The top-level definition of every definition of the application itself."""
    outside = {d.top for d in model.definitions if d.id == d.top and beside(d)}
    return {d.id: d.top for d in model.definitions if d.top not in outside}


def uses(model: SystemModel) -> Iterator[tuple[str, Reference]]:
    """References of the application, with the top-level definition that each belongs to.

    A module's code applies the decorators; here what wears one is what uses it, and that a
    decorator calls what it decorates is the same fact seen from its other end.
    """
    top, heads = inside(model), _heads(model)
    module = {d.id: d.module for d in model.definitions}
    applied = {(r.source, top.get(r.target)) for r in model.references
               if r.kind is ReferenceKind.DECORATE}  # fmt: skip
    for reference in model.references:
        source, target = top.get(reference.source), top.get(reference.target)
        if source is None:
            continue
        if reference.kind is ReferenceKind.DECORATE and source == reference.source:
            wearer = _wearer(heads.get(reference.location.path, ()), reference.location.line)
            source = wearer if wearer in top else source
        elif target is not None and (module[target], source) in applied:
            reference = replace(reference, source=target, target=source,  # noqa: PLW2901
                                kind=ReferenceKind.DECORATE)  # fmt: skip
            source = target
        yield source, reference


_Head = tuple[int, int, str]


def _heads(model: SystemModel) -> dict[str, list[_Head]]:
    """By path, first and last lines of the functions and classes at a module's top level."""
    heads: dict[str, list[_Head]] = {}
    kinds = (DefinitionKind.FUNCTION, DefinitionKind.CLASS)
    for item in model.definitions:
        if item.id == item.top and item.kind in kinds:
            head = (item.location.line, item.end_line, item.id)
            heads.setdefault(item.location.path, []).append(head)
    return {path: sorted(found) for path, found in heads.items()}


def _wearer(heads: Sequence[_Head], line: int) -> str:
    """What a decorator on this line decorates: what spans the line, or begins next."""
    at = bisect_right(heads, line, key=lambda head: head[0])
    if at and heads[at - 1][1] >= line:
        return heads[at - 1][2]
    return heads[at][2] if at < len(heads) else ""


def nodes(model: SystemModel) -> tuple[Definition, ...]:
    """The definitions that are nodes of the coupling graph, sorted by id."""
    return tuple(sorted((d for d in model.definitions if d.id == d.top), key=lambda d: d.id))


def hubs(model: SystemModel) -> dict[str, str]:
    """The top-level definition that stands for each table that has one."""
    top = tops(model)
    found = {}
    for table in model.tables:
        for name in (table.definition, *table.entities):
            if name in top:
                found[table.name] = top[name]
                break
    return found


def tables_of(model: SystemModel) -> dict[str, tuple[str, ...]]:
    """The tables that each top-level definition declares."""
    found: dict[str, list[str]] = {}
    for table, hub in hubs(model).items():
        found.setdefault(hub, []).append(table)
    return {hub: tuple(sorted(names)) for hub, names in found.items()}


def unknown(what: str, name: str, known: Iterable[str], where: str = "") -> UserError:
    """The error for a name that nothing has, with the names that come near it."""
    near = get_close_matches(name, sorted(known), n=_NEAR, cutoff=0.5)
    hint = f"Did you mean {_either(near)}?" if near else f"Check the {what}'s spelling."
    place = f" ({where})" if where else ""
    return UserError(f"There is no {what} named {name!r}{place}.", hint=hint)


def _either(names: Sequence[str]) -> str:
    return " or ".join(repr(name) for name in names)
