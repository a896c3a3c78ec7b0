"""`__all__`, as far as it is written out."""

from __future__ import annotations

from collections.abc import Iterable

from decompose.domain.facts import Assign, Attr, Call, Choice, Const, Eval, Expr, Name, Seq, Stmt


def exports(body: Iterable[Stmt]) -> tuple[str, ...] | None:
    """The literal names of `__all__`; None where there is none or a part of it is not literal."""
    names: list[str] = []
    found = False
    for statement in body:
        value = _listed(statement)
        if value is not None:
            found = True
            more = _literal(value)
            if more is None:
                return None
            names += more
    return tuple(dict.fromkeys(names)) if found else None


def _listed(statement: Stmt) -> Expr | None:
    """What a statement sets `__all__` to or adds to it."""
    if isinstance(statement, Assign) and statement.target.startswith("__all__@"):
        return statement.value
    call = statement.value if isinstance(statement, Eval) else None
    if not isinstance(call, Call) or not isinstance(call.func, Attr) or len(call.args) != 1:
        return None
    if not _is_all(call.func.value):
        return None
    if call.func.attr == "extend":
        return call.args[0]
    return Seq("list", call.args, call.line) if call.func.attr == "append" else None


def _literal(value: Expr) -> list[str] | None:
    if _is_all(value):
        return []
    if isinstance(value, Choice):
        parts = [_literal(item) for item in value.items]
        return None if None in parts else [name for part in parts for name in part or ()]
    if not isinstance(value, Seq):
        return None
    items = [item.value for item in value.items if isinstance(item, Const)]
    names = [item for item in items if isinstance(item, str)]
    return names if len(names) == len(value.items) else None


def _is_all(value: Expr) -> bool:
    return isinstance(value, Name) and value.id.partition("@")[0] == "__all__"
