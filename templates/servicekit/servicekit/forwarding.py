"""The caller's side of forwarded writes: what happens when the application commits.

A transaction that changed replicas asks their owners first. The decision is the local commit,
which contains the transaction's id in `_sk_outcome`: before it, all is undone; after it, all stays.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any, Callable, Mapping

from servicekit.database import Change, Database, Raw
from servicekit.errors import (
    OwnerUnavailable,
    PeerRefused,
    PeerUnavailable,
    WriteRefused,
    as_driver_error,
)

if TYPE_CHECKING:
    from servicekit.events import Events
    from servicekit.replicas import Call

PATIENCE = 5.0  # seconds that an owner may take to apply
_KEEP_ABORTED = 86400.0


class Forwarding:
    """Commits transactions together with the owners of what they changed."""

    def __init__(
        self,
        database: Database,
        service: str,
        owners: Mapping[str, str],
        call: Call,
        events: Events,
    ) -> None:
        self._database = database
        self._service = service
        self._owners = owners
        self._call = call
        self._events = events

    def commit(
        self,
        raw: Raw,
        commit: Callable[[], Any],
        rollback: Callable[[], Any],
        patient: bool = False,
    ) -> dict[str, int]:
        """Commit the application's transaction; return owner → position of what was forwarded.

        A `patient` transaction waits for an owner that is busy; others had better run again.
        Raises `WriteRefused` as the driver's error, after everything was rolled back.
        """
        changes = self._captured(raw)
        if not changes:
            commit()
            return {}
        txn = uuid.uuid4().hex
        asked: list[str] = []
        try:
            positions = self._ask(raw, txn, changes, asked, PATIENCE if patient else 0.0)
        except BaseException as error:
            rollback()
            self._undo(txn, asked)
            self._raise(raw, error)
            raise
        try:
            commit()
        except BaseException:
            with contextlib.suppress(Exception):
                rollback()
            if self._lost(txn):
                self._undo(txn, asked)
            raise
        return positions

    def _captured(self, raw: Raw) -> list[Change]:
        select = "SELECT tbl, op, key, old, new FROM _sk_captured"
        where = f"WHERE {self._database.own_captures}"
        found = self._database.rows(raw, f"{select} {where} ORDER BY position")
        return [
            Change(table, op, json.loads(key), _row(old), _row(new))
            for table, op, key, old, new in found
        ]

    def _ask(
        self, raw: Raw, txn: str, changes: list[Change], asked: list[str], patience: float
    ) -> dict[str, int]:
        positions = {}
        until = time.monotonic() + patience
        owners = sorted({self._owners[change.table] for change in changes})
        for owner in owners:
            asked.append(owner)
            positions[owner] = self._apply(raw, txn, owner, changes, until)
        self._decide(raw, txn, owners)
        return positions

    def _apply(self, raw: Raw, txn: str, owner: str, changes: list[Change], until: float) -> int:
        own = [change for change in changes if self._owners[change.table] == owner]
        payload = {
            "txn": txn,
            "origin": self._service,
            "changes": [change.to_json() for change in own],
            "sequences": self._database.sequences(raw, sorted({change.table for change in own})),
        }
        try:
            return int(self._call(owner, "apply", payload, PATIENCE, True)["position"])
        except PeerRefused as refusal:
            if refusal.reason == "busy" and time.monotonic() < until:
                return self._apply(raw, txn, owner, changes, until)
            if refusal.reason == "unprepared":
                raise OwnerUnavailable(owner, {"error": "it is starting"}) from refusal
            raise WriteRefused(owner, refusal.reason, refusal.details) from refusal
        except PeerUnavailable as error:
            raise OwnerUnavailable(owner, {"error": str(error)}) from error

    def _decide(self, raw: Raw, txn: str, owners: list[str]) -> None:
        """Write the decision and drop the captured rows; both count from the commit on."""
        insert = "INSERT INTO _sk_outcome (txn, state, owners, at) VALUES (?, 'committed', ?, ?)"
        try:
            self._database.run(raw, insert, (txn, json.dumps(owners), time.time()))
        except Exception as error:
            if self._database.is_constraint(error):  # an owner asked, and was told to undo
                raise WriteRefused(owners[0], "aborted") from error
            raise
        where = f"WHERE {self._database.own_captures}"
        self._database.run(raw, f"DELETE FROM _sk_captured {where}")

    def _raise(self, raw: Raw, error: BaseException) -> None:
        if isinstance(error, WriteRefused):
            self._events.write_refused(error.owner, error.reason)
            operational = self._database.operational_error(raw)
            raise as_driver_error(error, operational) from error.__cause__

    def _undo(self, txn: str, owners: list[str]) -> None:
        """Cancel at all owners; one that doesn't hear it asks for the outcome later."""
        for owner in owners:
            with contextlib.suppress(PeerUnavailable, PeerRefused):
                self._call(owner, "cancel", {"txn": txn}, PATIENCE, True)

    def _lost(self, txn: str) -> bool:
        """Whether a commit that raised didn't happen; unknown counts as no, owners ask later."""
        with contextlib.suppress(Exception):
            return bool(self.outcome({"txn": txn})["state"] == "aborted")
        return False

    def outcome(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an owner's `{txn}` with `committed`, `aborted` or, for now, `pending`.

        A transaction that hasn't committed is aborted by this: its own insert will fail.
        """
        txn = str(payload["txn"])
        insert = "INSERT INTO _sk_outcome (txn, state, owners, at) VALUES (?, 'aborted', '[]', ?)"
        try:
            with self._database.transaction(timeout=1.0) as raw:
                self._database.run(raw, insert + " ON CONFLICT DO NOTHING", (txn, time.time()))
                select = "SELECT state FROM _sk_outcome WHERE txn = ?"
                return {"state": self._database.rows(raw, select, (txn,))[0][0]}
        except Exception as error:
            if self._database.is_busy(error):
                return {"state": "pending"}
            raise

    def confirm(self) -> int:
        """Tell owners what was committed, and forget it; return how many are still untold."""
        with self._database.snapshot() as raw:
            found = self._database.rows(
                raw, "SELECT txn, owners FROM _sk_outcome WHERE state = 'committed'"
            )
        told = {owner: self._tell(owner, found) for owner in _named(found)}
        done = [txn for txn, owners in found if all(told[owner] for owner in json.loads(owners))]
        if done:
            with self._database.transaction(durable=False) as raw:
                for txn in done:
                    self._database.run(raw, "DELETE FROM _sk_outcome WHERE txn = ?", (txn,))
                old = "DELETE FROM _sk_outcome WHERE state = 'aborted' AND at < ?"
                self._database.run(raw, old, (time.time() - _KEEP_ABORTED,))
        return len(found) - len(done)

    def _tell(self, owner: str, found: list[tuple[Any, ...]]) -> bool:
        txns = [txn for txn, owners in found if owner in json.loads(owners)]
        try:
            self._call(owner, "confirm", {"txns": txns}, PATIENCE, True)
        except (PeerUnavailable, PeerRefused):
            return False
        return True

    def report_strays(self) -> int:
        """Move changes that bypassed the hooks, and so reached no owner, to `_sk_stuck`."""
        select = "SELECT position, tbl, op, key, old, new FROM _sk_captured"
        with self._database.snapshot() as raw:
            if not self._database.rows(raw, select + " LIMIT 1"):
                return 0
        with self._database.transaction() as raw:
            strays = self._database.rows(raw, select)
            for position, table, *change in strays:
                insert = "INSERT INTO _sk_stuck (txn, tbl, change, reason, at) VALUES (?,?,?,?,?)"
                values = ("", table, json.dumps(change), "not-forwarded", time.time())
                self._database.run(raw, insert, values)
                self._database.run(raw, "DELETE FROM _sk_captured WHERE position = ?", (position,))
        for _, table, *_ in strays:
            self._events.stuck("", table, "not-forwarded")
        return len(strays)


def _named(found: list[tuple[Any, ...]]) -> list[str]:
    return sorted({owner for _, owners in found for owner in json.loads(owners)})


def _row(text: Any) -> Any:
    return None if text is None else json.loads(text)
