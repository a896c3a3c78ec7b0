"""The program's definitions and modules, indexed; names bound statically."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import intern

from decompose.domain.facts import (
    Assign,
    Attr,
    Call,
    Choice,
    Define,
    DefinitionFacts,
    Dict,
    Expr,
    From,
    Module,
    ModuleFacts,
    Name,
    Return,
    Seq,
    StarImport,
    Stmt,
)
from decompose.domain.facts import Def as DefExpr
from decompose.domain.source import EntryPoint

_METHOD_KINDS = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "cached_property": "property",
    "hybrid_property": "property",
    "abstractproperty": "property",
    "setter": "setter",
    "getter": "property",
    "deleter": "setter",
    "expression": "expression",
    "declared_attr": "declared",
    "validates": "",
    "memoized_property": "property",
    "locked_cached_property": "property",
}
SMALL_BODY = 6
MODEST_BODY = 20
_NOTHING: frozenset[str] = frozenset()  # an empty set takes 216 bytes


class Definition:
    """A scope of the program: its facts, where it stands and what it binds."""

    __slots__ = (
        "bindings",
        "children",
        "escapes",
        "facts",
        "id",
        "index",
        "is_modest",
        "is_small",
        "method_kind",
        "module",
        "named",
        "parent",
        "versions",
    )

    def __init__(
        self, index: int, facts: DefinitionFacts, module: ModuleEntry, parent: Definition | None
    ) -> None:
        self.index = index
        self.facts = facts
        self.module = module
        self.parent = parent
        self.id = f"{module.facts.name}.{facts.name}" if facts.name else module.facts.name
        self.versions = facts.versions
        self.children: list[Definition] = []
        body = facts.statements()
        self.method_kind = _method_kind(facts)
        self.named = _named(body)
        self.escapes = False
        self.is_modest = (
            facts.kind == "function"
            and len(facts.params) > 0
            and len(body) <= MODEST_BODY
            and not facts.is_generator
        )
        self.is_small = self.is_modest and len(body) <= SMALL_BODY

    def __repr__(self) -> str:
        return f"<{self.id}>"


class ModuleEntry:
    """A module, its definitions in the order of its facts, and what its names are bound to."""

    __slots__ = ("_star_cache", "bound", "definitions", "facts", "stars")

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts
        self.definitions: list[Definition] = []
        self.bound: dict[str, Assign | Define] = {}
        self.stars: list[str] = []


class Program:
    """Every definition by number, every module by name."""

    def __init__(
        self, facts: Iterable[ModuleFacts], entry_points: Iterable[EntryPoint] = ()
    ) -> None:
        self.entry_points = tuple(entry_points)
        self.modules: dict[str, ModuleEntry] = {}
        self.definitions: list[Definition] = []
        self.packages: set[str] = set()
        self.setters: set[str] = set()
        for module in facts:
            self._add(module)
        self._origins: dict[tuple[str, str], str | None] = {}

    def _add(self, facts: ModuleFacts) -> None:
        entry = ModuleEntry(facts)
        self.modules.setdefault(facts.name, entry)
        if facts.language == "python":
            parts = facts.name.split(".")
            self.packages.update(".".join(parts[:i]) for i in range(1, len(parts)))
        for definition in facts.definitions:
            parent = entry.definitions[definition.parent] if definition.parent >= 0 else None
            added = Definition(len(self.definitions), definition, entry, parent)
            if parent is not None:
                parent.children.append(added)
            entry.definitions.append(added)
            self.definitions.append(added)
        for added in entry.definitions:
            added.escapes = _escapes(added)
            if added.method_kind == "setter":
                self.setters.add(added.facts.name.rpartition(".")[2])
        if entry.definitions:
            _bind(entry)

    def is_module(self, name: str) -> bool:
        """Whether `name` is one of our modules or a namespace package around some."""
        return name in self.modules or name in self.packages

    def exports(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether `module` binds `name` itself or through a star import of ours."""
        entry = self.modules.get(module)
        if entry is None or not entry.definitions or module in seen:
            return False
        if name in entry.definitions[0].versions:
            return True
        return any(self._starred(star, name, seen | {module}) for star in entry.stars)

    def _starred(self, module: str, name: str, seen: frozenset[str]) -> bool:
        entry = self.modules.get(module)
        if entry is None:
            return False
        public = entry.facts.exports
        visible = name in public if public is not None else not name.startswith("_")
        return visible and self.exports(module, name, seen)

    def star_source(self, entry: ModuleEntry, name: str) -> str | None:
        """The star-imported module of ours that gives `entry` the name, the last one wins."""
        here = frozenset({entry.facts.name})
        for star in reversed(entry.stars):
            if self._starred(star, name, here):
                return star
        return None

    def external_stars(self, entry: ModuleEntry) -> Iterator[str]:
        """Libraries that `entry` star-imports."""
        return (star for star in entry.stars if not self.is_module(star))

    def origin(self, module: str, name: str) -> str | None:
        """The id of the definition that `module.name` finally stands for, if it is ours.

        Follows re-exports; a module's own assigned name is `module.name`.
        """
        key = (module, name)
        if key not in self._origins:
            self._origins[key] = None  # ends cycles of re-exports
            self._origins[key] = self._origin(module, name)
        return self._origins[key]

    def _origin(self, module: str, name: str) -> str | None:
        entry = self.modules.get(module)
        if entry is not None and name in entry.bound:
            bound = entry.bound[name]
            if isinstance(bound, Define):
                return entry.definitions[bound.index].id
            if isinstance(bound.value, From):
                origin = self.origin(bound.value.module, bound.value.name)
                return origin or self._submodule(module, name)
            if isinstance(bound.value, Module):
                return bound.value.name if bound.value.name in self.modules else None
            return f"{module}.{name}"
        if entry is not None:
            star = self.star_source(entry, name)
            if star is not None:
                return self.origin(star, name)
        return self._submodule(module, name)

    def variable(self, module: str, name: str) -> str | None:
        """The id of the module-level variable of ours that `module.name` stands for."""
        found = self.origin(module, name)
        return found if found is not None and isinstance(self.bound(found), Assign) else None

    def bound(self, variable: str) -> Assign | Define | None:
        """What a module-level name is bound to, by its id."""
        module, _, name = variable.rpartition(".")
        entry = self.modules.get(module)
        return entry.bound.get(name) if entry is not None else None

    def _submodule(self, module: str, name: str) -> str | None:
        submodule = f"{module}.{name}"
        return submodule if submodule in self.modules else None


def _bind(entry: ModuleEntry) -> None:
    """Static bindings of a module's top-level names; of several, a definition wins."""
    for statement in entry.definitions[0].facts.statements():
        if isinstance(statement, Assign | Define):
            name = statement.target.partition("@")[0]
            previous = entry.bound.get(name)
            if not isinstance(previous, Define) or isinstance(statement, Define):
                entry.bound[intern(name)] = _outline(statement)
        elif isinstance(statement, StarImport):
            entry.stars.append(statement.module)


def _outline(statement: Assign | Define) -> Assign | Define:
    """A binding without what its value is made of, which nobody asks for: tables can be large."""
    if isinstance(statement, Define):
        return statement
    value = statement.value
    if isinstance(value, Seq):
        value = Seq(value.kind, (), value.line)
    elif isinstance(value, Dict):
        value = Dict((), value.line)
    elif isinstance(value, Call):
        value = Call(value.func, (), (), value.line)
    elif not isinstance(value, From | Module):
        value = None
    return Assign(statement.target, value, None, statement.line)


def _named(body: Iterable[Stmt]) -> frozenset[str]:
    """The names that a body imports or defines."""
    named = [
        intern(statement.target.partition("@")[0])
        for statement in body
        if isinstance(statement, Define)
        or (isinstance(statement, Assign) and isinstance(statement.value, From | Module))
    ]
    return frozenset(named) if named else _NOTHING


def _method_kind(facts: DefinitionFacts) -> str:
    for decorator in facts.decorators:
        name = ""
        if isinstance(decorator, Name):
            name = decorator.id.partition("@")[0]
        elif isinstance(decorator, Attr):
            name = "declared_attr" if decorator.attr == "directive" else decorator.attr
        if name in _METHOD_KINDS:
            return _METHOD_KINDS[name]
    return ""


def _escapes(definition: Definition) -> bool:
    """Whether a function returns one that it defines: its calls are then told apart by site."""
    if definition.facts.kind != "function" or not definition.children:
        return False
    nested = {child.facts.name.rpartition(".")[2] for child in definition.children}
    return any(
        isinstance(statement, Return) and _mentions(statement.value, nested)
        for statement in definition.facts.statements()
    )


def _mentions(value: Expr, names: set[str]) -> bool:
    if isinstance(value, Name):
        return value.id.partition("@")[0] in names
    if isinstance(value, Choice):
        return any(_mentions(item, names) for item in value.items)
    if hasattr(value, "args"):
        return any(_mentions(arg, names) for arg in value.args)
    return isinstance(value, DefExpr)
