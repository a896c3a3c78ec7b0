"""What runs though nothing names it, kept when what it is for is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from decompose.domain.slicing import Cut
from decompose.slice.closure import Closure
from decompose.slice.idle import let_go
from decompose.slice.scopes import Function
from decompose.slice.survey import Survey
from decompose.slice.units import Element, Kind, Unit


class Growth:
    """Lets a closure grow until nothing more is asked for."""

    def __init__(self, survey: Survey, cut: Cut) -> None:
        self.closure = Closure(survey, cut)
        self._survey = survey
        self._kept = self.closure.kept
        self._registrations = self.closure.registrations
        units = list(survey.program.units())
        module = {d.id: d.module for d in survey.model.definitions}
        starts = [module[name] for name in (*cut.roots, *cut.handlers) if name in module]
        executed = survey.execution.after(starts)
        self._conditional = [
            unit for unit in units if unit.module in executed and self._is_conditional(unit)
        ]
        self._displays = [unit for unit in units if unit.elements]

    def grow(self, words: Iterable[str] = ()) -> None:
        """Follows everything asked for so far; `words` are attributes that templates read."""
        self._kept.words.update(words)
        changed = True
        while changed:
            self.closure.drain()
            before = self._kept.size
            self._add()
            self.closure.drain()
            changed = before != self._kept.size or let_go(self._survey, self._kept,
                                                          self.closure.starts)  # fmt: skip

    def _add(self) -> None:
        """Keeps what is there for something that is kept by now."""
        for unit in self._displays:
            if unit in self._kept.live:
                self._elements(unit)
        for unit in self._conditional:
            if unit not in self._kept.live and self._wanted(unit):
                self.closure.mark(unit, full=False)
        backrefs = self._survey.relations.backrefs
        for word in sorted(self._kept.words & backrefs.keys()):
            for target, source in backrefs[word]:
                if target in self._kept.live:
                    self.closure.mark(source)

    def _elements(self, unit: Unit) -> None:
        for element in unit.elements:
            key = (unit, element.key)
            if key not in self._kept.elements and self._keeps(unit, element):
                self._kept.elements.add(key)
                self.closure.touch(unit, element.used)

    def _keeps(self, unit: Unit, element: Element) -> bool:
        if unit.names == ("__all__",):
            texts = {text for text, _ in element.used.strings}
            bound = self._survey.program.modules[unit.module].bindings
            return any(one in self._kept.live for text in texts for one in bound.get(text, ()))
        if not self.closure.prunable(unit):
            return True
        found = self._registrations.among(unit, element.used)
        active = not found or any(self._active(one) for one in found)
        return active or self._sets_up(unit, element)

    def _sets_up(self, unit: Unit, element: Element) -> bool:
        """Whether it is a module with an object in use, which is most likely set up there."""
        program = self._survey.program
        reached = [program.resolve(unit.module, use) for use in element.used.uses]
        modules = {name for one in reached for name in one.whole} & program.modules.keys()
        return any(
            isinstance(one.node, ast.Assign | ast.AnnAssign)
            and one in self._kept.live
            and one not in self._registrations
            for name in modules
            for one in program.modules[name].units
        )

    def _active(self, unit: Unit) -> bool:
        """Whether the service has something to register with it."""
        return self._registrations.active(unit, self._kept.live)

    def _is_conditional(self, unit: Unit) -> bool:
        """Whether a unit may have to run though nothing names it."""
        if unit in self._registrations.foreign or isinstance(unit.node, ast.Pass):
            return False
        if unit.kind in {Kind.IMPORT, Kind.BLOCK}:
            return False
        registered = unit in self._survey.hooks or self._extends(unit)
        return registered or unit.kind is Kind.EFFECT or bool(unit.scopes)

    def _extends(self, unit: Unit) -> bool:
        """Whether it does something to the application, and not only for what is added to it."""
        return unit in self._survey.extensions and unit not in self._registrations.registrars

    def _wanted(self, unit: Unit) -> bool:
        if unit in self._kept.idle:
            return False
        if self._extends(unit):
            return True
        if unit in self._survey.hooks:
            return self._note(unit, self._hooked(unit))
        return (unit.parent is None or self._may_run(unit)) and self._runs(unit)

    def _may_run(self, unit: Unit) -> bool:
        function = unit.parent
        while function is not None and function.kind is Kind.BLOCK:
            if _is_main(function.node):
                return False
            function = function.parent
        return function is None or function in self._kept.live

    def _hooked(self, unit: Unit) -> bool:
        wanted = self._kept.sent if unit in self._survey.receivers else self._kept.live
        return any(root in wanted for root in self._survey.hooks[unit])

    def _runs(self, unit: Unit) -> bool:
        registered = self._registrations.arguments(unit)
        if registered:
            return self._note(unit, any(self._active(one) for one in registered))
        if unit.scopes:
            return self._imports_something(unit)
        links = self._survey.links(unit)
        things = {one for one in links.heads if not isinstance(one.node, Function)}
        if things := things or {*links.ends} & self._survey.relations.entities:
            return self._note(unit, bool(things & self._kept.live))
        return unit.module in self._kept.modules and self._imports_something(unit)

    def _note(self, unit: Unit, wanted: bool) -> bool:
        if wanted:
            self._kept.registering.add(unit)
        return wanted

    def _imports_something(self, unit: Unit) -> bool:
        """False for the mere import of a module that has nothing to register."""
        modules = self._survey.execution.imported_for_effect(unit)
        return not modules or any(one.module in modules for one in self._kept.registering)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)
