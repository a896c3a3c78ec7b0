"""A parsed statement → the tables that it reads, writes and declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from decompose.resolve.sql.result import SqlForeignKey, SqlTable, SqlView
from decompose.resolve.sql.usage import PLACEHOLDER, Usage, table_name


def collect(tree: exp.Expr) -> Usage:
    """What one statement does."""
    usage = Usage()
    if isinstance(tree, exp.Create):
        _create(tree, usage)
    elif not _is_fragment(tree):
        _use(tree, usage)
    return usage


def _is_fragment(tree: exp.Expr) -> bool:
    """Whether it lacks what its verb demands: prose such as "Update your profile" does."""
    if isinstance(tree, exp.Update):
        return not tree.expressions
    if isinstance(tree, exp.Insert):
        return tree.expression is None and not tree.args.get("default")
    return not isinstance(
        tree,
        exp.Query | exp.Delete | exp.Merge | exp.TruncateTable | exp.Alter | exp.Drop,
    )


def _use(tree: exp.Expr, usage: Usage) -> None:
    targets = [target for node in tree.walk() for target in _targets(node)]
    declared = {id(t) for node in tree.find_all(exp.Reference) for t in node.find_all(exp.Table)}
    named = {id(t) for node in tree.find_all(exp.Delete) for t in node.args.get("tables") or ()}
    known = declared | named | {id(target) for target in targets}
    others = (t for t in tree.find_all(exp.Table) if id(t) not in known and not _is_cte(t))
    usage.add(usage.writes, _names(targets))
    usage.add(usage.reads, _names(others))
    if isinstance(tree, exp.Alter):
        keys = tuple(sorted(_foreign_keys(tree)))
        if keys:
            usage.tables |= {SqlTable(name=name, foreign_keys=keys) for name in _names(targets)}


def _targets(node: exp.Expr) -> list[exp.Table]:
    """The tables that this very node writes."""
    if isinstance(node, exp.Drop):
        return node.args.get("tables") or [node.this] if node.args.get("kind") == "TABLE" else []
    if isinstance(node, exp.TruncateTable):
        return [item for item in node.expressions if isinstance(item, exp.Table)]
    if isinstance(node, exp.Delete) and node.args.get("tables"):
        tables: list[exp.Table] = node.args["tables"]
        return [_aliased(node, table) for table in tables]
    if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Into | exp.Alter):
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        return [target] if isinstance(target, exp.Table) else []
    return []


def _aliased(node: exp.Delete, table: exp.Table) -> exp.Table:
    """The table that MySQL's `DELETE a FROM users AS a` means."""
    source: exp.Expr = node.this
    candidates = (c for c in source.find_all(exp.Table) if c.alias_or_name == table.name)
    return next(candidates, table)


def _names(tables: Iterable[exp.Table]) -> Iterator[str]:
    for table in tables:
        if isinstance(table.this, exp.Identifier):
            name = table_name(table.db, table.name, quoted=bool(table.this.args.get("quoted")))
            if name:
                yield name


def _is_cte(table: exp.Table) -> bool:
    """Whether a `WITH` that is in force at this place gives the name."""
    if table.db:
        return False
    child: exp.Expr = table
    node = table.parent
    while node is not None:
        if isinstance(node, exp.With):
            visible = node.expressions if node.recursive else _before(node.expressions, child)
        else:
            clause = node.args.get("with_") or node.args.get("with")
            visible = clause.expressions if clause is not None and clause is not child else []
        if any(cte.alias.lower() == table.name.lower() for cte in visible):
            return True
        child, node = node, node.parent
    return False


def _before(items: list[exp.Expr], item: exp.Expr) -> list[exp.Expr]:
    return items[: next((i for i, other in enumerate(items) if other is item), 0)]


def _create(tree: exp.Create, usage: Usage) -> None:
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    names = list(_names([target])) if isinstance(target, exp.Table) else []
    kind = tree.args.get("kind")
    query = tree.expression
    if query is not None and kind in ("TABLE", "VIEW"):
        _use(query, usage)
    if kind == "TABLE" and isinstance(tree.this, exp.Schema):
        _declare(tree.this, names, usage)
    elif kind == "TABLE":
        usage.add(usage.writes, names)
    elif kind == "VIEW":
        reads = tuple(sorted(usage.reads))
        usage.views = {SqlView(name=name, reads=reads) for name in names}
        usage.reads = set()


def _declare(schema: exp.Schema, names: list[str], usage: Usage) -> None:
    columns = tuple(part.name for part in schema.expressions if isinstance(part, exp.ColumnDef))
    keys = tuple(sorted(_foreign_keys(schema)))
    for name in names:
        if PLACEHOLDER in name:
            usage.dynamic = True
        else:
            usage.tables.add(SqlTable(name=name, columns=columns, foreign_keys=keys))


def _foreign_keys(tree: exp.Expr) -> set[SqlForeignKey]:
    keys: set[SqlForeignKey] = set()
    for reference in tree.find_all(exp.Reference):
        owner = reference.find_ancestor(exp.ForeignKey, exp.ColumnDef)
        if isinstance(owner, exp.ForeignKey):
            columns = [column.name for column in owner.expressions]
        else:
            columns = [owner.name] if owner is not None else []
        keys |= _keys(columns, reference, _on_delete(owner, reference))
    return keys


def _keys(columns: list[str], reference: exp.Reference, on_delete: str) -> set[SqlForeignKey]:
    target = next(_names(reference.find_all(exp.Table)), "")
    schema = reference.this
    there = [c.name for c in schema.expressions] if isinstance(schema, exp.Schema) else []
    there += [""] * (len(columns) - len(there))
    return {
        SqlForeignKey(
            column=column, target=f"{target}.{end}" if end else target, on_delete=on_delete
        )
        for column, end in zip(columns, there, strict=False)
        if target
    }


def _on_delete(owner: exp.Expr | None, reference: exp.Reference) -> str:
    """`CASCADE` of `ON DELETE CASCADE`, which hangs on the key or on the reference."""
    if owner is not None and isinstance(owner.args.get("delete"), str):
        return str(owner.args["delete"]).upper()
    for option in reference.args.get("options") or ():
        if str(option).upper().startswith("ON DELETE "):
            return str(option)[len("ON DELETE ") :].upper()
    return ""
