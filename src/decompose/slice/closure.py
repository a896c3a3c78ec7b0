"""What a service needs: from its handlers and roots along everything that is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import SystemModel
from decompose.domain.slicing import Cut
from decompose.slice.dynamic import literal_module, matching_modules, modules_named
from decompose.slice.program import Program
from decompose.slice.registrations import (
    Registrations,
    arguments,
    decorator_roots,
    heads,
    of_uses,
    survey,
)
from decompose.slice.relations import Relations, relate
from decompose.slice.scopes import Function
from decompose.slice.units import Element, Kind, Unit
from decompose.slice.uses import Use, Used, used

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


class Closure:
    """The units that a service needs, grown until nothing more is asked for."""

    def __init__(self, program: Program, model: SystemModel, cut: Cut) -> None:
        self.program = program
        self.registrations: Registrations = survey(program, model, cut)
        self.live: set[Unit] = set()
        self.modules: set[str] = set()
        self.kept: set[tuple[Unit, tuple[int, int]]] = set()
        self.registering: set[Unit] = set()
        self.findings: set[Finding] = set()
        self.words: set[str] = set()
        self.starts: set[str] = set()
        self.unused: set[Unit] = unused_imports(program)
        self._relations: Relations = relate(program, model)
        self._idle: set[Unit] = set()
        self._executed = executed(program, cut, model)
        self._full: set[Unit] = set()
        self._whole: set[str] = set()
        self._pending: list[Unit] = []
        self._sent: set[Unit] = set()
        self._start(model, cut)

    def _start(self, model: SystemModel, cut: Cut) -> None:
        for unit in self.registrations.own:
            self.mark(unit)
            self.registering.add(unit)
        kinds = {d.id: d.module for d in model.definitions if d.id == d.module}
        tops = {d.id: d.top for d in model.definitions}
        for name in cut.roots:
            if name in kinds:
                self.need_module(name)
                self.starts.add(name)
            for unit in self.program.find(tops.get(name, name)):
                self.mark(unit, full=False)
                self.starts.add(unit.module)
        for table in cut.tables:
            for unit in self._relations.tables.get(table, ()):
                self.mark(unit)

    def grow(self, words: Iterable[str] = ()) -> None:
        """Follows everything asked for so far; `words` are attributes that templates read."""
        self.words.update(words)
        changed = True
        while changed:
            self._drain()
            before = (len(self.live), len(self.kept), len(self.modules), len(self._full))
            self._conditional()
            self._drain()
            after = (len(self.live), len(self.kept), len(self.modules), len(self._full))
            changed = before != after or self._tidy()

    def _tidy(self) -> bool:
        """Lets go of functions that have nothing left to register, and of the calls of them."""
        for function, units in self.program.opened.items():
            if function in self.live and not any(_says(u) for u in units if u in self.live):
                users = self._users(function)
                if any(_says(unit) for unit in units) and all(_calls(u) for u in users):
                    self._idle |= {function, *users}
                    self.live -= self._idle | set(units)
                    self._settle()
                    return True
        return False

    def _users(self, function: Unit) -> list[Unit]:
        """What is there for a function: the imports of it, and the statements that name it."""
        return [unit for unit in self.live if unit is not function and self._names(unit, function)]

    def _names(self, unit: Unit, other: Unit) -> bool:
        if unit in self.program.opened:
            return False
        uses = [use for one in unit.everything for use in one.uses]
        if unit.target is not None:
            uses = [Use(name="", via=unit.target, bare=False)]
        return any(other in self.program.resolve(unit.module, use).units for use in uses)

    def _settle(self) -> None:
        """Forgets modules that only what is gone by now asked for."""
        needed = {unit.module for unit in self.live if _says(unit)} | self.starts
        for unit in self.live:
            if unit.target is not None:
                use = Use(name="", via=unit.target, bare=False)
                needed |= self.program.resolve(unit.module, use).modules
        packages = {name[: match.start()] for name in needed for match in re.finditer(r"\.", name)}
        self.modules &= needed | packages
        self.live = {unit for unit in self.live if unit.module in self.modules}

    def mark(self, unit: Unit, *, full: bool = True) -> None:
        """Keeps a unit, and the block or function that holds it."""
        if full and unit not in self._full:
            self._full.add(unit)
            self._pending.append(unit)
        if unit not in self.live:
            self.live.add(unit)
            self._pending.append(unit)
            self.need_module(unit.module)
            if unit.parent is not None:
                self.mark(unit.parent, full=False)

    def need_module(self, module: str) -> None:
        """Keeps a module importable, with the packages that hold it."""
        while module:
            self.modules.add(module)
            module = module.rpartition(".")[0]

    def keep_whole(self, module: str, unit: Unit, line: int) -> None:
        """Keeps all of a module, of which code reads what can't be told."""
        self.need_module(module)
        source = self.program.modules.get(module)
        if source is None or module in self._whole:
            return
        self._whole.add(module)
        self.findings.add(
            Finding(
                location=Location(path=self.program.modules[unit.module].file.path, line=line),
                code="slice-keeps-module",
                severity=Severity.NOTE,
                message=f"the module {module} goes somewhere as a whole; all of it is kept",
                hint="Name what is used of it, and the slice gets smaller.",
            )
        )
        for one in source.units:
            if one.kind is Kind.DEFINE:
                self.mark(one)

    def _drain(self) -> None:
        while self._pending:
            self._follow(self._pending.pop())

    def _follow(self, unit: Unit) -> None:
        if unit.target is not None:
            use = Use(name=unit.names[0], via=unit.target, bare=False, key=unit.key)
            reached = self.program.resolve(unit.module, use)
            for module in reached.modules:
                self.need_module(module)
            if unit.target.name not in {"", "*"}:
                self._mark_all(reached.units, registering=True)
            return
        for one in self._used(unit):
            self._touch_all(unit, one)
        for needed in self._relations.needs.get(unit, ()):
            self.mark(needed)

    def _used(self, unit: Unit) -> list[Used]:
        """What counts now: not what removed decorators, and elements of displays, use."""
        package = self.program.modules[unit.module].package
        if unit in self.program.opened and isinstance(unit.node, Function):
            nodes: list[ast.AST] = [*self._decorators(unit), unit.node.args]
            if unit.node.returns:
                nodes.append(unit.node.returns)
            return [used(nodes, package, unit.scopes)]
        if unit in self.registrations.foreign and self.stripped(unit):
            gone = {id(one) for one in self.stripped(unit)}
            node_uses = used([unit.node], package, unit.scopes)
            lines = {
                use.key
                for one in getattr(unit.node, "decorator_list", ())
                if id(one) in gone
                for use in used([one], package, unit.scopes).uses
            }
            node_uses.uses = [use for use in node_uses.uses if use.key not in lines]
            return [node_uses]
        if self._prunable(unit):
            return [unit.head, unit.used]
        return unit.everything

    def _decorators(self, unit: Unit) -> list[ast.expr]:
        gone = {id(one) for one in self.stripped(unit)}
        return [one for one in getattr(unit.node, "decorator_list", ()) if id(one) not in gone]

    def stripped(self, unit: Unit) -> list[ast.expr]:
        """The decorators that register a foreign route which own code uses as a function."""
        if unit not in self.registrations.foreign or unit not in self.registrations.routed:
            return []
        decorators = getattr(unit.node, "decorator_list", ())
        return [one for one in decorators if self._registers(unit, one)]

    def _registers(self, unit: Unit, decorator: ast.expr) -> bool:
        roots = decorator_roots(self.program, unit, decorator)
        return bool(roots & (self.registrations.registrars | self.live)) and bool(roots)

    def _prunable(self, unit: Unit) -> bool:
        """Whether elements of its displays may go: nothing but registering looks at them."""
        return bool(unit.elements) and (unit not in self._full or unit.kind is Kind.EFFECT)

    def _registering(self, unit: Unit) -> bool:
        """Whether a statement is registration code."""
        return unit.kind is Kind.EFFECT or bool(unit.scopes) or unit.kind is Kind.BLOCK

    def _touch_all(self, unit: Unit, one: Used) -> None:
        for use in one.uses:
            self._touch(unit, use)
        self.words |= one.words
        for text, line in one.strings:
            self._string(unit, text, line)
        for call in one.dynamic:
            self._dynamic(unit, call)
        for call in one.configuring:
            for name in modules_named(call, self.program.modules):
                self.keep_whole(name, unit, call.lineno)

    def _touch(self, unit: Unit, use: Use) -> None:
        reached = self.program.resolve(unit.module, use)
        self._mark_all(reached.units, registering=self._registering(unit))
        if unit not in self.registrations.receivers:
            self._sent |= reached.ends
        for module in reached.modules:
            self.need_module(module)
        for module in sorted(reached.whole):
            self.keep_whole(module, unit, use.key[0])

    def _mark_all(self, units: Iterable[Unit], *, registering: bool) -> None:
        for unit in units:
            self.mark(unit, full=not registering)

    def _string(self, unit: Unit, text: str, line: int) -> None:
        """A dotted name of the program, or an entity's or table's name in an entity."""
        if unit in self._relations.needs:
            for named in self._relations.named.get(text.split(".", maxsplit=1)[0], ()):
                self.mark(named)
        if _DOTTED.fullmatch(text):
            for named in self.program.find(text):
                self.mark(named)

    def _dynamic(self, unit: Unit, call: ast.Call) -> None:
        package = self.program.modules[unit.module].package
        module = literal_module(call, package)
        if module is not None and isinstance(unit.node, ast.Expr):
            self.need_module(module)
        elif module in self.program.modules:
            self.keep_whole(module, unit, call.lineno)
        elif module is None:
            for name in matching_modules(call, sorted(self.program.modules)):
                self.keep_whole(name, unit, call.lineno)
            self.findings.add(self._unknown_import(unit, call))

    def _unknown_import(self, unit: Unit, call: ast.Call) -> Finding:
        path = self.program.modules[unit.module].file.path
        return Finding(
            location=Location(path=path, line=call.lineno),
            code="slice-dynamic-import",
            severity=Severity.WARNING,
            message="which module is imported here is known at run time only",
            hint="If it is one of the application's, import it by name.",
        )

    def _conditional(self) -> None:
        """Keeps what is there for something that is kept by now."""
        for unit in list(self.program.units()):
            if unit in self.live:
                self._elements(unit)
            elif unit.module in self._executed and self._wanted(unit):
                self.mark(unit, full=False)
        for word in sorted(self.words & set(self._relations.backrefs)):
            for target, source in self._relations.backrefs[word]:
                if target in self.live:
                    self.mark(source)

    def _elements(self, unit: Unit) -> None:
        for element in unit.elements:
            key = (unit, element.key)
            if key not in self.kept and self._keeps(unit, element):
                self.kept.add(key)
                self._touch_all(unit, element.used)

    def _keeps(self, unit: Unit, element: Element) -> bool:
        if unit.names == ("__all__",):
            texts = {text for text, _ in element.used.strings}
            bound = self.program.modules[unit.module].bindings
            return any(one in self.live for text in texts for one in bound.get(text, ()))
        if not self._prunable(unit):
            return True
        found = of_uses(self.program, unit, [element.used], self.registrations)
        return not found or any(self.active(one) for one in found)

    def active(self, unit: Unit) -> bool:
        """Whether the service has something to register with it."""
        return self.registrations.active(unit, self.live)

    def _wanted(self, unit: Unit) -> bool:
        """Whether a statement that nothing names has to run all the same."""
        if unit in self.registrations.foreign or unit.kind in {Kind.IMPORT, Kind.BLOCK}:
            return False
        if isinstance(unit.node, ast.Pass) or unit in self._idle:
            return False
        if unit in self.registrations.hooks:
            return self._hooked(unit)
        if unit.parent is not None and not self._may_run(unit):
            return False
        if unit.kind is Kind.EFFECT or unit.scopes:
            return self._runs(unit)
        return False

    def _may_run(self, unit: Unit) -> bool:
        function = unit.parent
        while function is not None and function.kind is Kind.BLOCK:
            if _is_main(function.node):
                return False
            function = function.parent
        return function is None or function in self.live

    def _hooked(self, unit: Unit) -> bool:
        roots = self.registrations.hooks[unit]
        wanted = self.live if unit not in self.registrations.receivers else self._sent
        if any(root in wanted for root in roots):
            self.registering.add(unit)
            return True
        return False

    def _runs(self, unit: Unit) -> bool:
        registered = arguments(self.program, unit, self.registrations)
        if registered:
            return self._note(unit, any(self.active(one) for one in registered))
        if unit.scopes:
            return self._imports_something(unit)
        ends = heads(self.program, unit)
        things = {one for one in ends if not isinstance(one.node, Function)}
        if things := things or self._entities(unit):
            return self._note(unit, bool(things & self.live))
        return unit.module in self.modules and self._imports_something(unit)

    def _entities(self, unit: Unit) -> set[Unit]:
        """The mapped classes that a statement is about."""
        ends = {
            end for use in unit.used.uses for end in self.program.resolve(unit.module, use).ends
        }
        return ends & self._relations.entities

    def _note(self, unit: Unit, wanted: bool) -> bool:
        if wanted:
            self.registering.add(unit)
        return wanted

    def _imports_something(self, unit: Unit) -> bool:
        """False for the mere import of a module that has nothing to register."""
        modules = imported_for_effect(self.program, unit)
        return not modules or any(one.module in modules for one in self.registering)


def _says(unit: Unit) -> bool:
    """Whether a unit does something: it is no docstring, `pass` or import."""
    value = getattr(unit.node, "value", None)
    return unit.kind is not Kind.IMPORT and not (
        isinstance(unit.node, ast.Pass)
        or (isinstance(unit.node, ast.Expr) and isinstance(value, ast.Constant))
    )


def _calls(unit: Unit) -> bool:
    """Whether a statement does nothing but call what it acts on, or imports it."""
    return unit.kind is Kind.IMPORT or (
        isinstance(unit.node, ast.Expr)
        and isinstance(unit.node.value, ast.Call)
        and unit.kind is Kind.EFFECT
    )


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)


def imported_for_effect(program: Program, unit: Unit) -> set[str]:
    """The modules that a statement imports by a call, and does nothing else with."""
    if not isinstance(unit.node, ast.Expr) or not unit.used.dynamic:
        return set()
    call = unit.used.dynamic[0]
    module = literal_module(call, program.modules[unit.module].package)
    return {module} if module in program.modules and unit.node.value is call else set()


def unused_imports(program: Program) -> set[Unit]:
    """The imports of other packages that nothing names: they are there for what they do."""
    named: set[Unit] = set()
    for unit in program.units():
        for one in unit.everything:
            for use in one.uses:
                named |= program.resolve(unit.module, use).units
                named.update(program.modules[unit.module].bindings.get(use.name, ()))
        if unit.target is not None:
            use = Use(name="", via=unit.target, bare=False)
            named |= program.resolve(unit.module, use).units - {unit}
    return {unit for unit in program.units() if unit.kind is Kind.IMPORT} - named


def executed(program: Program, cut: Cut, model: SystemModel) -> set[str]:
    """The modules that run when the monolith starts, or one of the cut's handlers is imported."""
    of = {d.id: d.module for d in model.definitions}
    pending = [of[name] for name in (*cut.roots, *cut.handlers) if name in of]
    found: set[str] = set()
    while pending:
        module = pending.pop()
        if module in found or module not in program.packages:
            continue
        found.add(module)
        pending.append(module.rpartition(".")[0])
        if source := program.modules.get(module):
            pending.extend(_imports(program, source.tree, source.package))
    return found


def _imports(program: Program, tree: ast.Module, package: str) -> Iterable[str]:
    found = used([tree], package)
    for use in found.uses:
        if use.via is not None:
            yield use.via.module
            yield f"{use.via.module}.{use.via.name}"
    for call in found.dynamic:
        if module := literal_module(call, package):
            yield module
        else:
            yield from matching_modules(call, sorted(program.modules))
    for call in found.configuring:
        yield from modules_named(call, program.modules)
