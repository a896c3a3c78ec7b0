"""What happens around the statements and commits of the application's connections."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import (
    TYPE_CHECKING,
    AbstractSet,
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)

from servicekit.errors import OwnerUnavailable, PeerUnavailable, as_driver_error

if TYPE_CHECKING:
    from servicekit.database import Database, Raw
    from servicekit.events import Events
    from servicekit.forwarding import Forwarding
    from servicekit.levels import Levels
    from servicekit.replicas import Replicas
    from servicekit.statements import Scanner, Statement

BOUND = 1.0  # seconds that a read waits for fresh replicas
WRITING_BOUND = 5.0  # seconds that a request waits for them that is about to write by what it reads
COPY_BOUND = 30.0  # seconds that a read waits for a replica that isn't whole yet
FRESH = 0.2  # seconds that replicas count as fresh outside of requests and transactions


class RequestScope:
    """One request: what it caught up, found stale, and committed."""

    def __init__(self, guard: Guard, writes: bool) -> None:
        self._guard = guard
        self.writes = writes
        self.bound = WRITING_BOUND if writes else BOUND
        self._positions: dict[str, int] = {}
        self.caught: set[str] = set()
        self.stale: dict[str, float | None] = {}
        self.committed = False

    def note(self, positions: Mapping[str, int]) -> None:
        """Remember that something was committed, and how far that moved owners."""
        self.committed = True
        self._positions.update(positions)

    def wait_for(self, positions: Mapping[str, int]) -> None:
        """Catch up owners whose replicas are behind these positions."""
        self._guard.wait_for(self, positions)

    def positions(self) -> dict[str, int]:
        """Return owner → position that contains what this request committed or can have read."""
        found = self._guard.positions()
        for owner, position in self._positions.items():
            found[owner] = max(position, found.get(owner, 0))
        return found


class Session:
    """The state of one application's connection within its transaction."""

    def __init__(self) -> None:
        self.touched = False  # a statement wrote a replica, or something that may reach one
        self.wrote = False
        self.written: set[str] = set()  # owners of what it wrote after the request's first commit
        self.caught: dict[str, float] = {}
        self.savepoint: str | None = None  # the one that began the transaction

    def reset(self) -> None:
        """Forget the transaction: it has ended."""
        self.touched = self.wrote = False
        self.written.clear()
        self.caught.clear()
        self.savepoint = None


class Guard:
    """Keeps replicas fresh before statements, and forwards writes before commits."""

    def __init__(
        self,
        database: Database,
        service: str,
        replicas: Replicas,
        forwarding: Forwarding,
        levels: Levels,
        owner_down: str,
        events: Events,
    ) -> None:
        self._database = database
        self._service = service
        self._replicas = replicas
        self._forwarding = forwarding
        self._levels = levels
        self._refuse = owner_down == "refuse"
        self._events = events
        self._scope: ContextVar[RequestScope | None] = ContextVar("servicekit", default=None)
        self._whole: set[str] = set()  # tables known to be complete replicas
        self.scanner: Scanner | None = None  # None until the database is prepared

    @contextlib.contextmanager
    def request(self, tables: Iterable[str], writes: bool) -> Iterator[RequestScope]:
        """Surround a request that reads `tables`: catches up their owners first.

        Where it may write by what it reads, nothing is committed that an old replica may have said.
        """
        scope = RequestScope(self, writes)
        token = self._scope.set(scope)
        try:
            if self.scanner is not None:
                wanted = frozenset(tables) & frozenset(self._replicas.owners)
                self._freshen(wanted, scope, scope.caught, None)
            yield scope
        finally:
            self._scope.reset(token)

    def before(self, session: Session, raw: Raw, sql: Any, own: bool) -> Statement | None:
        """Prepare for a statement; `own`: changes have to go into its own transaction.

        Raises the driver's error `OwnerUnavailable` if a replica can't be read.
        """
        if self.scanner is None or not isinstance(sql, str):
            return None
        statement = self.scanner.read(sql)
        if statement.writes:
            session.wrote = True
        if statement.touches:
            scope = self._scope.get()
            caught = scope.caught if scope is not None else _recent(session.caught, own)
            if scope is not None and scope.committed and statement.writes:
                # It can't be run again: what others have done since the request began has to be
                # known now, above all which numbers they have given to new rows.
                owners = {self._replicas.owners[name] for name in statement.touches}
                caught -= owners - session.written
                session.written |= owners
            try:
                self._freshen(statement.touches, scope, caught, raw if own else None)
            except OwnerUnavailable as error:
                raise as_driver_error(error, self._database.operational_error(raw)) from error
            if scope is None:
                now = time.monotonic()
                session.caught.update(dict.fromkeys(caught - set(session.caught), now))
            if statement.writes:
                session.touched = True
        return statement

    def commit(
        self,
        session: Session,
        raw: Raw,
        commit: Callable[[], Any],
        rollback: Callable[[], Any],
    ) -> None:
        """End a transaction of the application; raises `WriteRefused` if an owner declines.

        So it does if the request has read a replica that could not be brought up to date.
        """
        wrote, positions = session.wrote, {}
        scope = self._scope.get()
        try:
            if wrote and scope is not None and scope.writes and scope.stale:
                rollback()
                refusal = OwnerUnavailable(min(scope.stale), {"state": "its replica is stale"})
                raise as_driver_error(refusal, self._database.operational_error(raw))
            if session.touched:
                patient = scope is not None and scope.committed
                positions = self._forwarding.commit(raw, commit, rollback, patient)
            else:
                commit()
        finally:
            session.reset()
        if wrote and scope is not None:
            scope.note(positions)

    def positions(self) -> dict[str, int]:
        """Return the position of this service's own feed, and those of its replicas."""
        with self._database.snapshot() as raw:
            found = {
                owner: self._replicas.known(owner, raw).position
                for owner in set(self._replicas.owners.values())
            }
            return {**found, self._service: self._database.head(raw)}

    def wait_for(self, scope: RequestScope, positions: Mapping[str, int]) -> None:
        """Catch up those owners whose replicas, read at level `session`, are behind `positions`."""
        tables = self._levels.having("session", self._replicas.owners)
        owners = {self._replicas.owners[name] for name in tables} & set(positions)
        behind = {
            owner
            for owner in owners - scope.caught
            if self._replicas.known(owner).position < positions[owner]
        }
        self._pull(sorted(behind), scope, scope.caught, None, set())

    def _freshen(
        self,
        tables: frozenset[str],
        scope: RequestScope | None,
        caught: set[str],
        raw: Raw | None,
    ) -> None:
        unknown = tables - self._whole
        for name in sorted(unknown):
            self._replicas.promote(name, raw)
        copying = {self._replicas.owners[name] for name in unknown}
        strong = self._levels.having("strong", tables)
        owners = copying | ({self._replicas.owners[name] for name in strong} - caught)
        failed = self._pull(sorted(owners), scope, caught, raw, copying)
        doubtful = {name for name in tables if self._replicas.owners[name] in failed}
        self._whole -= doubtful
        self._check_whole(unknown | doubtful, raw)

    def _pull(
        self,
        owners: list[str],
        scope: RequestScope | None,
        caught: set[str],
        raw: Raw | None,
        copying: set[str],
    ) -> set[str]:
        """Catch up owners, once per request; return those where that failed."""

        def pull(owner: str) -> PeerUnavailable | None:
            try:
                fresh = BOUND if scope is None else scope.bound
                bound = COPY_BOUND if owner in copying else fresh
                self._replicas.catch_up(owner, bound, raw)
            except PeerUnavailable as error:
                return error
            except Exception as error:
                if not self._database.is_busy(error):
                    raise
                return PeerUnavailable(f"{owner}: the local database is busy: {error}")
            return None

        failed = set()
        for owner, failure in zip(owners, _each(pull, owners, parallel=raw is None)):
            caught.add(owner)
            if failure is not None:
                failed.add(owner)
                self._stale(owner, failure, scope)
        return failed

    def _stale(self, owner: str, failure: PeerUnavailable, scope: RequestScope | None) -> None:
        if self._refuse:
            raise OwnerUnavailable(owner, {"error": str(failure)}) from failure
        age = self._replicas.age(owner)
        self._events.replica_stale(owner, age)
        if scope is not None:
            scope.stale[owner] = age

    def _check_whole(self, tables: AbstractSet[str], raw: Raw | None) -> None:
        """Raise `OwnerUnavailable` rather than let a replica be read that isn't complete."""
        for owner in sorted({self._replicas.owners[name] for name in tables}):
            ready = self._replicas.known(owner, raw).tables
            missing = sorted(
                name
                for name in tables
                if self._replicas.owners[name] == owner and name not in ready
            )
            if missing:
                raise OwnerUnavailable(owner, {"table": missing[0], "state": "not copied yet"})
        if raw is None:  # else its copy is gone if the transaction rolls back
            self._whole |= tables


def _recent(caught: Mapping[str, float], inside: bool) -> set[str]:
    now = time.monotonic()
    return {owner for owner, at in caught.items() if inside or now - at < FRESH}


def _each(
    work: Callable[[str], PeerUnavailable | None], owners: list[str], *, parallel: bool
) -> list[PeerUnavailable | None]:
    if len(owners) <= 1 or not parallel:
        return [work(owner) for owner in owners]
    contexts = [copy_context() for _ in owners]  # whose work it is
    with ThreadPoolExecutor(len(owners)) as pool:
        return list(pool.map(lambda context, owner: context.run(work, owner), contexts, owners))
