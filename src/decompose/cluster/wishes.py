"""The boundary file's names, looked up in the model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from decompose.domain.boundary import Boundary
from decompose.domain.lookup import unknown
from decompose.domain.model import SystemModel
from decompose.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Pins by definition, definitions that must share a unit, and units that must stay apart.

    `units` numbers the groups that must-link and cannot-link name; `apart` are pairs of them.
    """

    pins: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, int], ...]
    apart: tuple[tuple[int, int], ...]


def wishes(model: SystemModel, boundary: Boundary) -> Wishes:
    """Resolve every name, or raise a UserError that names the unknown one and its neighbours."""
    names = _Names(model)
    _check(model, boundary)
    linked = [[names.find(n, "must-link") for n in group] for group in boundary.must_link]
    parted = [[names.find(n, "cannot-link") for n in group] for group in boundary.cannot_link]
    groups = _merged([frozenset().union(*group) for group in linked if group])
    units = {name: number for number, group in enumerate(groups) for name in group}
    for member in (member for group in parted for member in group):
        number = len(groups) + len(set(units.values()))
        for name in sorted(member):
            units.setdefault(name, number)
    apart: set[tuple[int, int]] = set()
    for group in parted:
        for one, two in combinations(group, 2):
            apart |= {_pair(units, a, b) for a, b in product(one, two)}
    pins = _linked_pins(_pins(boundary, names), groups)
    return Wishes(
        pins=tuple(sorted(pins.items())),
        units=tuple(sorted(units.items())),
        apart=tuple(sorted(apart)),
    )


class _Names:
    """Top-level definitions by every name that a person may write for them."""

    def __init__(self, model: SystemModel) -> None:
        self._model = model

    @cached_property
    def _found(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for definition in self._model.definitions:
            found.setdefault(definition.id, set()).add(definition.top)
            found.setdefault(definition.module, set()).add(definition.top)
            parts = definition.module.split(".")
            for end in range(1, len(parts) + 1):
                below = ".".join(parts[:end]) + ".*"
                found.setdefault(below, set()).add(definition.top)
        return found

    def find(self, name: str, where: str) -> frozenset[str]:
        """The definitions of a definition's, a module's or a `package.*` name."""
        if name not in self._found:
            raise unknown("module or definition", name, self._found, where)
        return frozenset(self._found[name])


def _pair(units: dict[str, int], a: str, b: str) -> tuple[int, int]:
    one, two = units[a], units[b]
    if one == two:
        raise UserError(
            f"{a!r} and {b!r} are asked to be both together and apart.",
            hint="Take one of them out of must-link or cannot-link.",
        )
    return min(one, two), max(one, two)


def _check(model: SystemModel, boundary: Boundary) -> None:
    tables = {table.name for table in model.tables}
    for table, _ in boundary.owners:
        if table not in tables:
            raise unknown("table", table, tables, "owners")
    if boundary.services is not None and boundary.services < 1:
        raise UserError(f"The number of services must be at least 1, not {boundary.services}.")


def _merged(groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for group in groups:
        touching = [other for other in found if other & group]
        found = [other for other in found if not other & group]
        found.append(group.union(*touching))
    return found


def _pins(boundary: Boundary, names: _Names) -> dict[str, str]:
    """The most particular pin wins: a definition's over its module's over a package's."""
    found: dict[str, str] = {}
    general = sorted(boundary.pins, key=lambda pin: (not pin.name.endswith(".*"), len(pin.name)))
    for pin in general:
        if not pin.service.strip():
            raise UserError(f"The pin of {pin.name!r} names no service.")
        for name in sorted(names.find(pin.name, "pins")):
            found[name] = pin.service
    return found


def _linked_pins(pins: dict[str, str], groups: Iterable[frozenset[str]]) -> dict[str, str]:
    for group in groups:
        wanted = sorted({pins[name] for name in group if name in pins})
        if len(wanted) > 1:
            raise UserError(
                f"{min(group)!r} must stay with definitions that are pinned to {wanted}.",
                hint="Pin one must-link group to one service.",
            )
        pins.update((name, service) for name in sorted(group) for service in wanted)
    return pins
