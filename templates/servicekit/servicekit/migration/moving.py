"""Fills one service's database, in one transaction: all of it is there, or nothing."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, List, Mapping, Sequence

from servicekit.database import Row, Table, open_database
from servicekit.feed import Feed
from servicekit.migration.base import Fingerprint, MigrationError, Source, Target
from servicekit.migration.checks import MOVED
from servicekit.migration.job import Job, Member

Say = Callable[[str], None]


def move(job: Job, member: Member, source: Source, say: Say) -> int:
    """Fill a service's database and return how many rows it got; none if it had them before.

    Raises `MigrationError`, with nothing kept, if a table doesn't end as it is in the source.
    """
    positions = {owner: _position(job, owner) for owner in member.described.owners}
    with source.target(member.url) as target:
        tables = [target.database.table(target.raw, name) for name in member.tables]
        for table in tables:
            _same_columns(member, source, table)
        before = target.database.rows(target.raw, MOVED)
        if before:
            _unchanged(member, source, tables, json.loads(before[0][0]))
            say(f"{member.name}: moved before, and the source is as it was")
            return 0
        with target.resting(member.tables):
            found = [_copy(member, source, target, table, say) for table in tables]
        _follow(member, target, positions)
        if not job.rehearse:
            names = list(member.tables)
            target.database.advance(target.raw, source.sequences(names))
            _mark(target, tables, found)
            target.keep()
    return sum(fingerprint.rows for fingerprint in found)


def _position(job: Job, owner: str) -> Dict[str, Any]:
    """Return the identity of an owner's feed and its position: the rows moved are not in it."""
    other = next(member for member in job.members if member.name == owner)
    database = open_database(other.url)
    try:
        return Feed(database, other.described.owned).position({})
    finally:
        database.close()


def _same_columns(member: Member, source: Source, table: Table) -> None:
    theirs = set(source.database.table(source.raw, table.name).columns)
    for names, where in ((set(table.columns) - theirs, "the source"),
                         (theirs - set(table.columns), "the service's model")):  # fmt: skip
        if names:
            columns = ", ".join(sorted(names))
            raise MigrationError(f"{member.name}: {table.name}: {where} lacks {columns}")


def _copy(member: Member, source: Source, target: Target, table: Table, say: Say) -> Fingerprint:
    """Copy a table and compare; rows that the application's start put there make way."""
    began = time.monotonic()
    target.database.clear(target.raw, table)
    wanted = source.fingerprint(source.raw, table)
    say(f"{member.name}: {table.name}: {wanted.rows:,} rows …")
    target.copy(table)
    got = source.fingerprint(target.raw, table)
    if got != wanted:
        raise MigrationError(
            f"{member.name}: {table.name}: {got.rows:,} rows ({got.checksum:016x}) arrived of"
            f" {wanted.rows:,} ({wanted.checksum:016x}); nothing of this service was kept"
        )
    say(
        f"{member.name}: {table.name}: {got.rows:,} rows are the same ({got.checksum:016x}),"
        f" {time.monotonic() - began:.1f} s"
    )
    return got


def _follow(member: Member, target: Target, positions: Mapping[str, Row]) -> None:
    """Let the copies go on from where their owners' feeds are now."""
    run = target.database.run
    for owner, feed in positions.items():
        run(target.raw, "DELETE FROM _sk_position WHERE owner = ?", (owner,))
        insert = "INSERT INTO _sk_position (owner, feed, position) VALUES (?, ?, ?)"
        run(target.raw, insert, (owner, feed["feed"], feed["position"]))
    for name, owner in member.described.replicas.items():
        update = "UPDATE _sk_replica SET state = 'ready', copied = NULL, since = ? WHERE tbl = ?"
        run(target.raw, update, (positions[owner]["position"], name))


def _mark(target: Target, tables: Sequence[Table], found: List[Fingerprint]) -> None:
    moved = {t.name: [f.rows, f.checksum] for t, f in zip(tables, found)}
    insert = "INSERT INTO _sk_meta (name, value) VALUES ('moved', ?)"
    target.database.run(target.raw, insert, (json.dumps(moved),))


def _unchanged(
    member: Member, source: Source, tables: Sequence[Table], moved: Mapping[str, List[int]]
) -> None:
    for table in tables:
        now = source.fingerprint(source.raw, table)
        if [now.rows, now.checksum] != moved.get(table.name):
            raise MigrationError(
                f"{member.name}: {table.name} has changed in the source since it was moved;"
                " empty this service's database and begin again"
            )
