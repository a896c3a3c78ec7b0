"""Table names that no literal gives: Flask-SQLAlchemy's, and simple computed ones."""

from __future__ import annotations

import re

from decompose.domain import facts as f

_HUMP = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_METHODS = {"lower": str.lower, "upper": str.upper, "title": str.title}


def snake_case(name: str) -> str:
    """A class's name as Flask-SQLAlchemy makes it a table's."""
    return _HUMP.sub(r"_\1", name).lower().lstrip("_")


def computed(body: tuple[f.Stmt, ...], class_name: str) -> str:
    """What a `__tablename__` function returns for a class of this name; empty if unclear."""
    bound: dict[str, f.Expr] = {}
    for statement in body:
        if isinstance(statement, f.Assign) and statement.value is not None:
            bound[statement.target] = statement.value
        elif isinstance(statement, f.Return):
            return _text(statement.value, class_name, bound)
    return ""


def _text(expr: f.Expr, name: str, bound: dict[str, f.Expr]) -> str:
    if isinstance(expr, f.Const):
        return str(expr.value)
    if isinstance(expr, f.Attr):
        return name if expr.attr in ("__name__", "__qualname__") else ""
    if isinstance(expr, f.Name):
        return _text(bound[expr.id], name, bound) if expr.id in bound else ""
    if isinstance(expr, f.Text):
        parts = [_text(part, name, bound) for part in expr.parts]
        return "".join(parts) if all(parts) else ""
    if isinstance(expr, f.Choice):
        return next((t for t in (_text(item, name, bound) for item in expr.items) if t), "")
    return _called(expr, name, bound) if isinstance(expr, f.Call) else ""


def _called(call: f.Call, name: str, bound: dict[str, f.Expr]) -> str:
    """A method of a string; any other function of the name is taken to make it snake case."""
    if isinstance(call.func, f.Attr) and call.func.attr in _METHODS:
        return _METHODS[call.func.attr](_text(call.func.value, name, bound))
    arguments = [_text(arg, name, bound) for arg in call.args]
    return snake_case(name) if name in arguments else ""
