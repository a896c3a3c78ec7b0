"""Which tables an SQL statement reads and writes."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
NO_DATA = re.compile(
    r"\s*(PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|CREATE|DROP|ALTER|--)", re.IGNORECASE
)
BOOKKEEPING = {"alembic_version"}

Use = tuple[str, str]


class UnreadableStatementError(ValueError):
    """A recorded statement that the SQL parser does not understand."""


def uses_of(statement: str) -> frozenset[Use]:
    """Return the `(table, mode)` pairs of a statement, `mode` being `read` or `write`.

    The target of an insert, update or delete is written; every table besides is read. Tables of
    the database itself (`sqlite_master`), migration bookkeeping and statements that touch no
    rows do not count.
    """
    if NO_DATA.match(statement):
        return frozenset()
    try:
        trees = sqlglot.parse(statement.replace("?", "NULL"), read="sqlite")
    except sqlglot.errors.SqlglotError as error:
        raise UnreadableStatementError(statement) from error
    return frozenset(use for tree in trees if tree for use in _uses_of_tree(tree))


def _uses_of_tree(tree: exp.Expression) -> frozenset[Use]:
    targets = [_target(node) for node in tree.find_all(*WRITES)]
    written = {id(target) for target in targets}
    local = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    return frozenset(
        (table.name, "write" if id(table) in written else "read")
        for table in tree.find_all(exp.Table)
        if _counts(table.name) and table.name not in local
    )


def _target(node: exp.Expression) -> exp.Expression | None:
    return node.this.find(exp.Table) if node.this else None


def _counts(table: str) -> bool:
    return table not in BOOKKEEPING and not table.startswith("sqlite_")
