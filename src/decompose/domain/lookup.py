"""Questions that several stages ask of a system model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from decompose.domain.model import Definition, SystemModel
from decompose.errors import UserError

_NEAR = 3


def tops(model: SystemModel) -> dict[str, str]:
    """The top-level definition of every definition."""
    return {d.id: d.top for d in model.definitions}


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
