"""A finished slice looked at once more: it parses, its imports resolve, nothing in it is idle."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator, Sequence

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.slicing import SliceFile
from decompose.slice.program import Program, Source
from decompose.slice.survey import named_by, unused_imports
from decompose.slice.units import Kind, Unit
from decompose.slice.uses import Use, Used

_HINT = "This is a fault of decompose, not of the code: please report it with this line."


def check(
    monolith: Program, code: Sequence[SliceFile], reached: Collection[str], words: Collection[str]
) -> tuple[Finding, ...]:
    """What is wrong with the Python files of a slice; nothing should be.

    Names that lead somewhere in the monolith lead somewhere in the slice, imports that were used
    still are, and every definition is reached: by a name, a string, an attribute, a decorator, by
    one of `words` (what templates read), or from outside, as `reached` are.
    """
    paths = {source.file.path: source for source in monolith.modules.values()}
    sources, findings = [], []
    for file in code:
        try:
            sources.append(paths[file.path].version(file.content))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            where = Location(path=file.path, line=line)
            findings.append(_finding(where, "slice-does-not-parse", str(error)))
    checked = _Checked(monolith, Program(sources), reached, words)
    return tuple(sorted({*findings, *checked.missing(), *checked.unused(), *checked.idle()}))


class _Checked:
    """The modules of a slice beside the monolith's."""

    def __init__(
        self,
        monolith: Program,
        program: Program,
        reached: Collection[str],
        words: Collection[str],
    ) -> None:
        self._monolith = monolith
        self._program = program
        self._reached = reached
        self._words = {*words}

    def missing(self) -> Iterator[Finding]:
        """Uses that lead to less than they did."""
        for unit in self._program.units():
            uses = [use for one in unit.everything for use in one.uses if use.scope is None]
            for use in [unit.imported] if unit.imported else uses:
                if self._lost(unit.module, use):
                    name = ".".join((use.name, *use.rest))
                    message = f"{name} is used here, but is not in the slice"
                    yield _finding(self._place(unit, use.key[0]), "slice-misses-name", message)

    def _lost(self, module: str, use: Use) -> bool:
        before, after = self._monolith.resolve(module, use), self._program.resolve(module, use)
        if after.ends:
            return False
        unbound = use.via is None and not after.units and not hasattr(builtins, use.name)
        return (
            bool(before.ends)
            or bool(before.units and unbound)
            or bool(before.modules - after.modules)
        )

    def unused(self) -> Iterator[Finding]:
        """Imports that lost what they were for."""
        before = {_import(unit) for unit in unused_imports(self._monolith)}
        known = {_import(unit) for unit in self._monolith.units() if unit.target}
        for unit in sorted(unused_imports(self._program), key=lambda one: (one.module, one.key)):
            if (
                unit.names != ("*",)
                and _import(unit) in known - before
                and not _exported(self._program.modules[unit.module], unit)
            ):
                message = f"nothing uses {unit.names[0]}"
                yield _finding(self._place(unit), "slice-keeps-import", message)

    def idle(self) -> Iterator[Finding]:
        """Definitions that nothing reaches."""
        named: set[Unit] = set()
        for unit in self._program.units():
            named |= named_by(self._program, unit) - {unit}
            self._words.update(word for one in unit.everything for word in _words(one))
        for unit in self._program.units():
            if unit.kind is Kind.DEFINE and unit not in named and not self._is_reached(unit):
                message = f"nothing reaches {', '.join(unit.names)}"
                yield _finding(self._place(unit), "slice-keeps-definition", message)

    def _is_reached(self, unit: Unit) -> bool:
        if getattr(unit.node, "decorator_list", ()) or isinstance(unit.node, ast.AugAssign):
            return True
        return any(
            name in self._words or f"{unit.module}.{name}" in self._reached or name[:2] == "__"
            for name in unit.names
        )

    def _place(self, unit: Unit, line: int = 0) -> Location:
        path = self._program.modules[unit.module].file.path
        return Location(path=path, line=line or unit.key[0])


def _import(unit: Unit) -> tuple[object, ...]:
    target = unit.target
    return unit.module, unit.names, target and (target.module, target.name)


def _words(one: Used) -> Iterator[str]:
    yield from one.words
    for text, _ in one.strings:
        yield from re.split(r"\W+", text)


def _exported(source: Source, unit: Unit) -> bool:
    return source.exported is not None and bool(source.exported & {*unit.names})


def _finding(location: Location, code: str, message: str) -> Finding:
    return Finding(
        location=location,
        code=code,
        severity=Severity.ERROR,
        message=message,
        hint=_HINT,
    )
