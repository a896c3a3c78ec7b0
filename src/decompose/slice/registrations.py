"""What is registered with the framework, by whom, and what of it one service has."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from decompose.domain.slicing import Cut
from decompose.slice.scopes import Function
from decompose.slice.survey import Survey
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import Used


@dataclass(slots=True, kw_only=True)
class Registrations:
    """What is registered in the monolith, seen from one service.

    `own` and `foreign` are the service's handlers and other services'. `registrars` are the
    variables that something is registered on (blueprints, command groups), `members` what other
    variables hold of all these.
    """

    survey: Survey
    own: set[Unit]
    foreign: set[Unit]
    registrars: set[Unit] = field(default_factory=set)
    members: dict[Unit, set[Unit]] = field(default_factory=dict)

    def __contains__(self, unit: Unit) -> bool:
        return (
            unit in self.own
            or unit in self.foreign
            or unit in self.registrars
            or unit in self.members
        )

    def active(
        self, unit: Unit, live: Collection[Unit], seen: frozenset[Unit] = frozenset()
    ) -> bool:
        """Whether the service has something to register with it."""
        if unit in self.own:
            return True
        if unit in self.foreign or unit in seen:
            return False
        if unit in live and not (unit in self.members and unit.elements):
            return True
        seen |= {unit}
        return any(self.active(one, live, seen) for one in self.members.get(unit, ()))

    def arguments(self, unit: Unit) -> set[Unit]:
        """What is registered by a statement: all that it uses but what it acts on."""
        links = self.survey.links(unit)
        return self._held(links.ends, links.whole) - links.heads

    def among(self, unit: Unit, one: Used) -> set[Unit]:
        """What a part of a statement uses and can be registered."""
        reached = [self.survey.program.resolve(unit.module, use) for use in one.uses]
        return self._held(
            {end for part in reached for end in part.ends},
            {name for part in reached for name in part.whole},
        )

    def _held(self, ends: Iterable[Unit], whole: Iterable[str]) -> set[Unit]:
        """What can be registered; a module stands for all in it that can."""
        found = {one for one in ends if one in self}
        modules = self.survey.program.modules
        for name in whole:
            if name in modules:
                units = modules[name].units
                found.update(one for one in units if one in self and one not in self.members)
        return found


def register(survey: Survey, cut: Cut) -> Registrations:
    """Finds what the cut's definitions are registered on."""
    own = survey.units_of(cut.handlers)
    found = Registrations(survey=survey, own=own, foreign=_foreign(survey, cut.excluded) - own)
    for unit in (*found.own, *found.foreign):
        for _, variables in survey.decorators.get(unit, ()):
            found.registrars |= variables
    size = -1
    while size != (size := len(found.registrars) + sum(map(len, found.members.values()))):
        found.registrars -= survey.roots
        for unit in survey.statements:
            _take_in(unit, found)
    return found


def _take_in(unit: Unit, found: Registrations) -> None:
    """Takes in an assignment that holds what can be registered, or a statement that registers."""
    held = found.arguments(unit) - {unit}
    if not held:
        return
    if unit.kind is Kind.DEFINE:
        found.members.setdefault(unit, set()).update(held)
    elif isinstance(unit.node, ast.Expr):
        heads = found.survey.links(unit).heads
        found.registrars.update(
            end for end in heads if isinstance(end.node, ast.Assign | ast.AnnAssign)
        )


def _foreign(survey: Survey, excluded: Iterable[str]) -> set[Unit]:
    """Only what is excluded itself: not the function around it, nor what its neighbours need."""
    found: set[Unit] = set()
    for name in excluded:
        found.update(survey.program.find(name))
        found.update(unit for unit in survey.nested.get(name, ()) if _droppable(survey, unit))
    return found


def _droppable(survey: Survey, unit: Unit) -> bool:
    function = _function(unit)
    siblings = survey.program.opened.get(function, ()) if function else ()
    return unit in survey.decorators and not any(
        use.name in unit.names
        for sibling in siblings
        if sibling is not unit
        for one in sibling.everything
        for use in one.uses
    )


def _function(unit: Unit) -> Unit | None:
    parent = unit.parent
    while parent is not None and not isinstance(parent.node, Function):
        parent = parent.parent
    return parent
