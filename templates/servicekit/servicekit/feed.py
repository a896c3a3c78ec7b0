"""The owner's side of replication: batches of the change feed, snapshots, pruning."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any, Mapping, Sequence

from servicekit.database import Change, Database, Raw
from servicekit.errors import Refused

BATCH = 2000  # changes in one answer
PAGE = 1000  # rows in one page of a snapshot
FORGET = 7 * 86400.0  # seconds after which a silent consumer has to start from a snapshot
_COLUMNS = "position, txn, origin, tbl, op, key, new"


class Feed:
    """The committed changes of the owned tables, in the order of their commits."""

    def __init__(self, database: Database, owned: Sequence[str]) -> None:
        self._database = database
        self._owned = tuple(owned)
        self._lock = threading.Lock()
        self._consumers: dict[str, tuple[int, float]] = {}

    def prepare(self, raw: Raw) -> None:
        """Give the feed its identity, and put triggers on all owned tables."""
        meta = "INSERT INTO _sk_meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
        self._database.run(raw, meta, ("feed", uuid.uuid4().hex))
        self._database.run(raw, meta, ("pruned", "0"))
        for name in self._owned:
            if self._database.watch(raw, name):
                self._database.run(
                    raw,
                    "INSERT INTO _sk_feed (tbl, op, key) VALUES (?, 'schema', '{}')",
                    (name,),
                )

    def read(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `{consumer, feed, after, tables, limit?}` with the changes after a position.

        Raises `Refused`: `feed` if this is another feed than the consumer knows, `pruned` if the
        changes it asks for are gone; both times it has to start from a snapshot.
        """
        after = int(payload["after"])
        limit = int(payload.get("limit") or BATCH)
        tables = self._checked(payload["tables"])
        with self._database.snapshot() as raw:
            feed, pruned = self._identity(raw)
            head = self._database.head(raw)
            if payload["feed"] != feed:
                raise Refused("feed", {"feed": feed})
            if not pruned <= after <= head:
                raise Refused("pruned", {"pruned": pruned, "head": head})
            changes = self._changes(raw, after, tables, limit)
            sequences = self._database.sequences(raw, tables)
        self._saw(str(payload["consumer"]), after)
        more = len(changes) == limit
        return {
            "feed": feed,
            "after": after,
            "changes": [change.to_json() for change in changes],
            "upto": changes[-1].position if more else head,
            "more": more,
            "sequences": sequences,
        }

    def snapshot(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `{consumer, table, after, limit?}` with rows in key order and their position."""
        (name,) = self._checked([payload["table"]])
        limit = int(payload.get("limit") or PAGE)
        with self._database.snapshot() as raw:
            table = self._database.table(raw, name)
            rows = self._database.page(raw, table, payload.get("after"), limit)
            feed, _ = self._identity(raw)
            head = self._database.head(raw)
            sequences = self._database.sequences(raw, [name])
        self._saw(str(payload["consumer"]), head)
        return {
            "feed": feed,
            "position": head,
            "rows": rows,
            "done": len(rows) < limit,
            "last": table.key_of(rows[-1]) if rows else None,
            "sequences": sequences,
        }

    def position(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the identity of the feed and its newest position."""
        with self._database.snapshot() as raw:
            return {"feed": self._identity(raw)[0], "position": self._database.head(raw)}

    def prune(self) -> int:
        """Delete what all consumers have; return how many changes that were."""
        database = self._database
        with self._lock:
            consumers, self._consumers = self._consumers, {}
        with database.transaction(durable=False) as raw:
            for name, (position, at) in sorted(consumers.items()):
                _remember(database, raw, name, position, at)
            database.run(raw, "DELETE FROM _sk_consumer WHERE at < ?", (time.time() - FORGET,))
            head = database.head(raw)
            slowest = database.rows(raw, "SELECT min(position) FROM _sk_consumer")[0][0]
            floor = min(head if slowest is None else int(slowest), head)
            if floor <= self._identity(raw)[1]:
                return 0
            database.run(raw, "UPDATE _sk_meta SET value = ? WHERE name = 'pruned'", (str(floor),))
            statement = "DELETE FROM _sk_feed WHERE position <= ? AND position < ?"
            return database.run(raw, statement, (floor, head))

    def _checked(self, tables: Sequence[str]) -> list[str]:
        foreign = sorted(set(tables) - set(self._owned))
        if foreign:
            raise Refused("not-owner", {"tables": ", ".join(foreign)})
        return list(tables)

    def _identity(self, raw: Raw) -> tuple[str, int]:
        found = dict(self._database.rows(raw, "SELECT name, value FROM _sk_meta"))
        if "feed" not in found:
            raise Refused("unprepared")
        return found["feed"], int(found["pruned"])

    def _changes(self, raw: Raw, after: int, tables: list[str], limit: int) -> list[Change]:
        if not tables:
            return []
        marks = ", ".join("?" for _ in tables)
        sql = f"SELECT {_COLUMNS} FROM _sk_feed WHERE position > ? AND tbl IN ({marks})"
        found = self._database.rows(
            raw, f"{sql} ORDER BY position LIMIT ?", [after, *tables, limit]
        )
        return [
            Change(table, op, json.loads(key), None, _row(new), int(position), txn, origin)
            for position, txn, origin, table, op, key, new in found
        ]

    def _saw(self, consumer: str, position: int) -> None:
        with self._lock:
            self._consumers[consumer] = (position, time.time())


def _row(text: Any) -> Any:
    return None if text is None else json.loads(text)


def _remember(database: Database, raw: Raw, name: str, position: int, at: float) -> None:
    update = "UPDATE _sk_consumer SET position = ?, at = ? WHERE name = ? AND position <= ?"
    insert = "INSERT INTO _sk_consumer VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    if not database.run(raw, update, (position, at, name, position)):
        database.run(raw, insert, (name, position, at))
