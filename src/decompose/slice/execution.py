"""What runs when a module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from decompose.slice.dynamic import literal_module, matching_modules, modules_named
from decompose.slice.program import Program
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import used


class Execution:
    """Which modules run when others do."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names = sorted(program.modules)
        self._imports: dict[str, list[str]] = {}

    def after(self, modules: Iterable[str]) -> set[str]:
        """The modules that run when some are imported and everything in them is called."""
        pending = list(modules)
        found: set[str] = set()
        while pending:
            module = pending.pop()
            if module not in found and module in self._program.packages:
                found.add(module)
                pending.append(module.rpartition(".")[0])
                pending.extend(self._imported(module))
        return found

    def _imported(self, module: str) -> list[str]:
        if module not in self._imports:
            source = self._program.modules.get(module)
            names = self._imports_of(source.tree, source.package) if source else ()
            self._imports[module] = sorted({*names} & self._program.packages)
        return self._imports[module]

    def _imports_of(self, tree: ast.Module, package: str) -> Iterator[str]:
        found = used([tree], package)
        for use in found.uses:
            if use.via is not None:
                yield use.via.module
                yield f"{use.via.module}.{use.via.name}"
        for call in found.dynamic:
            if module := literal_module(call, package):
                yield module
            else:
                yield from matching_modules(call, self._names, package)
        for call in found.configuring:
            yield from modules_named(call, self._program.modules, package)

    @cached_property
    def edges(self) -> Mapping[str, list[tuple[Unit, str]]]:
        """The imports of each module that run when it is imported or its functions register."""
        found: dict[str, list[tuple[Unit, str]]] = {name: [] for name in self._names}
        for unit in self._program.units():
            for module in self._targets(unit):
                found[unit.module].append((unit, module))
        return found

    def _targets(self, unit: Unit) -> Iterator[str]:
        if unit.kind is Kind.IMPORT and unit.target is not None:
            for name in (f"{unit.target.module}.{unit.target.name}", unit.target.module):
                if name in self._program.packages:
                    yield name
        else:
            yield from self.imported_for_effect(unit)

    def imported_for_effect(self, unit: Unit) -> set[str]:
        """The modules that a statement imports by a call, and does nothing else with."""
        if not isinstance(unit.node, ast.Expr) or not unit.used.dynamic:
            return set()
        call = unit.used.dynamic[0]
        module = literal_module(call, self._program.modules[unit.module].package)
        return {module} if module in self._program.modules and unit.node.value is call else set()
