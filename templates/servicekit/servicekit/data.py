"""The data plane of one service: what it owns, what it replicates, what it forwards."""

from __future__ import annotations

import contextlib
from typing import (
    Any,
    Callable,
    ContextManager,
    Dict,
    Iterable,
    Mapping,
    Sequence,
)

from servicekit.background import Background
from servicekit.database import open_database
from servicekit.errors import PeerUnavailable, Refused
from servicekit.events import Events
from servicekit.feed import Feed
from servicekit.forwarding import Forwarding
from servicekit.guard import Guard, RequestScope
from servicekit.hooks import install, remove
from servicekit.ledger import Ledger
from servicekit.levels import Levels
from servicekit.replicas import Call, Replicas
from servicekit.statements import Scanner

STRONG = Levels()
STARTUP = 3.0  # seconds that one owner's copies may take at start; later ones go on with them

Operation = Callable[[Mapping[str, Any]], Dict[str, Any]]


class Data:
    """Everything between a service's application and its database; thread-safe.

    Order of use: `install_hooks` before the application is imported, `prepare` when its tables
    exist, `start_background` in each process that serves.
    """

    def __init__(
        self,
        database_url: str,
        service: str,
        owned: Sequence[str],
        replicas: Mapping[str, str],
        declared: Mapping[str, str],
        call: Call,
        levels: Levels = STRONG,
        owner_down: str = "stale",
        events: Events | None = None,
    ) -> None:
        self.service = service
        self._events = events if events is not None else Events()
        self._owned = tuple(owned)
        self._to_copy = frozenset(replicas)
        self._copied = False
        self._prepared = False
        self.database = open_database(database_url)
        owners = {**declared, **replicas}
        self._feed = Feed(self.database, owned)
        self._ledger = Ledger(self.database, owned, call, self._events)
        self._replicas = Replicas(self.database, service, owners, call, self._events)
        self._forwarding = Forwarding(self.database, service, owners, call, self._events)
        self._guard = Guard(
            self.database,
            service,
            self._replicas,
            self._forwarding,
            levels,
            owner_down,
            self._events,
        )
        self._background = Background(self._tasks(levels), self._events)

    def install_hooks(self) -> None:
        """Watch the connections to this service's database that are opened from now on."""
        install(self.database, self._guard)

    def remove_hooks(self) -> None:
        """Let connections that are opened from now on be plain."""
        remove(self.database)

    def alone(self) -> Any:
        """Return a context manager that one process of the service at a time may be in."""
        return self.database.alone()

    def prepare(self) -> None:
        """Create what the kit keeps in the database; replicas are copied later, by `copy`.

        May run again and in several processes at once. Until they are copied, replicas are
        refused to readers. Raises `SchemaError` if a table is missing.
        """
        names = frozenset(self._replicas.owners)
        with self.database.transaction(timeout=30.0) as raw:
            self.database.create_kit_tables(raw)
            self.database.forget_shapes()
            self.database.release_replicas(raw, names)
            self.database.guard_triggers(raw, [*self._owned, *sorted(names)])
            self._feed.prepare(raw)
            self._replicas.prepare(raw, self._to_copy)
            touched = {name: frozenset((name,)) for name in names}
            for name, reached in self.database.relatives(raw, names).items():
                touched[name] = touched.get(name, frozenset()) | reached
        self._prepared = True
        self._guard.scanner = Scanner(touched) if touched else None

    def copy(self) -> None:
        """Copy what isn't whole yet, as far as owners answer, until nothing is left at start."""
        if self._copied:
            return
        unfinished = {owner for owner, lag in self.lag().items() if lag["copying"]}
        self._pull_each(frozenset(unfinished))
        self._copied = not unfinished

    def operations(self) -> dict[str, Operation]:
        """Return what peers may ask of this service; an operation raises `Refused` to decline.

        Until `prepare` has run they all decline, for the reason `unprepared`.
        """
        return {name: self._when_prepared(work) for name, work in self._operations().items()}

    def _operations(self) -> dict[str, Operation]:
        return {
            "feed": self._feed.read,
            "snapshot": self._feed.snapshot,
            "position": self._feed.position,
            "apply": self._ledger.apply,
            "confirm": self._ledger.confirm,
            "cancel": self._ledger.cancel,
            "outcome": self._forwarding.outcome,
        }

    def _when_prepared(self, work: Operation) -> Operation:
        def operation(payload: Mapping[str, Any]) -> dict[str, Any]:
            if not self._prepared:
                raise Refused("unprepared")
            return work(payload)

        return operation

    def request(
        self, tables: Iterable[str], *, writes: bool = False
    ) -> ContextManager[RequestScope]:
        """Surround a request that reads `tables`, and may write by what it reads.

        Catches up their owners, for a second at most, or five if it may write.

        Raises `OwnerUnavailable` if an owner is down and its replicas must not be read stale,
        or aren't complete yet.
        """
        return self._guard.request(tables, writes)

    def start_background(self) -> None:
        """Start the sweeper and the puller of this process."""
        self._background.start()

    def stop(self) -> None:
        """Stop background work, and close the kit's idle connections."""
        self._background.stop()
        self.database.close()

    def sweep(self, doubt: float = 5.0) -> int:
        """Settle what is open now; return how many transactions remain in doubt."""
        untold = self._forwarding.confirm()
        self._forwarding.report_strays()
        return untold + self._ledger.sweep(doubt)

    def lag(self) -> dict[str, dict[str, Any]]:
        """Return owner → `position`, `age` in seconds (or None), and tables still `copying`."""
        found = {}
        for owner in sorted(set(self._replicas.owners.values())):
            known = self._replicas.known(owner)
            found[owner] = {
                "position": known.position,
                "age": self._replicas.age(owner),
                "copying": sorted(known.copying),
            }
        return found

    def _tasks(self, levels: Levels) -> Mapping[str, Any]:
        pull = 1.0 if levels.having("eventual", self._replicas.owners) else 10.0
        return {
            "confirm": (0.5, self._forwarding.confirm),
            "sweep": (2.0, self._ledger.sweep),
            "strays": (30.0, self._forwarding.report_strays),
            "pull": (pull, self._pull_all),
            "copy": (0.3, self.copy),
            "prune": (60.0, self._feed.prune),
            "forget": (3600.0, self._ledger.forget),
        }

    def _pull_all(self) -> None:
        self._pull_each(frozenset(self._replicas.owners.values()))

    def _pull_each(self, owners: frozenset[str]) -> None:
        for owner in sorted(owners):
            with contextlib.suppress(PeerUnavailable):
                self._replicas.catch_up(owner, STARTUP)
