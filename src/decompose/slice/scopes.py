"""Scopes: which names a piece of code binds, and which it looks up outside itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a name stands for that an import binds.

    `name` is empty where the import binds the module itself, `*` for everything in it. `rooted`
    tells that `import a.b` binds only `a`. `key` is the place of the name in the source.
    """

    module: str
    name: str = ""
    rooted: bool = False
    key: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Scope:
    """A function's, class's or comprehension's own names."""

    is_class: bool = False
    bound: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    imports: dict[str, list[Imported]] = field(default_factory=dict)


def imported(node: Import, package: str) -> Iterator[tuple[str, Imported]]:
    """The names that an import statement binds in a module of `package`."""
    for alias in node.names:
        key = (alias.lineno, alias.col_offset)
        if isinstance(node, ast.ImportFrom):
            module = absolute(node.module or "", node.level, package)
            yield alias.asname or alias.name, Imported(module=module, name=alias.name, key=key)
        elif alias.asname:
            yield alias.asname, Imported(module=alias.name, key=key)
        else:
            root = alias.name.partition(".")[0]
            yield root, Imported(module=alias.name, rooted=True, key=key)


def absolute(module: str, level: int, package: str) -> str:
    """The absolute name of a possibly relative module."""
    if not level:
        return module
    parts = package.split(".") if package else []
    base = parts[: len(parts) - (level - 1)]
    return ".".join([*base, module] if module else base)


def bound_names(statements: Iterable[ast.AST], package: str) -> Scope:
    """The scope that `statements` make, without what is bound in scopes inside them."""
    binder = _Binder(package)
    for statement in statements:
        binder.visit(statement)
    binder.scope.bound -= binder.scope.outer
    return binder.scope


def function_scope(node: Function, package: str) -> Scope:
    """The names that a function binds."""
    scope = bound_names(node.body, package)
    scope.bound |= parameters(node.args) - scope.outer
    return scope


def parameters(arguments: ast.arguments) -> set[str]:
    """The names of a function's parameters."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every.extend(one for one in (arguments.vararg, arguments.kwarg) if one)
    return {one.arg for one in every}


class _Binder(ast.NodeVisitor):
    """Collects what statements bind, stopping where another scope begins."""

    def __init__(self, package: str) -> None:
        self.scope = Scope()
        self._package = package

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.scope.bound.add(node.id)

    def _named(self, node: Function | ast.ClassDef) -> None:
        self.scope.bound.add(node.name)
        for inner in (*node.decorator_list, *_headers(node)):
            self.visit(inner)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _named  # noqa: N815 - ast's own convention

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Its own scope."""

    def _import(self, node: Import) -> None:
        for name, target in imported(node, self._package):
            self.scope.bound.add(name)
            self.scope.imports.setdefault(name, []).append(target)

    visit_Import = visit_ImportFrom = _import  # noqa: N815 - ast's own convention

    def _outer(self, node: ast.Global | ast.Nonlocal) -> None:
        if isinstance(node, ast.Global):
            self.scope.outer.update(node.names)
        else:
            self.scope.bound.difference_update(node.names)

    visit_Global = visit_Nonlocal = _outer  # noqa: N815 - ast's own convention

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    def _pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = _pattern  # noqa: N815 - ast's own convention

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.scope.bound.add(node.rest)
        self.generic_visit(node)

    def _comprehension(self, node: Comprehension) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.visit(inner.target)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815 - ast's own convention


def _headers(node: Function | ast.ClassDef) -> Iterator[ast.AST]:
    if isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
    else:
        yield from (*node.args.defaults, *(one for one in node.args.kw_defaults if one))
