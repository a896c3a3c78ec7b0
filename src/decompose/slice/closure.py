"""What a service needs: from its handlers and roots along everything that is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.slicing import Cut
from decompose.slice.dynamic import literal_module, matching_modules, modules_named
from decompose.slice.registrations import Registrations, register
from decompose.slice.scopes import Function
from decompose.slice.survey import Survey
from decompose.slice.units import Kind, Position, Unit
from decompose.slice.uses import Use, Used, used

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


@dataclass(slots=True, kw_only=True)
class Kept:
    """What a service needs, as far as it is known.

    Of the units that are there (`live`), those in `full` count with all elements of their displays,
    of others only `elements` do. `modules` must be importable; `registering` are the units that
    register something, `idle` those that have nothing left to do. `sent` is what anything but a
    receiver uses, `words` are the attributes, keywords and short strings in the code.
    """

    live: set[Unit] = field(default_factory=set)
    full: set[Unit] = field(default_factory=set)
    elements: set[tuple[Unit, Position]] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    registering: set[Unit] = field(default_factory=set)
    idle: set[Unit] = field(default_factory=set)
    sent: set[Unit] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    @property
    def size(self) -> tuple[int, ...]:
        """Grows with whatever is asked for."""
        return len(self.live), len(self.elements), len(self.modules), len(self.full)


class Closure:
    """Follows all that is asked for: what a unit uses is kept, too."""

    def __init__(self, survey: Survey, cut: Cut) -> None:
        self.survey = survey
        self.program = survey.program
        self.registrations: Registrations = register(survey, cut)
        self.kept = Kept()
        self.findings: set[Finding] = set()
        self.starts: set[str] = set()
        self.whole: set[str] = set()
        self._pending: list[Unit] = []
        self._start(cut)

    def _start(self, cut: Cut) -> None:
        for unit in self.registrations.own:
            self.mark(unit)
            self.kept.registering.add(unit)
        for name in cut.roots:
            if name in self.program.modules:
                self.need_module(name)
                self.starts.add(name)
            for unit in self.program.find(self.survey.top.get(name, name)):
                self.mark(unit, full=False)
                self.starts.add(unit.module)
        for table in cut.tables:
            for unit in self.survey.relations.tables.get(table, ()):
                self.mark(unit)

    def mark(self, unit: Unit, *, full: bool = True) -> None:
        """Keeps a unit, and the block or function that holds it."""
        if full and unit not in self.kept.full:
            self.kept.full.add(unit)
            self._pending.append(unit)
        if unit not in self.kept.live:
            self.kept.live.add(unit)
            self._pending.append(unit)
            self.need_module(unit.module)
            if unit.parent is not None:
                self.mark(unit.parent, full=False)

    def need_module(self, module: str) -> None:
        """Keeps a module importable, with the packages that hold it."""
        while module:
            self.kept.modules.add(module)
            module = module.rpartition(".")[0]

    def drain(self) -> None:
        """Follows what was marked, and what that marks."""
        while self._pending:
            self._follow(self._pending.pop())

    def _follow(self, unit: Unit) -> None:
        if unit.target is not None:
            reached = self.program.leads(unit)
            for module in reached.modules:
                self.need_module(module)
            if unit.target.name not in {"", "*"}:
                self._mark_all(reached.units, full=False)
            return
        for one in self._counting(unit):
            self.touch(unit, one)
        for needed in self.survey.relations.needs.get(unit, ()):
            self.mark(needed)

    def _counting(self, unit: Unit) -> list[Used]:
        """What counts now: not what removed decorators, and elements of displays, use."""
        package = self.program.modules[unit.module].package
        stripped = {id(one) for one in self.stripped(unit)}
        if unit in self.program.opened and isinstance(unit.node, Function):
            nodes: list[ast.AST] = [d for d in unit.node.decorator_list if id(d) not in stripped]
            nodes.append(unit.node.args)
            if unit.node.returns:
                nodes.append(unit.node.returns)
            return [used(nodes, package, unit.scopes)]
        if stripped:
            return [self._without(unit, self.stripped(unit))]
        if self.prunable(unit):
            return [unit.head, unit.used]
        return unit.everything

    def _without(self, unit: Unit, decorators: list[ast.expr]) -> Used:
        package = self.program.modules[unit.module].package
        gone = {use.key for use in used(decorators, package, unit.scopes).uses}
        rest = used([unit.node], package, unit.scopes)
        rest.uses = [use for use in rest.uses if use.key not in gone]
        return rest

    def stripped(self, unit: Unit) -> list[ast.expr]:
        """The decorators that register a foreign route which own code uses as a function."""
        if unit not in self.registrations.foreign or unit not in self.survey.routed:
            return []
        registrars = self.registrations.registrars
        return [
            decorator
            for decorator, variables in self.survey.decorators.get(unit, ())
            if variables & registrars or variables & self.kept.live
        ]

    def prunable(self, unit: Unit) -> bool:
        """Whether elements of its displays may go: nothing but registering looks at them."""
        return bool(unit.elements) and (unit not in self.kept.full or unit.kind is Kind.EFFECT)

    def touch(self, unit: Unit, one: Used) -> None:
        """Keeps what a part of a unit uses."""
        registers = unit.kind in {Kind.EFFECT, Kind.BLOCK} or bool(unit.scopes)
        for use in one.uses:
            self._use(unit, use, full=not registers)
        self.kept.words |= one.words
        for text, _ in one.strings:
            self._string(unit, text)
        for call in one.dynamic:
            self._dynamic(unit, call)
        for call in one.plugins:
            self._plugins(unit, call)
        for name in one.schemas & self.program.classes.keys():
            self._mark_all(self.program.classes[name], full=True)
            self.kept.registering.update(self.program.classes[name])
        package = self.program.modules[unit.module].package
        for call in one.configuring:
            for name in modules_named(call, self.program.modules, package):
                self._keep_whole(name)

    def _use(self, unit: Unit, use: Use, *, full: bool) -> None:
        reached = self.program.resolve(unit.module, use)
        self._mark_all(reached.units, full=full)
        if unit not in self.survey.receivers:
            self.kept.sent |= reached.ends
        for module in reached.modules:
            self.need_module(module)
        for module in sorted(reached.whole):
            self._hand_on(module, unit, use.key[0])

    def _mark_all(self, units: Iterable[Unit], *, full: bool) -> None:
        for unit in units:
            self.mark(unit, full=full)

    def _string(self, unit: Unit, text: str) -> None:
        """A dotted name of the program, or an entity's or table's name in an entity."""
        if unit in self.survey.relations.needs:
            for named in self.survey.relations.named.get(text.split(".", maxsplit=1)[0], ()):
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
            self._hand_on(module, unit, call.lineno)
        elif module is None:
            for name in matching_modules(call, sorted(self.program.modules), package):
                self._hand_on(name, unit, call.lineno)
            self.findings.add(
                Finding(
                    location=self._place(unit, call.lineno),
                    code="slice-dynamic-import",
                    severity=Severity.WARNING,
                    message="which module is imported here is known at run time only",
                    hint="If it is one of the application's, import it by name.",
                )
            )

    def _plugins(self, unit: Unit, call: ast.Call) -> None:
        """Keeps what the project itself offers in the group of entry points that is asked for."""
        words = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
        points = [point for point in self.program.entry_points if point.group in words]
        for point in points:
            self._mark_all(self.program.find(f"{point.module}.{point.name}"), full=True)
        if points:
            self.findings.add(
                Finding(
                    location=self._place(unit, call.lineno),
                    code="slice-entry-points",
                    severity=Severity.NOTE,
                    message=f"the project's own entry points {points[0].group} are loaded here; "
                    "they are found only where the project is installed",
                    hint="Install it without its requirements where the services run: "
                    "pip install --no-deps PATH.",
                )
            )

    def _keep_whole(self, module: str) -> None:
        """Keeps all of a module."""
        self.need_module(module)
        if module in self.program.modules and module not in self.whole:
            self.whole.add(module)
            units = self.program.modules[module].units
            self._mark_all((one for one in units if one.kind is Kind.DEFINE), full=True)

    def _hand_on(self, module: str, unit: Unit, line: int) -> None:
        """Keeps all of a module, of which code reads what can't be told."""
        known = len(self.whole)
        self._keep_whole(module)
        if known == len(self.whole):
            return
        self.findings.add(
            Finding(
                location=self._place(unit, line),
                code="slice-keeps-module",
                severity=Severity.NOTE,
                message=f"the module {module} goes somewhere as a whole; all of it is kept",
                hint="Name what is used of it, and the slice gets smaller.",
            )
        )

    def _place(self, unit: Unit, line: int) -> Location:
        return Location(path=self.program.modules[unit.module].file.path, line=line)
