"""The monolith's code seen as a whole: what the slices of all services start from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from decompose.domain.lookup import tops
from decompose.domain.model import EntryKind, SystemModel
from decompose.slice.execution import Execution
from decompose.slice.opening import open_functions
from decompose.slice.program import Program
from decompose.slice.relations import Relations, relate
from decompose.slice.scopes import Function
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import chain, used

_NO_HOOK = {EntryKind.CONFIG, EntryKind.EXTENSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What a statement leads to: `heads` is what it acts on, `ends` and `whole` what else it uses.

    `whole` are modules of which anything may be read.
    """

    heads: frozenset[Unit]
    ends: frozenset[Unit]
    whole: frozenset[str]


class Survey:
    """Everything about the code that does not depend on the service, found once."""

    def __init__(self, program: Program, model: SystemModel, roots: Iterable[str]) -> None:
        self.program = program
        self.model = model
        self.top: Mapping[str, str] = tops(model)
        roots = list(roots)
        open_functions(program, model, roots, self.top)
        self.execution = Execution(program)
        self.roots = self.units_of(roots)
        self._links: dict[Unit, Links] = {}

    @cached_property
    def relations(self) -> Relations:
        """What entities need of each other."""
        return relate(self.program, self.model)

    @cached_property
    def routed(self) -> set[Unit]:
        """The views."""
        return self.units_of(route.handler for route in self.model.routes)

    @cached_property
    def called(self) -> set[Unit]:
        """What else the framework calls."""
        entries = (entry for entry in self.model.entries if entry.kind not in _NO_HOOK)
        return self.units_of(entry.handler for entry in entries)

    @cached_property
    def receivers(self) -> set[Unit]:
        """What a signal calls."""
        kind = EntryKind.SIGNAL_RECEIVER
        return self.units_of(e.handler for e in self.model.entries if e.kind is kind)

    @cached_property
    def nested(self) -> Mapping[str, list[Unit]]:
        """The definitions inside opened functions."""
        found: dict[str, list[Unit]] = {}
        for function, units in self.program.opened.items():
            for unit in units:
                if unit.kind is Kind.DEFINE:
                    for name in unit.names:
                        key = f"{function.module}.{function.names[0]}.{name}"
                        found.setdefault(key, []).append(unit)
        return found

    def units_of(self, definitions: Iterable[str]) -> set[Unit]:
        """The units of definitions: their own inside an opened function, else the top ones."""
        return {
            unit
            for name in definitions
            for unit in self.nested.get(name) or self.program.find(self.top.get(name, name))
        }

    def links(self, unit: Unit) -> Links:
        """What a statement leads to."""
        if unit not in self._links:
            other = [unit.used, *(element.used for element in unit.elements)]
            reached = [self.program.resolve(unit.module, u) for one in other for u in one.uses]
            heads = [self.program.resolve(unit.module, use) for use in unit.head.uses]
            self._links[unit] = Links(
                heads=frozenset(end for one in heads for end in one.ends),
                ends=frozenset(end for one in reached for end in one.ends),
                whole=frozenset(name for one in reached for name in one.whole),
            )
        return self._links[unit]

    @cached_property
    def referenced(self) -> set[Unit]:
        """The definitions that something else names."""
        found: set[Unit] = set()
        for unit in self.program.units():
            links = self.links(unit)
            found |= (links.heads | links.ends) - {unit}
        return found

    @cached_property
    def users(self) -> Mapping[Unit, list[Unit]]:
        """What names each opened function: imports of it, and statements."""
        found: dict[Unit, list[Unit]] = {function: [] for function in self.program.opened}
        for unit in self.program.units():
            if unit not in found:
                for other in named_by(self.program, unit) & found.keys():
                    found[other].append(unit)
        return found

    @cached_property
    def unused_imports(self) -> set[Unit]:
        """Imports that nothing names: they are there for what they do."""
        return unused_imports(self.program)

    @cached_property
    def extensions(self) -> set[Unit]:
        """What is made of the application at the top of a module, as in `babel = Babel(app)`."""
        return {
            unit for unit in self.statements if unit.kind is Kind.DEFINE and self._extends(unit)
        }

    def _extends(self, unit: Unit) -> bool:
        call = getattr(unit.node, "value", None)
        if unit.scopes or not isinstance(call, ast.Call):
            return False
        nodes = [*call.args, *(keyword.value for keyword in call.keywords)]
        names: list[ast.expr] = [node for node in nodes if isinstance(node, ast.Name)]
        return any(end in self.roots for end in self._ends(unit, names))

    @cached_property
    def decorators(self) -> Mapping[Unit, list[tuple[ast.expr, frozenset[Unit]]]]:
        """The decorators of each unit that has some, with the variables whose attribute each is."""
        return {
            unit: [(node, self._variables(unit, node)) for node in decorators]
            for unit in self.program.units()
            if (decorators := getattr(unit.node, "decorator_list", ()))
        }

    def _variables(self, unit: Unit, decorator: ast.expr) -> frozenset[Unit]:
        call = decorator
        while isinstance(call, ast.Call):
            call = call.func
        named = chain(call)
        if named is None or not named[1]:
            return frozenset()
        ends = self._ends(unit, [named[0]])
        return frozenset(end for end in ends if isinstance(end.node, ast.Assign | ast.AnnAssign))

    @cached_property
    def hooks(self) -> Mapping[Unit, frozenset[Unit]]:
        """Definitions that only a decorator can give a meaning, with what it hangs them on."""
        found = {}
        for unit, decorators in self.decorators.items():
            if unit in self.called or unit not in self.referenced:
                roots = {root for node, roots in decorators for root in roots}
                roots.update(end for node, _ in decorators for end in self._classes(unit, node))
                if roots:
                    found[unit] = frozenset(roots)
        return found

    def _classes(self, unit: Unit, decorator: ast.expr) -> Iterator[Unit]:
        """Classes given to a decorator, as in `@listens_for(User, "after_insert")`."""
        if isinstance(decorator, ast.Call):
            nodes = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
            for end in self._ends(unit, nodes):
                if isinstance(end.node, ast.ClassDef):
                    yield end

    def _ends(self, unit: Unit, nodes: list[ast.expr]) -> Iterator[Unit]:
        package = self.program.modules[unit.module].package
        for use in used(nodes, package, unit.scopes).uses:
            yield from self.program.resolve(unit.module, use).ends

    @cached_property
    def statements(self) -> list[Unit]:
        """Statements that may register something: neither functions, classes nor imports."""
        kinds = {Kind.EFFECT, Kind.DEFINE}
        return [
            unit
            for unit in self.program.units()
            if unit.kind in kinds and not isinstance(unit.node, Function | ast.ClassDef)
        ]


def named_by(program: Program, unit: Unit) -> set[Unit]:
    """All that must be there for a unit to work."""
    if unit.imported:
        return program.leads(unit).units
    uses = (use for one in unit.everything for use in one.uses)
    reached = (program.resolve(unit.module, use) for use in uses)
    return {other for one in reached for other in one.units}


def unused_imports(program: Program) -> set[Unit]:
    """Imports that nothing names: they are there for what they do."""
    named: set[Unit] = set()
    for unit in program.units():
        named |= named_by(program, unit) - {unit}
        bindings = program.modules[unit.module].bindings
        for one in unit.everything:
            for use in one.uses:
                named.update(bindings.get(use.name, ()))
    return {unit for unit in program.units() if unit.kind is Kind.IMPORT} - named
