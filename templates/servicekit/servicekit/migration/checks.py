"""What is looked at before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, FrozenSet, Iterable, Iterator, List

from servicekit.config_pins import sqlite_path
from servicekit.database.text import quoted
from servicekit.migration.base import ForeignKey, MigrationError, Source
from servicekit.migration.job import Job, Member
from servicekit.migration.opening import source

MOVED = "SELECT value FROM _sk_meta WHERE name = 'moved'"


def refuse_unfit(job: Job, monolith: Source) -> None:
    """Raise with all that stands against the job."""
    problems = list(_problems(job, monolith.tables()))
    if problems:
        raise MigrationError("\n".join(problems))


def _problems(job: Job, present: FrozenSet[str]) -> Iterator[str]:
    for member in job.members:
        if _dialect(member.url) != _dialect(job.source):
            yield (
                f"{member.name}: its database is {_dialect(member.url)}, the source is"
                f" {_dialect(job.source)}; both have to be of one kind"
            )
        elif _same(member.url, job.source):
            yield f"{member.name}: its database is the source itself; name another"
        else:
            yield from (
                f"{member.name}: the source has no table {name}"
                for name in member.tables
                if name not in present
            )
            yield from _rows(member)


def _dialect(url: str) -> str:
    return "SQLite" if url.startswith("sqlite:") else "PostgreSQL"


def _same(one: str, other: str) -> bool:
    if not one.startswith("sqlite:"):
        return one == other
    ours, theirs = Path(sqlite_path(one)), Path(sqlite_path(other))
    return ours.exists() and theirs.exists() and ours.samefile(theirs)


def _rows(member: Member) -> Iterator[str]:
    """Name the first table that has rows, unless they were moved there before."""
    if member.url.startswith("sqlite:") and not Path(sqlite_path(member.url)).exists():
        return
    with source(member.url) as opened:
        present = opened.tables()
        if "_sk_meta" in present and opened.database.rows(opened.raw, MOVED):
            return
        for name in member.tables:
            any_row = f"SELECT 1 FROM {quoted(name)} LIMIT 1"
            if name in present and opened.database.rows(opened.raw, any_row):
                yield (
                    f"{member.name}: its table {name} has rows already;"
                    " only an empty database can be filled, so remove or empty it"
                )
                return


def left_behind(job: Job, monolith: Source) -> List[str]:
    """Return the source's tables that no service owns."""
    owned = {name for member in job.members for name in member.described.owned}
    return sorted(monolith.tables() - owned)


def orphans(job: Job, monolith: Source, declared: Iterable[ForeignKey]) -> Iterator[str]:
    """Say of each foreign key how many rows name one that isn't there.

    Across services no database will refuse such rows; within one PostgreSQL still does.
    """
    owner: Dict[str, str] = {t: m.name for m in job.members for t in m.described.owned}
    present = monolith.tables()
    for key in sorted({*monolith.foreign_keys(), *declared}):
        if key.table in owner and key.table in present and key.parent in present:
            missing = monolith.count(_missing(key))
            if missing:
                whose = owner.get(key.parent, "nobody")
                yield f"{key} (of {whose}): {missing:,} rows name none that is there"


def _missing(key: ForeignKey) -> str:
    """Return the query that counts rows without the parent that they name."""
    pairs = list(zip(map(quoted, key.columns), map(quoted, key.parent_columns)))
    named = " AND ".join(f"child.{column} IS NOT NULL" for column, _ in pairs)
    same = " AND ".join(f"parent.{there} = child.{column}" for column, there in pairs)
    return (
        f"SELECT count(*) FROM {quoted(key.table)} child WHERE {named}"
        f" AND NOT EXISTS (SELECT 1 FROM {quoted(key.parent)} parent WHERE {same})"
    )
