"""What the data plane tells its surroundings: logs and metrics hang here."""

from __future__ import annotations

from typing import Mapping


class Events:
    """An observer that does nothing; override what you want to hear.

    Methods are called on the thread where it happens, and must neither block nor raise.
    """

    def replica_stale(self, owner: str, age: float | None) -> None:
        """A read goes on with replicas of `owner` that couldn't be caught up for `age` seconds."""

    def write_refused(self, owner: str, reason: str) -> None:
        """A transaction was rolled back, because `owner` refused its part of the writes."""

    def stuck(self, txn: str, table: str, reason: str) -> None:
        """A change of transaction `txn` couldn't be undone: a person has to look at `_sk_stuck`."""

    def promoted(self, table: str) -> None:
        """A table that the analysis took for unread was read, and has become a replica."""

    def copied(self, table: str, rows: int) -> None:
        """The initial copy of a replica is complete."""

    def lag(self, owner: str, positions: Mapping[str, int]) -> None:
        """A pull moved the replicas of `owner`: positions `before` and `after`."""

    def unwatched(self, table: str, reason: str) -> None:
        """An owned table can't be watched for changes, so nobody can replicate it."""

    def background_failed(self, task: str, error: BaseException) -> None:
        """A round of background work failed; it is tried again."""
