"""Calls whose meaning is in their literal arguments: imports, attributes by name, `eval`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from decompose.domain.facts import (
    Attr,
    Call,
    Choice,
    Const,
    Eval,
    Expr,
    Lit,
    Module,
    SetAttr,
)

if TYPE_CHECKING:
    from decompose.readers.python.expressions import ExpressionLowering

_STR = Lit("str")
_SETATTR_ARGUMENTS = 3
_FROM_LIST = 3


def called_name(func: ast.expr) -> str:
    """The last name of what is called."""
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _import_module(low: ExpressionLowering, node: ast.Call) -> Expr | None:
    """`import_module("literal")`; the relative form needs `__name__` or `__package__`."""
    if not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    name = node.args[0].value
    if not isinstance(name, str):
        return None
    target = _module_name(low, name, node)
    low.add_import(target, "", node.lineno)
    if called_name(node.func) == "__import__" and not _has_from_list(node):
        return Module(target.partition(".")[0])
    return Module(target)


def _module_name(low: ExpressionLowering, name: str, node: ast.Call) -> str:
    """The absolute name of a module that `import_module` names, from a literal package or ours."""
    level = len(name) - len(name.lstrip("."))
    given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "package")]
    package = given[0].value if level and given and isinstance(given[0], ast.Constant) else None
    if not isinstance(package, str):
        return low.absolute(name[level:], level)
    parts = package.split(".")[: 1 - level or None]
    return ".".join([*parts, name[level:]])


def _has_from_list(node: ast.Call) -> bool:
    return len(node.args) > _FROM_LIST or any(word.arg == "fromlist" for word in node.keywords)


def _getattr(low: ExpressionLowering, node: ast.Call) -> Expr | None:
    if len(node.args) < 2 or not isinstance(node.func, ast.Name):  # noqa: PLR2004 - getattr(x, n)
        return None
    name = node.args[1]
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    value: Expr = Attr(low.lower(node.args[0]), name.value, node.lineno)
    if len(node.args) == _SETATTR_ARGUMENTS:
        value = Choice((value, low.lower(node.args[2])))
    return value


def _setattr(low: ExpressionLowering, node: ast.Call) -> Expr | None:
    if len(node.args) != _SETATTR_ARGUMENTS or not isinstance(node.func, ast.Name):
        return None
    target, name, value = node.args
    attr = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else "*"
    if attr == "*":
        low.effect(name)
    statement = SetAttr(low.lower(target), attr, low.lower(value), False, node.lineno)
    low.scope.body.append(statement)
    return Const(None)


def _evaluate(low: ExpressionLowering, node: ast.Call) -> Expr | None:
    """`eval("literal")` runs what the literal says, as seen from here."""
    if not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    try:
        inner = parsed(str(node.args[0].value), node.lineno)
    except (SyntaxError, ValueError):
        return None
    call = Call(low.lower(node.func), (_STR,), (), node.lineno)
    low.scope.body.append(Eval(call, node.lineno))
    return low.lower(inner)


def parsed(text: str, line: int) -> ast.expr:
    """The expression that a string at `line` holds."""
    inner = ast.parse(text.strip(), mode="eval").body
    for child in ast.walk(inner):
        if isinstance(child, ast.expr):
            child.lineno = child.end_lineno = line
    return inner


SPECIAL_CALLS: dict[str, Callable[[ExpressionLowering, ast.Call], Expr | None]] = {
    "import_module": _import_module,
    "__import__": _import_module,
    "getattr": _getattr,
    "setattr": _setattr,
    "eval": _evaluate,
}
