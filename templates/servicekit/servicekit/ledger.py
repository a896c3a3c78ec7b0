"""The owner's side of forwarded writes: apply, confirm, cancel, and asking what became of them."""

from __future__ import annotations

import json
import random
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence

from servicekit.database import Change, Database, Raw
from servicekit.errors import PeerRefused, PeerUnavailable, Refused, SchemaError
from servicekit.events import Events
from servicekit.replicas import Call

DOUBT = 5.0  # seconds after which a transaction's origin is asked what became of it
_KEEP = 86400.0  # seconds that settled transactions are remembered, for late repetitions


class Ledger:
    """Transactions of other services that changed tables of this one."""

    def __init__(
        self, database: Database, owned: Sequence[str], call: Call, events: Events
    ) -> None:
        self._database = database
        self._owned = frozenset(owned)
        self._call = call
        self._events = events

    def apply(self, payload: Mapping[str, Any]) -> Dict[str, Any]:
        """Apply `{txn, origin, changes, sequences}` tentatively, all or nothing, once.

        Raises `Refused`: `conflict` if a row isn't what the caller saw, `constraint`, `busy`,
        `schema`, `not-owner`, or `aborted` if it has been cancelled before.
        """
        changes = [Change.from_json(data) for data in payload["changes"]]
        self._check_owned(changes)
        try:
            # Two services that wait for each other don't give up at the same time.
            with self._database.transaction(timeout=random.uniform(0.5, 2.0)) as raw:  # noqa: S311
                self._apply_once(raw, payload, changes)
        except (Refused, SchemaError) as refusal:
            if isinstance(refusal, SchemaError):
                raise Refused("schema", {"error": str(refusal)}) from refusal
            raise
        except Exception as error:
            if self._database.is_constraint(error):
                raise Refused("constraint", {"error": str(error).strip()}) from error
            if self._database.is_busy(error):
                raise Refused("busy") from error
            raise
        with self._database.snapshot() as raw:
            return {"state": "tentative", "position": self._database.head(raw)}

    def _check_owned(self, changes: Sequence[Change]) -> None:
        foreign = sorted({change.table for change in changes} - self._owned)
        if foreign:
            raise Refused("not-owner", {"tables": ", ".join(foreign)})

    def _apply_once(self, raw: Raw, payload: Mapping[str, Any], changes: List[Change]) -> None:
        txn, origin = str(payload["txn"]), str(payload["origin"])
        state = self._state(raw, txn)
        if state == "cancelled":
            raise Refused("aborted")
        if state is not None:
            return
        with self._database.applying(raw, txn, origin):
            # First, so that nobody here draws a number that these rows are about to take.
            self._database.advance(raw, payload.get("sequences") or {})
            for change in changes:
                self._change(raw, change)
        stored = json.dumps([change.to_json() for change in changes])
        insert = "INSERT INTO _sk_txn (txn, origin, state, changes, at) VALUES (?, ?, ?, ?, ?)"
        self._database.run(raw, insert, (txn, origin, "tentative", stored, time.time()))

    def _change(self, raw: Raw, change: Change) -> None:
        """Make one change; raises `Refused` if the row isn't as the change's author saw it."""
        database = self._database
        table = database.table(raw, change.table)
        named = {**(change.old or {}), **(change.new or {}), **change.key}
        unknown = sorted(set(named) - set(table.columns))
        if unknown:
            raise SchemaError(f"table {change.table} has no column {unknown[0]} at its owner")
        key = table.key_of(change.new or {}) if change.op == "insert" else change.key
        current = database.read(raw, table, key) if table.keyed or change.old else None
        if not _agree(current, change.old):
            raise Refused("conflict", {"table": change.table, "key": json.dumps(dict(key))})
        if change.new is None:
            database.delete(raw, table, change.key)
        elif change.old is None:
            database.insert(raw, table, change.new)
        else:
            database.update(raw, table, change.key, change.new)

    def confirm(self, payload: Mapping[str, Any]) -> Dict[str, Any]:
        """Settle `{txns}`: their origin committed. A repetition does nothing."""
        with self._database.transaction(durable=False) as raw:
            for txn in payload["txns"]:
                self._settle(raw, str(txn))
        return {}

    def _settle(self, raw: Raw, txn: str) -> None:
        update = "UPDATE _sk_txn SET state = 'confirmed', changes = NULL WHERE txn = ?"
        self._database.run(raw, update + " AND state = 'tentative'", (txn,))

    def cancel(self, payload: Mapping[str, Any]) -> Dict[str, Any]:
        """Undo `{txn}`; one that comes later will be refused. A repetition does nothing.

        Raises `Refused`: `confirmed` if its origin committed it, `busy`.
        """
        try:
            return self._cancel(str(payload["txn"]))
        except Exception as error:
            if self._database.is_busy(error):
                raise Refused("busy") from error
            raise

    def _cancel(self, txn: str) -> Dict[str, Any]:
        stuck: List[Change] = []
        with self._database.transaction(timeout=2.0) as raw:
            state = self._state(raw, txn)
            if state == "confirmed":
                raise Refused("confirmed")
            if state == "tentative":
                stuck = self._compensate(raw, txn)
                update = "UPDATE _sk_txn SET state = 'cancelled', changes = NULL WHERE txn = ?"
                self._database.run(raw, update, (txn,))
            elif state is None:
                insert = "INSERT INTO _sk_txn (txn, origin, state, at) VALUES (?, '', ?, ?)"
                self._database.run(raw, insert, (txn, "cancelled", time.time()))
        for change in stuck:
            self._events.stuck(txn, change.table, "changed-since")
        return {"stuck": len(stuck)}

    def _compensate(self, raw: Raw, txn: str) -> List[Change]:
        """Make the inverse changes; return those whose rows changed since, which stay."""
        select = "SELECT changes, origin FROM _sk_txn WHERE txn = ?"
        text, origin = self._database.rows(raw, select, (txn,))[0]
        stuck = []
        with self._database.applying(raw, txn, origin):
            for data in reversed(json.loads(text)):
                change = Change.from_json(data)
                if not self._inverse(raw, change):
                    stuck.append(change)
                    insert = "INSERT INTO _sk_stuck (txn, tbl, change, reason, at)"
                    values = (txn, change.table, json.dumps(data), "changed-since", time.time())
                    self._database.run(raw, insert + " VALUES (?, ?, ?, ?, ?)", values)
        return stuck

    def _inverse(self, raw: Raw, change: Change) -> bool:
        table = self._database.table(raw, change.table)
        key = change.key if change.new is None else table.key_of(change.new)
        inverse = Change(
            change.table,
            {"insert": "delete", "delete": "insert"}.get(change.op, "update"),
            key,
            change.new,
            change.old,
        )
        try:
            with self._database.savepoint(raw):
                self._change(raw, inverse)
        except Exception as error:
            if isinstance(error, Refused) or self._database.is_constraint(error):
                return False
            raise
        return True

    def _state(self, raw: Raw, txn: str) -> Optional[str]:
        """Return what is known of a transaction; it stays so until `raw` has committed."""
        self._database.lock(raw, txn)
        found = self._database.rows(raw, "SELECT state FROM _sk_txn WHERE txn = ?", (txn,))
        return str(found[0][0]) if found else None

    def sweep(self, doubt: float = DOUBT) -> int:
        """Ask the origins of tentative transactions what became of them; return how many stay."""
        select = "SELECT txn, origin FROM _sk_txn WHERE state = 'tentative' AND at < ? ORDER BY at"
        with self._database.snapshot() as raw:
            open_ones = self._database.rows(raw, select, (time.time() - doubt,))
        return sum(not self._resolve(txn, origin) for txn, origin in open_ones)

    def _resolve(self, txn: str, origin: str) -> bool:
        try:
            state = self._call(origin, "outcome", {"txn": txn}, 2.0, True)["state"]
        except (PeerUnavailable, PeerRefused):
            return False
        if state == "committed":
            self.confirm({"txns": [txn]})
        elif state == "aborted":
            try:
                self.cancel({"txn": txn})
            except Refused as refusal:
                return refusal.reason == "confirmed"
        return bool(state != "pending")

    def forget(self) -> None:
        """Drop what was settled long ago."""
        delete = "DELETE FROM _sk_txn WHERE state <> 'tentative' AND at < ?"
        with self._database.transaction(durable=False) as raw:
            self._database.run(raw, delete, (time.time() - _KEEP,))


def _agree(current: Optional[Mapping[str, Any]], seen: Optional[Mapping[str, Any]]) -> bool:
    """Whether a row is what was seen, in the columns that both sides know."""
    if current is None or seen is None:
        return current is None and seen is None
    return all(_same(value, current.get(name)) for name, value in seen.items())


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
