"""What is registered with the framework, by whom, and in which functions that happens."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from decompose.domain.model import EntryKind, SystemModel
from decompose.domain.slicing import Cut
from decompose.slice.program import Program
from decompose.slice.scopes import Function
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import Use, Used, chain, used

_NO_HOOK = {EntryKind.CONFIG, EntryKind.EXTENSION}


@dataclass(slots=True, kw_only=True)
class Registrations:
    """What is registered in the monolith, seen from one service.

    `own` and `foreign` are the service's handlers and other services'. `registrars` are the
    variables that something is registered on (blueprints, command groups), `members` what other
    variables hold of all these. `hooks` are further definitions that a decorator registers,
    `receivers` those among them and the handlers that a signal calls.
    """

    own: set[Unit] = field(default_factory=set)
    foreign: set[Unit] = field(default_factory=set)
    registrars: set[Unit] = field(default_factory=set)
    members: dict[Unit, set[Unit]] = field(default_factory=dict)
    hooks: dict[Unit, set[Unit]] = field(default_factory=dict)
    receivers: set[Unit] = field(default_factory=set)
    routed: set[Unit] = field(default_factory=set)

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


def survey(program: Program, model: SystemModel, cut: Cut) -> Registrations:
    """Finds what the cut's definitions are registered on; opens functions that register."""
    _open_functions(program, model, cut)
    found = Registrations()
    found.own = _units(program, model, cut.handlers)
    found.foreign = _foreign(program, model, cut) - found.own
    found.routed = _units(program, model, [route.handler for route in model.routes])
    _follow_registrars(program, found, _units(program, model, cut.roots))
    entries = [entry for entry in model.entries if entry.kind not in _NO_HOOK]
    found.receivers = _units(
        program, model, [e.handler for e in entries if e.kind is EntryKind.SIGNAL_RECEIVER]
    )
    named = _units(program, model, [entry.handler for entry in entries])
    _find_hooks(program, found, named)
    return found


def arguments(program: Program, unit: Unit, found: Registrations) -> set[Unit]:
    """What is registered by a statement: all that it uses but what it acts on."""
    used_too = (unit.used, *(element.used for element in unit.elements))
    return of_uses(program, unit, used_too, found) - heads(program, unit)


def heads(program: Program, unit: Unit) -> set[Unit]:
    """The definitions that a statement acts on."""
    return {end for use in unit.head.uses for end in program.resolve(unit.module, use).ends}


def of_uses(program: Program, unit: Unit, every: Iterable[Used], found: Registrations) -> set[Unit]:
    """What is used and can be registered; a module stands for all in it that can."""
    reached: set[Unit] = set()
    for use in _uses(every):
        target = program.resolve(unit.module, use)
        reached.update(one for one in target.ends if one in found)
        for name in target.whole & set(program.modules):
            units = program.modules[name].units
            reached.update(one for one in units if one in found and one not in found.members)
    return reached


def decorator_roots(program: Program, unit: Unit, node: ast.expr) -> set[Unit]:
    """The variables whose attribute a decorator is."""
    call = node
    while isinstance(call, ast.Call):
        call = call.func
    named = chain(call)
    if named is None or not named[1]:
        return set()
    package = program.modules[unit.module].package
    uses = used([named[0]], package, unit.scopes).uses
    ends = {end for use in uses for end in program.resolve(unit.module, use).ends}
    return {end for end in ends if isinstance(end.node, ast.Assign | ast.AnnAssign)}


def _uses(every: Iterable[Used]) -> Iterator[Use]:
    for one in every:
        yield from one.uses


def _open_functions(program: Program, model: SystemModel, cut: Cut) -> None:
    """Opens the roots' functions, and those which they call for the effect."""
    handlers = {route.handler for route in model.routes}
    holders = {
        d.top
        for d in model.definitions
        if d.id in handlers and d.id.count(".") == d.top.count(".") + 1
    }
    pending = [
        unit for root in sorted({*cut.roots, *holders}) for unit in program.find(_top(model, root))
    ]
    for source in program.modules.values():
        pending.extend(_called(program, source.units))
    while pending:
        unit = pending.pop()
        if isinstance(unit.node, Function) and unit not in program.opened:
            pending.extend(_called(program, program.open(unit)))


def _called(program: Program, units: Iterable[Unit]) -> Iterator[Unit]:
    """Functions that statements call for nothing but the effect."""
    for unit in units:
        if isinstance(unit.node, ast.Expr) and isinstance(unit.node.value, ast.Call):
            for use in unit.head.uses:
                yield from program.resolve(unit.module, use).ends


def _units(program: Program, model: SystemModel, definitions: Iterable[str]) -> set[Unit]:
    """The units of definitions: their own inside an opened function, else the top-level ones."""
    nested = _nested(program)
    return {
        unit for name in definitions for unit in nested.get(name) or program.find(_top(model, name))
    }


def _foreign(program: Program, model: SystemModel, cut: Cut) -> set[Unit]:
    """Only what is excluded itself: not the function around it, nor what its neighbours need."""
    nested = _nested(program)
    found: set[Unit] = set()
    for name in cut.excluded:
        found.update(program.find(name))
        found.update(unit for unit in nested.get(name, ()) if _droppable(program, unit))
    return found


def _droppable(program: Program, unit: Unit) -> bool:
    decorated = bool(getattr(unit.node, "decorator_list", ()))
    function = _function(unit)
    users = (s for s in program.opened.get(function, ()) if s is not unit) if function else ()
    return decorated and not any(
        use.name in unit.names
        for sibling in users
        for one in sibling.everything
        for use in one.uses
    )


def _function(unit: Unit) -> Unit | None:
    parent = unit.parent
    while parent is not None and not isinstance(parent.node, Function):
        parent = parent.parent
    return parent


def _nested(program: Program) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for function, units in program.opened.items():
        for unit in units:
            if unit.kind is Kind.DEFINE:
                for name in unit.names:
                    key = f"{function.module}.{function.names[0]}.{name}"
                    found.setdefault(key, []).append(unit)
    return found


def _top(model: SystemModel, definition: str) -> str:
    tops = _TOPS.get(id(model))
    if tops is None:
        _TOPS.clear()
        tops = _TOPS[id(model)] = {d.id: d.top for d in model.definitions}
    return tops.get(definition, definition)


_TOPS: dict[int, dict[str, str]] = {}


def _follow_registrars(program: Program, found: Registrations, roots: set[Unit]) -> None:
    for unit in [*found.own, *found.foreign]:
        for decorator in getattr(unit.node, "decorator_list", ()):
            found.registrars |= decorator_roots(program, unit, decorator)
    size = -1
    while size != (size := len(found.registrars) + sum(map(len, found.members.values()))):
        found.registrars -= roots
        for unit in program.units():
            if unit.kind in {Kind.EFFECT, Kind.DEFINE} and not _is_definition(unit):
                _registers(program, unit, found)


def _registers(program: Program, unit: Unit, found: Registrations) -> None:
    """Takes in an assignment that holds what can be registered, or a statement that registers."""
    held = arguments(program, unit, found) - {unit}
    if not held:
        return
    if unit.kind is Kind.DEFINE:
        found.members.setdefault(unit, set()).update(held)
    elif isinstance(unit.node, ast.Expr):
        for use in unit.head.uses:
            ends = program.resolve(unit.module, use).ends
            found.registrars.update(
                end for end in ends if isinstance(end.node, ast.Assign | ast.AnnAssign)
            )


def _is_definition(unit: Unit) -> bool:
    return isinstance(unit.node, Function | ast.ClassDef)


def _find_hooks(program: Program, found: Registrations, named: set[Unit]) -> None:
    """Decorated definitions that only a decorator can give a meaning, with its variables."""
    referenced = _referenced(program)
    for unit in program.units():
        decorators = getattr(unit.node, "decorator_list", ())
        if not decorators or unit in found.own or unit in found.foreign:
            continue
        if unit in named or unit not in referenced:
            roots: set[Unit] = set()
            for decorator in decorators:
                roots |= decorator_roots(program, unit, decorator)
                roots |= _class_arguments(program, unit, decorator)
            if roots:
                found.hooks[unit] = roots


def _class_arguments(program: Program, unit: Unit, decorator: ast.expr) -> set[Unit]:
    """Classes and variables given to a decorator, as in `@listens_for(User, "after_insert")`."""
    if not isinstance(decorator, ast.Call):
        return set()
    package = program.modules[unit.module].package
    nodes = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
    ends = {
        end
        for use in used(nodes, package, unit.scopes).uses
        for end in program.resolve(unit.module, use).ends
    }
    return {end for end in ends if isinstance(end.node, ast.ClassDef)}


def _referenced(program: Program) -> set[Unit]:
    """The definitions that something names."""
    found: set[Unit] = set()
    for unit in program.units():
        for one in unit.everything:
            for use in one.uses:
                found |= program.resolve(unit.module, use).ends - {unit}
    return found
