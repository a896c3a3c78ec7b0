"""The consumer's side of replication: copies of foreign tables, brought up to date on demand."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Mapping

from servicekit.copying import Copier, copy_table, local_table
from servicekit.database import Change, Database, Raw, Row
from servicekit.errors import PeerRefused, PeerUnavailable

if TYPE_CHECKING:
    from servicekit.events import Events

Call = Callable[[str, str, Dict[str, Any], float, bool], Dict[str, Any]]
PAGES = 20  # batches applied in one transaction, so that a catch-up shows whole transactions
_ROUNDS = 100  # repetitions of one catch-up before it gives up on an owner that never rests


@dataclass(frozen=True)
class Known:
    """What this database has of one owner: `tables` are followed, `copying` not yet whole.

    `tables` are mapped to the position that their copies were begun at.
    """

    feed: str | None
    position: int
    tables: Mapping[str, int]
    copying: frozenset[str]


class _Turn:
    """Whose turn it is to pull from one owner in this process, and how the last turns went."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.started = 0.0  # of the last pull that succeeded
        self.failed = 0.0
        self.fresh: float | None = None
        self.sequences: Any = None


class Replicas:
    """All replicas of a service; methods may be called from any thread."""

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
        self._call = call
        self._events = events
        self._turns = {owner: _Turn() for owner in sorted(set(owners.values()))}
        self.owners = dict(owners)

    def prepare(self, raw: Raw, replicas: frozenset[str]) -> None:
        """Register the tables: `replicas` are to be copied, the others only when promoted."""
        for name, owner in self.owners.items():
            self._database.capture(raw, name)
            state = "copying" if name in replicas else "declared"
            insert = "INSERT INTO _sk_replica (tbl, owner, state) VALUES (?, ?, ?)"
            self._database.run(raw, insert + " ON CONFLICT DO NOTHING", (name, owner, state))
            if name in replicas:
                self._activate(raw, name)
            update = "UPDATE _sk_replica SET owner = ?, state = 'copying', copied = NULL"
            self._database.run(raw, f"{update} WHERE tbl = ? AND owner <> ?", (owner, name, owner))
        for (name,) in self._database.rows(raw, "SELECT tbl FROM _sk_replica"):
            if name not in self.owners:
                self._database.run(raw, "DELETE FROM _sk_replica WHERE tbl = ?", (name,))

    def promote(self, name: str, raw: Raw | None = None) -> bool:
        """Make a declared table a replica; return whether it was none before."""
        known = self.known(self.owners[name], raw)
        if name in known.tables or name in known.copying:
            return False
        with self._writing(raw) as writing:
            promoted = self._activate(writing, name)
        if promoted:
            self._events.promoted(name)
        return promoted

    def _activate(self, raw: Raw, name: str) -> bool:
        update = "UPDATE _sk_replica SET state = 'copying' WHERE tbl = ? AND state = 'declared'"
        return self._database.run(raw, update, (name,)) > 0

    def catch_up(self, owner: str, timeout: float = 1.0, raw: Raw | None = None) -> None:
        """Bring all replicas of `owner` to where it was when this was called, or further.

        With `raw` the changes become part of the application's own transaction. Threads that
        wait for their turn share the next pull. Raises `PeerUnavailable` when time is over.
        """
        turn = self._turns[owner]
        if raw is not None:
            self._pull(owner, turn, timeout, raw)
            return
        arrived = time.monotonic()
        if not turn.lock.acquire(timeout=timeout):
            raise PeerUnavailable(f"{owner}: another catch-up takes too long")
        try:
            if turn.started > arrived:
                return
            if turn.failed > arrived:
                raise PeerUnavailable(f"{owner}: didn't answer another thread")
            started = time.monotonic()
            try:
                self._pull(owner, turn, timeout, None)
            except BaseException:
                turn.failed = time.monotonic()
                raise
            turn.started = turn.fresh = started
        finally:
            turn.lock.release()

    def age(self, owner: str) -> float | None:
        """Return the seconds since the last catch-up of this process, None before the first."""
        fresh = self._turns[owner].fresh
        return None if fresh is None else time.monotonic() - fresh

    def known(self, owner: str, raw: Raw | None = None) -> Known:
        """Return what this database has of an owner."""
        if raw is None:
            with self._database.snapshot() as reading:
                return self._known(reading, owner)
        return self._known(raw, owner)

    def _known(self, raw: Raw, owner: str) -> Known:
        select = "SELECT feed, position FROM _sk_position WHERE owner = ?"
        found = self._database.rows(raw, select, (owner,))
        feed, position = found[0] if found else (None, 0)
        states = self._database.rows(
            raw, "SELECT tbl, state, since FROM _sk_replica WHERE owner = ?", (owner,)
        )
        ready = {name: int(since) for name, state, since in states if state == "ready"}
        copying = frozenset(name for name, state, _ in states if state == "copying")
        return Known(feed, int(position), ready, copying)

    def _pull(self, owner: str, turn: _Turn, timeout: float, raw: Raw | None) -> None:
        deadline = time.monotonic() + timeout
        for _ in range(_ROUNDS):
            known = self.known(owner, raw)
            if known.copying:
                for name in sorted(known.copying):
                    rows = copy_table(self._copier(owner, raw), name, deadline)
                    self._events.copied(name, rows)
                continue
            if not known.tables:
                return
            try:
                batch = self._fetch(owner, known, deadline)
            except PeerRefused as refusal:
                if refusal.reason not in ("feed", "pruned"):
                    raise PeerUnavailable(f"{owner} refused: {refusal.reason}") from refusal
                self._restart(owner, raw)
                continue
            applied = self.apply(owner, batch, frozenset(known.tables), raw)
            anew = any(change["op"] == "schema" for change in batch["changes"])
            if applied and not batch["more"] and not anew:
                return
        raise PeerUnavailable(f"{owner}: its feed never came to rest")

    def _fetch(self, owner: str, known: Known, deadline: float) -> dict[str, Any]:
        """Return the changes since a position, as one batch however many requests it takes."""
        whole: dict[str, Any] = {}
        after = known.position
        for _ in range(PAGES):
            asked = {
                "consumer": self._service,
                "tables": sorted(known.tables),
                "feed": known.feed,
                "after": after,
            }
            batch = self._call(owner, "feed", asked, _left(deadline), True)
            if whole and (batch["after"] != after or batch["feed"] != whole["feed"]):
                raise PeerUnavailable(f"{owner}: answered out of order")
            changes = whole.get("changes", []) + batch["changes"]
            whole = {**batch, "changes": changes, "after": known.position}
            if not batch["more"]:
                break
            after = batch["upto"]
        return whole

    def apply(
        self,
        owner: str,
        batch: Mapping[str, Any],
        tables: frozenset[str],
        raw: Raw | None = None,
    ) -> bool:
        """Apply a batch exactly once; return False if it doesn't fit and has to be asked anew.

        What has been applied before is skipped. A batch that starts after the position of this
        database, or that was asked for other tables than it follows by now, isn't applied.
        """
        turn = self._turns[owner]
        same = turn.sequences == batch["sequences"]
        if same and batch["upto"] == batch["after"] and not batch["changes"]:
            return True
        with self._writing(raw) as writing:
            self._database.lock(writing, owner)
            known = self._known(writing, owner)
            if known.feed != batch["feed"] or known.tables.keys() != tables or known.copying:
                return False
            if batch["after"] > known.position:
                return False
            changes = [Change.from_json(data) for data in batch["changes"]]
            with self._database.applying(writing):
                for change in changes:
                    if change.position > max(known.position, known.tables[change.table]):
                        self._apply(writing, change)
            self._database.advance(writing, batch["sequences"])
            upto = max(int(batch["upto"]), known.position)
            update = "UPDATE _sk_position SET position = ? WHERE owner = ?"
            self._database.run(writing, update, (upto, owner))
        if raw is None:
            turn.sequences = batch["sequences"]
        self._events.lag(owner, {"before": known.position, "after": upto})
        return True

    def _apply(self, raw: Raw, change: Change) -> None:
        if change.op == "schema":
            update = "UPDATE _sk_replica SET state = 'copying', copied = NULL WHERE tbl = ?"
            self._database.run(raw, update, (change.table,))
            return
        row: Row = change.key if change.new is None else change.new
        table = local_table(self._database, raw, change.table, row)
        if not table.keyed and change.origin == self._service:
            return  # this database wrote it itself, and couldn't tell it from another such row
        if change.new is None:
            self._database.delete(raw, table, change.key)
        else:
            self._database.put(raw, table, change.key, change.new)

    def _restart(self, owner: str, raw: Raw | None) -> None:
        with self._writing(raw) as writing:
            update = "UPDATE _sk_replica SET state = 'copying', copied = NULL"
            where = "WHERE owner = ? AND state <> 'declared'"
            self._database.run(writing, f"{update} {where}", (owner,))
            self._database.run(writing, "DELETE FROM _sk_position WHERE owner = ?", (owner,))

    def _copier(self, owner: str, raw: Raw | None) -> Copier:
        def ask(payload: dict[str, Any], timeout: float) -> dict[str, Any]:
            return self._call(
                owner, "snapshot", {**payload, "consumer": self._service}, timeout, True
            )

        return Copier(self._database, owner, ask, lambda: self._writing(raw))

    @contextlib.contextmanager
    def _writing(self, raw: Raw | None) -> Iterator[Raw]:
        if raw is not None:
            with self._database.savepoint(raw):
                yield raw
            return
        with self._database.transaction(durable=False) as own:
            yield own


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise PeerUnavailable("no time left to catch up")
    return left
