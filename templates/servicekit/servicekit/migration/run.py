"""The order in which data is moved: look, make tables, report, fill and compare."""

from __future__ import annotations

import time
from typing import Callable, List

from servicekit.migration import checks
from servicekit.migration.base import ForeignKey
from servicekit.migration.job import Job, Member
from servicekit.migration.moving import Say, move
from servicekit.migration.opening import source

Prepare = Callable[[Member], List[ForeignKey]]


def run(job: Job, prepare: Prepare, say: Say) -> None:
    """Move everything; `prepare` makes a service's tables and returns the keys it declares."""
    began = time.monotonic()
    with source(job.source) as opened:
        checks.refuse_unfit(job, opened)
        for name in checks.left_behind(job, opened):
            say(f"{name}: no service owns it; it stays where it is")
        declared = [key for member in job.members for key in prepare(member)]
        for line in checks.orphans(job, opened, declared):
            say(f"orphans: {line}")
        rows = sum(move(job, member, opened, say) for member in job.members)
    seconds = time.monotonic() - began
    end = "Nothing was kept: it was a rehearsal." if job.rehearse else "Everything is there."
    say(f"{end} {rows:,} rows in {seconds:.1f} s, copies included.")
