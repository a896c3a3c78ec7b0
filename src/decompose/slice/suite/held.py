"""What one service has of the application, and why a test that needs something can't have it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from decompose.domain.finding import Location
from decompose.domain.slicing import Cut
from decompose.slice.closure import Closure
from decompose.slice.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one service has: its cut, the closure of its code, its templates.

    `helpers` are small definitions that only fixtures use; it can have those, too.
    """

    cut: Cut
    closure: Closure
    templates: frozenset[str]
    helpers: frozenset[Unit] = frozenset()

    def has(self, unit: Unit) -> bool:
        """Whether a definition is there, or may come along."""
        return unit in self.closure.kept.live or unit in self.helpers

    def has_module(self, module: str) -> bool:
        """Whether a module can be imported."""
        return module in self.closure.kept.modules or any(
            f"{unit.module}.".startswith(f"{module}.") for unit in self.helpers
        )


Missing = Callable[[Held], str]
"""Says why a service hasn't got something; nothing where it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that test code needs; `missing` says why a service hasn't got it, or nothing."""

    location: Location
    missing: Missing


def never(location: Location, reason: str) -> Need:
    """A need that no service meets."""
    return Need(location=location, missing=lambda held: reason)


def unit(unit: Unit) -> Missing:
    """A definition, with all that stands in its displays."""

    def missing(held: Held) -> str:
        kept, name = held.closure.kept, ".".join(filter(None, (unit.module, *unit.names[:1])))
        if not held.has(unit):
            return f"{name} is not in {held.cut.service}"
        whole = unit in held.helpers or all(
            (unit, element.key) in kept.elements for element in unit.elements
        )
        return "" if whole else f"{held.cut.service} has a part of {name}"

    return missing


def module(module: str) -> Missing:
    """A module that can be imported."""

    def missing(held: Held) -> str:
        return "" if held.has_module(module) else f"{module} is not in {held.cut.service}"

    return missing


def named(module: str, units: Collection[Unit]) -> Missing:
    """What a string names: helpers don't come along for that."""

    def missing(held: Held) -> str:
        kept = held.closure.kept
        has = module in kept.modules and all(unit in kept.live for unit in units)
        return "" if has else f"{module} is not in {held.cut.service}, or not all of it"

    return missing


def whole(units: list[Unit]) -> Missing:
    """All of a module, given by its units."""

    def missing(held: Held) -> str:
        gone = (one for one in units if one.names and one not in held.closure.kept.live)
        first = next(gone, None)
        return f"{first.module} is not whole in {held.cut.service}" if first else ""

    return missing


def backrefs(words: set[str]) -> Missing:
    """What another service's entity would add to one that is here."""

    def missing(held: Held) -> str:
        known, live = held.closure.survey.relations.backrefs, held.closure.kept.live
        for word in sorted(words & known.keys()):
            for target, source in known[word]:
                if target in live and source not in live:
                    return f"{word} is set by {source.names[0]}, which is not in {held.cut.service}"
        return ""

    return missing


def template(name: str) -> Missing:
    """A template that code names."""

    def missing(held: Held) -> str:
        kept = f"template:{name}" in held.templates
        return "" if kept else f"the template {name} is not in {held.cut.service}"

    return missing


def table(table: str) -> Missing:
    """A table, copied or declared."""

    def missing(held: Held) -> str:
        declared = held.closure.survey.relations.tables.get(table, set())
        kept = table in held.cut.tables or declared & held.closure.kept.live
        return "" if kept else f"the table {table} is not in {held.cut.service}"

    return missing


def command(handlers: frozenset[str]) -> Missing:
    """Commands, given by their handlers."""

    def missing(held: Held) -> str:
        gone = sorted(handlers - {*held.cut.handlers})
        return f"{gone[0]} is not in {held.cut.service}" if gone else ""

    return missing
