"""SQL text → what it does: parsed where a dialect fits, scanned for keywords where none does."""

from __future__ import annotations

import logging
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from decompose.resolve.sql.keywords import (
    is_emphatic,
    is_plausible,
    prepare,
    scan,
    without_placeholders,
)
from decompose.resolve.sql.result import NOT_SQL, SqlResult
from decompose.resolve.sql.tables import collect
from decompose.resolve.sql.usage import PLACEHOLDER, Usage

_DIALECTS = ("sqlite", "postgres", "mysql")
_LARGEST = 200_000

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it can't parse is our business


@lru_cache(maxsize=4096)
def statements(sql_text: str) -> SqlResult:
    """What the statements in `sql_text` read, write and declare; never raises.

    Text that isn't SQL, prose that begins with a verb of SQL among it, gives `ok=False` soon.
    """
    if not is_plausible(sql_text):
        return NOT_SQL
    text = prepare(sql_text)
    if len(text) > _LARGEST:
        return _result(scan(text), exact=False)
    trees = _parse(text)
    if trees is None and PLACEHOLDER in text:
        trees = _parse(without_placeholders(text))
    if trees is None:
        return _result(scan(text), exact=False) if is_emphatic(text) else NOT_SQL
    usage, exact = Usage(), True
    for tree in trees:
        if isinstance(tree, exp.Command):
            command = scan(f"{tree.this} {getattr(tree.expression, 'name', tree.expression)}")
            exact = exact and not command
            usage |= command
        else:
            usage |= collect(tree)
    return _result(usage, exact=exact)


def _parse(text: str) -> list[exp.Expr] | None:
    """The trees in the first dialect that knows every statement, else the first that parses."""
    parsed: list[exp.Expr] | None = None
    for dialect in _DIALECTS:
        trees = _parse_as(text, dialect)
        if trees is not None and not any(isinstance(tree, exp.Command) for tree in trees):
            return trees
        parsed = trees if parsed is None else parsed
    return parsed


def _parse_as(text: str, dialect: str) -> list[exp.Expr] | None:
    try:
        return [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, IndexError):
        return None  # the last three are its bugs on text that isn't SQL


def _result(usage: Usage, *, exact: bool) -> SqlResult:
    if not usage:
        return NOT_SQL
    return SqlResult(
        reads=tuple(sorted(usage.reads)),
        writes=tuple(sorted(usage.writes)),
        ok=True,
        exact=exact,
        dynamic=usage.dynamic,
        tables=tuple(sorted(usage.tables)),
        views=tuple(sorted(usage.views)),
    )
