"""What a piece of code uses from outside itself: names with their attributes, and strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from decompose.slice.scopes import (
    Comprehension,
    Function,
    Import,
    Imported,
    Scope,
    bound_names,
    function_scope,
    imported,
    parameters,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Use:
    """A name and the attributes read of it; each is its own, however alike.

    It is the module's, or what a local import binds (`via`), or another name of `scope`.
    `bare` tells that the value itself goes somewhere (an argument, an assigned value), so that
    anything might be read of it. `key` is the place of the name.
    """

    name: str
    rest: tuple[str, ...] = ()
    via: Imported | None = None
    scope: Scope | None = None
    bare: bool = True
    key: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Used:
    """Everything that a piece of code uses.

    `words` are attributes, keywords and short strings. `dynamic` are calls that import what an
    argument names, `configuring` those that take settings from what it names. `schemas` are names
    by which marshmallow finds a class of the application, wherever it is. `plugins` are calls that
    ask the environment for a group of entry points.
    """

    uses: list[Use] = field(default_factory=list)
    strings: list[tuple[str, int]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    dynamic: list[ast.Call] = field(default_factory=list)
    configuring: list[ast.Call] = field(default_factory=list)
    schemas: set[str] = field(default_factory=set)
    plugins: list[ast.Call] = field(default_factory=list)


def used(nodes: Sequence[ast.AST], package: str, scopes: Sequence[Scope] = ()) -> Used:
    """What `nodes` use, standing inside `scopes` (outermost first) of a module of `package`."""
    collector = _Collector(package, scopes)
    for node in nodes:
        collector.visit(node)
    return collector.used


def chain(node: ast.expr) -> tuple[ast.Name, tuple[str, ...]] | None:
    """The name and attributes of `name.a.b`."""
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.append(node.attr)
        node = node.value
    return (node, tuple(reversed(rest))) if isinstance(node, ast.Name) else None


class _Collector(ast.NodeVisitor):
    def __init__(self, package: str, scopes: Sequence[Scope]) -> None:
        self.used = Used()
        self._package = package
        self._scopes = list(scopes)

    def visit_Name(self, node: ast.Name) -> None:
        self._use(node, (), bare=True)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        found = chain(node)
        if found is None:
            self.used.words.add(node.attr)
            self.visit(node.value)
            return
        name, rest = found
        self.used.words.update(rest)
        self._use(name, rest, bare=isinstance(node.ctx, ast.Load))

    def _use(self, node: ast.Name, rest: tuple[str, ...], *, bare: bool) -> None:
        key = (node.lineno, node.col_offset)
        scope = self._scope_of(node.id)
        if scope is None:
            self.used.uses.append(Use(name=node.id, rest=rest, bare=bare, key=key))
            return
        if scope.is_class:  # what a class binds later is still the module's now
            self.used.uses.append(Use(name=node.id, rest=rest, bare=bare, key=key))
        elif node.id not in scope.imports:
            self.used.uses.append(Use(name=node.id, rest=rest, scope=scope, bare=bare, key=key))
        for target in scope.imports.get(node.id, ()):
            self.used.uses.append(Use(name=node.id, rest=rest, via=target, bare=bare, key=key))

    def _scope_of(self, name: str) -> Scope | None:
        """The scope that binds the name, None for the module's."""
        for depth, scope in enumerate(reversed(self._scopes)):
            if scope.is_class and depth:
                continue
            if name in scope.outer:
                return None
            if name in scope.bound:
                return scope
        return None

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[None]:
        self._scopes.append(scope)
        yield
        self._scopes.pop()

    def _function(self, node: Function) -> None:
        self._visit_all(node.decorator_list)
        self._signature(node.args)
        if node.returns:
            self._annotation(node.returns)
        with self._inside(function_scope(node, self._package)):
            self._type_parameters(node)
            self._visit_all(node.body)

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815 - ast's own convention

    def _type_parameters(self, node: Function | ast.ClassDef) -> None:
        for parameter in getattr(node, "type_params", ()):
            self._scopes[-1].bound.add(parameter.name)
            self.generic_visit(parameter)

    def _signature(self, arguments: ast.arguments) -> None:
        self._visit_all([*arguments.defaults, *(one for one in arguments.kw_defaults if one)])
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every.extend(one for one in (arguments.vararg, arguments.kwarg) if one)
        for one in every:
            if one.annotation:
                self._annotation(one.annotation)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._signature(node.args)
        with self._inside(Scope(bound=parameters(node.args))):
            self.visit(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        scope = bound_names(node.body, self._package)
        scope.is_class = True
        with self._inside(scope):
            self._type_parameters(node)
            self._visit_all(node.body)

    def _comprehension(self, node: Comprehension) -> None:
        self.visit(node.generators[0].iter)
        targets = [generator.target for generator in node.generators]
        with self._inside(bound_names(targets, self._package)):
            for index, generator in enumerate(node.generators):
                if index:
                    self.visit(generator.iter)
                self._visit_all(generator.ifs)
            self._visit_all(
                [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            )

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815 - ast's own convention

    def _import(self, node: Import) -> None:
        for name, target in imported(node, self._package):
            self.used.uses.append(Use(name=name, via=target, bare=False, key=target.key))

    visit_Import = visit_ImportFrom = _import  # noqa: N815 - ast's own convention

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self._annotation(node.annotation)
        if node.value:
            self.visit(node.value)

    def _annotation(self, node: ast.expr) -> None:
        """Visits an annotation, and the annotations that are written as strings in it."""
        self.visit(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                self._written(inner)

    def _written(self, node: ast.Constant) -> None:
        try:
            parsed = ast.parse(str(node.value).strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return
        for inner in ast.walk(parsed):
            if isinstance(inner, ast.expr):
                inner.lineno, inner.col_offset = node.lineno, node.col_offset
        self.visit(parsed)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value:
            self.used.strings.append((node.value, node.lineno))
            if node.value.isidentifier():
                self.used.words.add(node.value)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg:
            self.used.words.add(node.arg)
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in {"import_module", "__import__", "import_string", "find_modules"}:
            self.used.dynamic.append(node)
        if name in {"entry_points", "iter_entry_points"}:
            self.used.plugins.append(node)
        if name in {"Nested", "Pluck"}:
            self.used.schemas |= {text for one in node.args[:1] if (text := _text(one))}
        if name == "from_object":
            self.used.configuring.append(node)
        self.generic_visit(node)

    def _visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
