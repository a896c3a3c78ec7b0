"""All modules of the monolith, and what a use in one of them leads to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import decode_source

from decompose.domain.source import EntryPoint, ReadBytes, SourceFile, SourceTree
from decompose.slice.contents import Contents, contents, lines_of_imports
from decompose.slice.scopes import Imported, Scope
from decompose.slice.units import Kind, Position, Unit, inside, units_of
from decompose.slice.uses import Use


@dataclass(slots=True, kw_only=True)
class Reached:
    """What a use leads to.

    `units` must be there for it to work, `modules` must be importable, of `whole` anything may be
    read. `ends` are the units that define what is used, without the imports on the way.
    """

    units: set[Unit] = field(default_factory=set)
    ends: set[Unit] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)


_NOTHING = Reached()


class Source:
    """A module that could be parsed, as units."""

    def __init__(self, file: SourceFile, content: bytes, tree: ast.Module) -> None:
        self.file = file
        self.content = content
        self.tree = tree
        self.name = file.module
        self.package = self.name if file.is_package else self.name.rpartition(".")[0]
        self.units = list(units_of(tree.body, self.name, self.package))
        self._versions: dict[bytes, Source] = {}

    def version(self, content: bytes) -> Source:
        """The module as it is with other content; raises SyntaxError or ValueError."""
        if content == self.content:
            return self
        if content not in self._versions:
            self._versions[content] = Source(self.file, content, ast.parse(content))
        return self._versions[content]

    @cached_property
    def contents(self) -> Contents:
        """What its code says besides."""
        return contents(self.tree)

    @cached_property
    def lines_of_imports(self) -> Mapping[str, int]:
        """The first line that imports each top-level module."""
        return lines_of_imports(self.tree)

    @cached_property
    def text(self) -> str:
        """The file's text, lines ended as Python sees them."""
        decoded = decode_source(self.content)
        return decoded.removeprefix("\ufeff")

    @cached_property
    def bindings(self) -> Mapping[str, list[Unit]]:
        """The units that bind each name of the module."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in unit.names:
                if name != "*":
                    found.setdefault(name, []).append(unit)
        return found

    @cached_property
    def stars(self) -> list[Unit]:
        """Its star imports."""
        return [unit for unit in self.units if unit.names == ("*",)]

    @cached_property
    def exported(self) -> frozenset[str] | None:
        """The names in a literal `__all__`, None without one."""
        for unit in self.bindings.get("__all__", ()):
            value = getattr(unit.node, "value", None)
            if isinstance(value, ast.List | ast.Tuple):
                elements = (getattr(one, "value", None) for one in value.elts)
                return frozenset(one for one in elements if isinstance(one, str))
        return None


class Program:
    """The monolith's modules by name."""

    def __init__(self, sources: Iterable[Source], entry_points: Iterable[EntryPoint] = ()) -> None:
        self.entry_points = tuple(entry_points)
        self.modules = {source.name: source for source in sources}
        self.packages = {
            name[:end]
            for name in self.modules
            for end in (i for i, letter in enumerate(name) if letter == ".")
        } | set(self.modules)
        self._opened: dict[Unit, list[Unit]] = {}
        self._resolved: dict[Use, Reached] = {}
        self._variables: dict[tuple[Scope, str], list[Unit]] = {}
        self._local: dict[tuple[str, Position], Unit] = {}

    @cached_property
    def classes(self) -> Mapping[str, list[Unit]]:
        """The classes at the top of any module, by their bare names."""
        found: dict[str, list[Unit]] = {}
        for source in self.modules.values():
            for unit in source.units:
                if isinstance(unit.node, ast.ClassDef):
                    found.setdefault(unit.names[0], []).append(unit)
        return found

    def open(self, function: Unit) -> list[Unit]:
        """The units of a function's body; from now on its imports count one by one."""
        if function not in self._opened:
            units = list(inside(function, self.modules[function.module].package))
            self._opened[function] = units
            for unit in units:
                for name in unit.names:
                    self._variables.setdefault((unit.scopes[-1], name), []).append(unit)
            self._local.update(
                ((unit.module, unit.key), unit) for unit in units if unit.kind is Kind.IMPORT
            )
        return self._opened[function]

    @property
    def opened(self) -> Mapping[Unit, list[Unit]]:
        """The functions that were opened, with the units in them."""
        return self._opened

    def units(self) -> Iterator[Unit]:
        """Every unit at the top of a module, or in an opened function."""
        for source in self.modules.values():
            yield from source.units
        for units in self._opened.values():
            yield from units

    def find(self, definition: str) -> list[Unit]:
        """The units of a top-level definition."""
        module, _, name = definition.rpartition(".")
        if module in self.modules and name in self.modules[module].bindings:
            return list(self.modules[module].bindings[name])
        return []

    def settle(self) -> None:
        """All functions are open that will be: forgets what uses led to before."""
        self._resolved.clear()

    def resolve(self, module: str, use: Use) -> Reached:
        """What a use in `module` leads to."""
        if use not in self._resolved:
            self._resolved[use] = self._resolve(module, use)
        return self._resolved[use]

    def leads(self, unit: Unit) -> Reached:
        """What an import leads to."""
        return self.resolve(unit.module, unit.imported) if unit.imported else _NOTHING

    def _resolve(self, module: str, use: Use) -> Reached:
        reached = Reached()
        if use.scope is not None:
            reached.units.update(self._variables.get((use.scope, use.name), ()))
            reached.ends |= reached.units
        elif use.via is None:
            self._name(module, (use.name, *use.rest), use.bare, reached, set())
        else:
            if unit := self._local.get((module, use.via.key)):
                reached.units.add(unit)
            self._imported(use.via, use.rest, use.bare, reached, set())
        return reached

    def _name(
        self,
        module: str,
        chain: tuple[str, ...],
        bare: bool,
        reached: Reached,
        seen: set[tuple[str, str]],
    ) -> bool:
        """Follows a chain that starts with a name of `module`; whether the name is known."""
        source = self.modules.get(module)
        if source is None or (module, chain[0]) in seen:
            return False
        seen = seen | {(module, chain[0])}
        units = source.bindings.get(chain[0], [])
        for unit in _closest(units, chain):
            reached.units.add(unit)
            if unit.target is None:
                reached.ends.add(unit)
            else:
                self._imported(unit.target, chain[1:], bare, reached, seen)
        return bool(units) or self._starred(source, chain, bare, reached, seen)

    def _starred(
        self,
        source: Source,
        chain: tuple[str, ...],
        bare: bool,
        reached: Reached,
        seen: set[tuple[str, str]],
    ) -> bool:
        """Looks for a name in what is imported with a star."""
        for unit in reversed(source.stars):
            other = self.modules.get(unit.target.module) if unit.target else None
            if other is None:
                continue
            hidden = chain[0].startswith("_") if other.exported is None else (
                chain[0] not in other.exported)  # fmt: skip
            if not hidden and self._name(other.name, chain, bare, reached, seen):
                reached.units.update((unit, *other.bindings.get("__all__", ())))
                reached.modules.add(other.name)
                return True
        return False

    def _imported(
        self,
        target: Imported,
        rest: tuple[str, ...],
        bare: bool,
        reached: Reached,
        seen: set[tuple[str, str]],
    ) -> None:
        if target.name == "*":
            self._module(target.module, (), False, reached, seen)
        elif target.name:
            self._module(target.module, (target.name, *rest), bare, reached, seen)
        elif target.rooted:
            root, *deeper = target.module.split(".")
            self._module(target.module, (), False, reached, seen)
            self._module(root, rest, bare and tuple(deeper) != rest, reached, seen)
        else:
            self._module(target.module, rest, bare, reached, seen)

    def _module(
        self,
        module: str,
        rest: tuple[str, ...],
        bare: bool,
        reached: Reached,
        seen: set[tuple[str, str]],
    ) -> None:
        """Follows attributes of a module: its names, then the modules in it."""
        if module not in self.packages:
            return
        reached.modules.add(module)
        if not rest:
            if bare:
                reached.whole.add(module)
            return
        inner = f"{module}.{rest[0]}"
        if not self._name(module, rest, bare, reached, seen) and inner in self.packages:
            self._module(inner, rest[1:], bare, reached, seen)


def _closest(units: list[Unit], chain: tuple[str, ...]) -> list[Unit]:
    """Of several `import a.b`, the one that names most of the chain; else all of them."""
    rooted = [unit for unit in units if unit.target and unit.target.rooted]
    if len(rooted) < 2:  # noqa: PLR2004 - one needs no choice
        return units
    dotted = ".".join(chain) + "."
    fitting = [u for u in rooted if u.target and dotted.startswith(f"{u.target.module}.")]
    return [max(fitting, key=lambda unit: len(unit.target.module if unit.target else ""))] if (
        fitting) else units  # fmt: skip


def load(tree: SourceTree, read: ReadBytes) -> Program:
    """Parses every Python file of the tree; what can't be parsed is left out."""
    sources = []
    for file in tree.files:
        if file.language != "python":
            continue
        try:
            content = read(file.path)
            sources.append(Source(file, content, ast.parse(content)))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return Program(sources, tree.entry_points)
