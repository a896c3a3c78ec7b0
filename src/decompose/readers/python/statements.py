"""Lowering of statements, with the versions that branches and loops leave certain."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from decompose.domain.facts import (
    Assign,
    Attr,
    Call,
    Choice,
    Const,
    Define,
    DefinitionFacts,
    DelAttr,
    Eval,
    Expr,
    From,
    Lit,
    Module,
    Name,
    Param,
    ParamKind,
    Raise,
    Return,
    ScopeKind,
    Seq,
    SetAttr,
    SetSub,
    Star,
    StarImport,
    pack,
)
from decompose.readers.python import control
from decompose.readers.python.expressions import ExpressionLowering, unpack
from decompose.readers.python.scope import Scope


class Lowering(ExpressionLowering):
    """Walks one module's tree once and collects its definitions."""

    def module_body(self, tree: ast.Module, lines: int) -> tuple[DefinitionFacts, ...]:
        """All definitions of the module, its own code first."""
        self.definitions.append(None)
        self.block(tree.body)
        self.definitions[0] = self._facts(self.scope, -1, 1, lines)
        return tuple(facts for facts in self.definitions if facts is not None)

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Lower statements in order."""
        for statement in body:
            self.line = statement.lineno
            _STATEMENTS[type(statement)](self, statement)

    def assign(
        self, target: ast.expr, value: Expr, line: int, annotation: Expr | None = None
    ) -> None:
        """Bind `target`, which may be a pattern, to `value`."""
        if isinstance(target, ast.Name):
            name = self.scope.bind(target.id)
            self.scope.body.append(Assign(name, value, annotation, line))
        elif isinstance(target, ast.Attribute):
            self.words.append(target.attr)
            if annotation is not None:
                value = Choice((value, Call(Name("@instance"), (annotation,), (), line)))
            owner = self.lower(target.value)
            self.scope.body.append(SetAttr(owner, target.attr, value, False, line))
        elif isinstance(target, ast.Subscript):
            place = (self.lower(target.value), self.lower(target.slice))
            self.scope.body.append(SetSub(*place, value, line))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, line)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, line)

    def _unpack(self, targets: list[ast.expr], value: Expr, line: int) -> None:
        if (
            isinstance(value, Seq)
            and len(value.items) == len(targets)
            and not any(isinstance(item, Star) for item in value.items)
            and not any(isinstance(target, ast.Starred) for target in targets)
        ):
            held = [self._held(item, line) for item in value.items]
            for target, part in zip(targets, held, strict=True):
                self.assign(target, part, line)
            return
        for target, part in unpack(self.named(value, line), targets):
            self.assign(target, part, line)

    def _held(self, value: Expr, line: int) -> Expr:
        """`value`, in a temporary where binding another target could change what it means."""
        return value if isinstance(value, Const | Lit | Name | Seq) else self.named(value, line)

    def named(self, value: Expr, line: int) -> Name:
        """`value` as a variable: a temporary where it is no variable yet."""
        if isinstance(value, Name):
            return value
        target, name = self.scope.temporary(value)
        self.scope.body.append(Assign(target, value, None, line))
        return name

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        name: str,
        kind: ScopeKind,
        decorators: tuple[Expr, ...],
        returns: Expr | None,
    ) -> int:
        """Lower a function or lambda and return its index among the definitions."""
        params = self._params(node.args)
        with _Inner(self, kind, name) as (scope, parent):
            for param in params:
                scope.bind(param.name)
            if isinstance(node, ast.Lambda):
                scope.body.append(Return(self.lower(node.body), node.lineno))
            else:
                self.block(node.body)
            first = _first_line(node)
            facts = self._facts(scope, parent, first, node.end_lineno or first)
        self.definitions[scope.index] = DefinitionFacts(
            facts.name,
            kind,
            parent,
            first,
            facts.end_line,
            params,
            facts.body,
            decorators,
            (),
            (),
            returns,
            facts.versions,
            facts.outer,
            scope.is_generator,
            isinstance(node, ast.AsyncFunctionDef),
            tuple(scope.guards),
        )
        return scope.index

    def _params(self, args: ast.arguments) -> tuple[Param, ...]:
        positional = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        rows: list[tuple[ast.arg, ParamKind, ast.expr | None]] = [
            (arg, "pos" if i < len(args.posonlyargs) else "arg", default)
            for i, (arg, default) in enumerate(
                zip(positional, [*defaults, *args.defaults], strict=True)
            )
        ]
        if args.vararg:
            rows.append((args.vararg, "vararg", None))
        rows += [
            (arg, "kwonly", default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg:
            rows.append((args.kwarg, "kwarg", None))
        return tuple(
            Param(
                arg.arg,
                kind,
                self.lower(default) if default is not None else None,
                self.annotation(arg.annotation),
            )
            for arg, kind, default in rows
        )

    def class_(self, node: ast.ClassDef) -> int:
        """Lower a class and return its index among the definitions."""
        decorators = tuple(self.lower(decorator) for decorator in node.decorator_list)
        bases = tuple(self.lower(base) for base in node.bases)
        keywords = tuple((word.arg or "**", self.lower(word.value)) for word in node.keywords)
        first = _first_line(node)
        with _Inner(self, "class", self.scope.qualify(node.name)) as (scope, parent):
            self.block(node.body)
            facts = self._facts(scope, parent, first, node.end_lineno or first)
        self.definitions[scope.index] = DefinitionFacts(
            facts.name,
            "class",
            parent,
            first,
            facts.end_line,
            (),
            facts.body,
            decorators,
            bases,
            keywords,
            None,
            facts.versions,
            facts.outer,
        )
        return scope.index

    def _facts(self, scope: Scope, parent: int, line: int, end_line: int) -> DefinitionFacts:
        return DefinitionFacts(
            scope.name,
            scope.kind,
            parent,
            line,
            end_line,
            body=pack(scope.body),
            versions=scope.versions,
            outer=tuple(sorted(scope.outer)),
        )


class _Inner:
    """Enters a new scope and leaves it again, whatever happens."""

    def __init__(self, low: Lowering, kind: ScopeKind, name: str) -> None:
        self._low = low
        self._outside = low.scope
        self._scope = Scope(len(low.definitions), kind, name)

    def __enter__(self) -> tuple[Scope, int]:
        self._low.definitions.append(None)
        self._low.scope = self._scope
        return self._scope, self._outside.index

    def __exit__(self, *_: object) -> None:
        self._low.scope = self._outside


def _first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _def(low: Lowering, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    low.words.append(node.name)
    decorators = tuple(low.lower(decorator) for decorator in node.decorator_list)
    name = low.scope.qualify(node.name)
    index = low.function(node, name, "function", decorators, low.annotation(node.returns))
    low.scope.body.append(Define(low.scope.bind(node.name), index, node.lineno))


def _class(low: Lowering, node: ast.ClassDef) -> None:
    low.words.append(node.name)
    index = low.class_(node)
    low.scope.body.append(Define(low.scope.bind(node.name), index, node.lineno))


def _assign(low: Lowering, node: ast.Assign) -> None:
    value = low.lower(node.value)
    if len(node.targets) > 1 and not isinstance(value, Const | Lit | Name | Seq):
        value = low.named(value, node.lineno)
    for target in node.targets:
        low.assign(target, value, node.lineno)


def _annotated(low: Lowering, node: ast.AnnAssign) -> None:
    annotation = low.annotation(node.annotation)
    value = low.lower(node.value) if node.value is not None else None
    if value is None and isinstance(node.target, ast.Name):
        name = low.scope.bind(node.target.id)
        low.scope.body.append(Assign(name, None, annotation, node.lineno))
    else:
        low.assign(node.target, value or Lit("unknown"), node.lineno, annotation)


def _augmented(low: Lowering, node: ast.AugAssign) -> None:
    value = low.lower(node.value)
    if isinstance(node.target, ast.Attribute):
        owner = low.lower(node.target.value)
        current = Attr(owner, node.target.attr, node.lineno)
        statement = SetAttr(owner, node.target.attr, Choice((current, value)), True, node.lineno)
        low.scope.body.append(statement)
    elif isinstance(node.target, ast.Name):
        before = low.scope.read(node.target.id)
        low.assign(node.target, Choice((before, value)), node.lineno)
    else:
        low.assign(node.target, value, node.lineno)


def _expression(low: Lowering, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        low.scope.body.append(Eval(low.lower(node.value), node.lineno))


def _return(low: Lowering, node: ast.Return) -> None:
    if node.value is not None:
        low.scope.body.append(Return(low.lower(node.value), node.lineno))


def _raise(low: Lowering, node: ast.Raise) -> None:
    if node.exc is not None:
        low.scope.body.append(Raise(low.lower(node.exc), node.lineno))
    if node.cause is not None:
        low.effect(node.cause)


def _delete(low: Lowering, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Attribute):
            owner = low.lower(target.value)
            low.scope.body.append(DelAttr(owner, target.attr, node.lineno))
        elif isinstance(target, ast.Subscript):
            low.scope.body.append(DelAttr(low.lower(target.value), "", node.lineno))


def _import(low: Lowering, node: ast.Import) -> None:
    for alias in node.names:
        low.add_import(alias.name, "", node.lineno)
        bound = alias.asname or alias.name.partition(".")[0]
        module = alias.name if alias.asname else bound
        value = Module(module)
        low.scope.body.append(Assign(low.scope.bind(bound), value, None, node.lineno))


def _import_from(low: Lowering, node: ast.ImportFrom) -> None:
    module = low.absolute(node.module or "", node.level)
    for alias in node.names:
        low.add_import(module, alias.name, node.lineno)
        if alias.name == "*":
            low.scope.body.append(StarImport(module, node.lineno))
        else:
            target = low.scope.bind(alias.asname or alias.name)
            low.scope.body.append(Assign(target, From(module, alias.name), None, node.lineno))


def _outer(low: Lowering, node: ast.Global | ast.Nonlocal) -> None:
    low.scope.outer.update(node.names)


def _assert(low: Lowering, node: ast.Assert) -> None:
    low.effect(node.test)


def _nothing(low: Lowering, node: ast.stmt) -> None:
    """Statements that bind and call nothing."""


_STATEMENTS: dict[type, Callable[..., None]] = {
    ast.FunctionDef: _def,
    ast.AsyncFunctionDef: _def,
    ast.ClassDef: _class,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.If: control.if_,
    ast.For: control.for_,
    ast.AsyncFor: control.for_,
    ast.While: control.while_,
    ast.Try: control.try_,
    ast.TryStar: control.try_,
    ast.With: control.with_,
    ast.AsyncWith: control.with_,
    ast.Match: control.match_,
    ast.Global: _outer,
    ast.Nonlocal: _outer,
    ast.Assert: _assert,
    ast.Pass: _nothing,
    ast.Break: _nothing,
    ast.Continue: _nothing,
}
if hasattr(ast, "TypeAlias"):
    _STATEMENTS[ast.TypeAlias] = _nothing
