"""The copy that a replica starts from: pages in key order, resumable after each."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Mapping

from servicekit.errors import PeerRefused, PeerUnavailable, SchemaError

if TYPE_CHECKING:
    from servicekit.database import Database, Raw, Row, Table

PATIENCE = 5.0  # seconds for one page, even when the request that waits has fewer


@dataclass(frozen=True)
class Copier:
    """What copying needs: `ask` the owner for a page, `writing` gives a transaction."""

    database: Database
    owner: str
    ask: Callable[[dict[str, Any], float], dict[str, Any]]
    writing: Callable[[], ContextManager[Raw]]


def copy_table(copier: Copier, name: str, deadline: float) -> int:
    """Copy what is missing of a table, and return its number of rows.

    Pages are read at different times: rows of later pages may be newer. The feed is followed
    from the position of the first page, so that every row ends as the owner has it. Raises
    `PeerUnavailable` when time is over; what has been copied stays.
    """
    while True:
        with copier.writing() as raw:
            state, copied, total = _progress(copier.database, raw, name)
        if state != "copying":
            return total
        if time.monotonic() > deadline:
            raise PeerUnavailable(f"{copier.owner}: the copy of {name} isn't complete yet")
        asked = {"table": name, "after": None if copied is None else json.loads(copied)}
        try:
            page = copier.ask(asked, PATIENCE)
        except PeerRefused as refusal:
            raise PeerUnavailable(f"{copier.owner} refused: {refusal.reason}") from refusal
        with copier.writing() as raw:
            copier.database.lock(raw, copier.owner)
            if _progress(copier.database, raw, name) == (state, copied, total):
                _store(copier, raw, name, page, copied is None)


def _progress(database: Database, raw: Raw, name: str) -> tuple[str, str | None, int]:
    select = "SELECT state, copied, total FROM _sk_replica WHERE tbl = ?"
    state, copied, total = database.rows(raw, select, (name,))[0]
    return state, copied, int(total)


def _store(copier: Copier, raw: Raw, name: str, page: Mapping[str, Any], first: bool) -> None:
    database = copier.database
    if not _same_feed(copier, raw, page):
        update = "UPDATE _sk_replica SET copied = NULL, state = 'copying'"
        database.run(raw, f"{update} WHERE owner = ? AND state <> 'declared'", (copier.owner,))
        database.run(raw, "DELETE FROM _sk_position WHERE owner = ?", (copier.owner,))
        return
    table = database.table(raw, name)
    with database.applying(raw):
        if first:
            database.clear(raw, table)
        for row in page["rows"]:
            table = local_table(database, raw, name, row)
            if table.keyed:
                database.put(raw, table, table.key_of(row), row)
            else:
                database.insert(raw, table, row)
    database.advance(raw, page["sequences"])
    last = None if page["last"] is None else json.dumps(page["last"])
    state = "ready" if page["done"] else "copying"
    update = "UPDATE _sk_replica SET state = ?, copied = ?, total = total + ?"
    if first:
        update = "UPDATE _sk_replica SET state = ?, copied = ?, total = ?"
        since = "UPDATE _sk_replica SET since = ? WHERE tbl = ?"
        database.run(raw, since, (page["position"], name))
    database.run(raw, f"{update} WHERE tbl = ?", (state, last, len(page["rows"]), name))


def _same_feed(copier: Copier, raw: Raw, page: Mapping[str, Any]) -> bool:
    """Whether the page belongs to the feed that is followed; the first page decides."""
    select = "SELECT feed FROM _sk_position WHERE owner = ?"
    found = copier.database.rows(raw, select, (copier.owner,))
    if found:
        return bool(found[0][0] == page["feed"])
    insert = "INSERT INTO _sk_position (owner, feed, position) VALUES (?, ?, ?)"
    copier.database.run(raw, insert, (copier.owner, page["feed"], page["position"]))
    return True


def local_table(database: Database, raw: Raw, name: str, row: Row) -> Table:
    """Return the replica's shape, read anew if it can't hold `row`.

    Raises `SchemaError` with table and column if it can't even so.
    """
    table = database.table(raw, name)
    if not set(row) <= set(table.columns):
        database.forget_shapes()
        table = database.table(raw, name)
        unknown = sorted(set(row) - set(table.columns))
        if unknown:
            raise SchemaError(
                f"the owner's table {name} has a column that the replica lacks: {unknown[0]};"
                " migrate this service's database, too"
            )
    return table
