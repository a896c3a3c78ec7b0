"""Lowering of branches, loops and what may stop anywhere: which versions stay certain."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from decompose.domain.facts import (
    Assign,
    Call,
    Enter,
    Eval,
    Iter,
    Name,
)
from decompose.readers.python.bound import bound_names
from decompose.readers.python.patterns import bindings
from decompose.readers.python.scope import Scope, merge

if TYPE_CHECKING:
    from decompose.readers.python.statements import Lowering

_TERMINATORS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_MOST_TURNS = 16
_DEFINING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While),
)

# What a database's error is an instance of.
_DATABASE = frozenset(
    ("BaseException", "DBAPIError", "DatabaseError", "Exception", "OperationalError",
     "SQLAlchemyError")
)  # fmt: skip


def if_(low: Lowering, node: ast.If) -> None:
    """An `if`: after it, what both branches leave certain; the other where one ends here."""
    typing_only = _is_type_checking(node.test)
    low.effect(node.test)
    low.conditions += 1
    low.typing_only += typing_only
    before = dict(low.scope.current)
    low.block(node.body)
    low.typing_only -= typing_only
    after_body, low.scope.current = low.scope.current, dict(before)
    low.block(node.orelse)
    low.conditions -= 1
    if _ends(node.body):
        return
    after_else = low.scope.current
    low.scope.current = after_body if _ends(node.orelse) else merge(after_body, after_else)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _ends(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], _TERMINATORS)


def for_(low: Lowering, node: ast.For | ast.AsyncFor) -> None:
    """A `for` loop; a short one over literals is unrolled."""
    if _can_unroll(node):
        _unroll(low, node)
        return
    source = Iter(low.lower(node.iter), node.iter.lineno)
    _loop(low, node, lambda: low.assign(node.target, source, node.lineno))


def _can_unroll(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop goes over a short display of tuples, with a body that defines nothing."""
    if not isinstance(node.iter, ast.List | ast.Tuple):
        return False
    items = node.iter.elts
    if not 0 < len(items) <= _MOST_TURNS or len(node.body) > _MOST_TURNS:
        return False
    if not all(isinstance(item, ast.Tuple | ast.List) for item in items):
        return False
    return not any(isinstance(inner, _DEFINING) for part in node.body for inner in ast.walk(part))


def _unroll(low: Lowering, node: ast.For | ast.AsyncFor) -> None:
    """Lower a body once for each item, so that what stands together stays together."""
    before, versions = dict(low.scope.current), dict(low.scope.versions)
    low.conditions += 1
    for item in cast("ast.List | ast.Tuple", node.iter).elts:
        low.assign(node.target, low.lower(item), node.lineno)
        low.block(node.body)
    low.block(node.orelse)
    low.conditions -= 1
    low.scope.current = _unchanged(low.scope, before, versions)


def while_(low: Lowering, node: ast.While) -> None:
    """A `while` loop."""
    _loop(low, node, lambda: low.effect(node.test))


def _loop(
    low: Lowering, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], None]
) -> None:
    """Lower a loop; `begin` is what happens before each turn.

    A turn is certain of what its beginning binds, and of what the loop binds nowhere.
    """
    scope = low.scope
    before, versions = dict(scope.current), dict(scope.versions)
    bound = bound_names((node,))
    certain = {name: version for name, version in before.items() if name not in bound}
    low.conditions += 1
    scope.current = dict(certain)
    begin()
    low.block(node.body)
    scope.current = certain
    low.block(node.orelse)
    low.conditions -= 1
    scope.current = _unchanged(scope, before, versions)


def try_(low: Lowering, node: ast.Try) -> None:
    """A `try`: handlers start from what nothing in the body changed."""
    before = dict(low.scope.current)
    versions = dict(low.scope.versions)
    if any(_ends_errors(handler) for handler in node.handlers):
        low.scope.guards.append((node.body[0].lineno, node.body[-1].end_lineno or node.lineno))
    low.conditions += 1
    low.block([*node.body, *node.orelse])
    after = low.scope.current
    for handler in node.handlers:
        low.scope.current = _unchanged(low.scope, before, versions)
        _handler(low, handler)
        after = after if _ends(handler.body) else merge(after, low.scope.current)
    low.scope.current = after
    low.conditions -= 1
    low.block(node.finalbody)


def _unchanged(scope: Scope, before: dict[str, int], versions: dict[str, int]) -> dict[str, int]:
    return {n: v for n, v in before.items() if scope.versions.get(n) == versions.get(n)}


def _ends_errors(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes a database's errors and raises none itself."""
    caught = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in caught if node is not None}
    raises = any(isinstance(node, ast.Raise) for part in handler.body for node in ast.walk(part))
    return (handler.type is None or bool(names & _DATABASE)) and not raises


def _handler(low: Lowering, handler: ast.ExceptHandler) -> None:
    if handler.type is not None:
        caught = low.lower(handler.type)
        if handler.name:
            name = low.scope.bind(handler.name)
            value = Call(Name("@instance"), (caught,), (), handler.lineno)
            low.scope.body.append(Assign(name, value, None, handler.lineno))
        else:
            low.scope.body.append(Eval(caught, handler.lineno))
    low.block(handler.body)


def with_(low: Lowering, node: ast.With | ast.AsyncWith) -> None:
    """A `with` statement."""
    for item in node.items:
        entered = Enter(low.lower(item.context_expr), item.context_expr.lineno)
        if item.optional_vars is not None:
            low.assign(item.optional_vars, entered, node.lineno)
        else:
            low.scope.body.append(Eval(entered, item.context_expr.lineno))
    low.block(node.body)


def match_(low: Lowering, node: ast.Match) -> None:
    """A `match`: captures are bound to their parts of the subject."""
    subject = low.named(low.lower(node.subject), node.lineno)
    before = after = dict(low.scope.current)
    low.conditions += 1
    for case in node.cases:
        low.scope.current = dict(before)
        for name, value in bindings(low, case.pattern, subject):
            line = case.pattern.lineno
            low.scope.body.append(Assign(low.scope.bind(name), value, None, line))
        if case.guard is not None:
            low.effect(case.guard)
        low.block(case.body)
        after = after if _ends(case.body) else merge(after, low.scope.current)
    low.conditions -= 1
    low.scope.current = after
