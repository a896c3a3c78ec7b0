"""Reads what is to be moved from standard input, moves it, and says what it does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import List

from servicekit.errors import SchemaError
from servicekit.migration import checks, job, postgres, sqlite
from servicekit.migration.base import ForeignKey, MigrationError
from servicekit.migration.job import Job, Member
from servicekit.migration.moving import move


def main() -> int:
    """Return 0 if everything is moved, or could be."""
    try:
        _run(job.from_json(json.load(sys.stdin)))
    except (MigrationError, SchemaError) as error:
        sys.stderr.write(f"migrate.py: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("migrate.py: stopped; what was not complete is not kept\n")
        return 130
    return 0


def _run(wanted: Job) -> None:
    kind = sqlite if wanted.source.startswith("sqlite:") else postgres
    began = time.monotonic()
    with kind.source(wanted.source) as source:
        checks.refuse_unfit(wanted, source)
        for name in checks.left_behind(wanted, source):
            _say(f"{name}: no service owns it; it stays where it is")
        declared = {member.name: _prepared(member) for member in wanted.members}
        for line in checks.orphans(wanted, source, declared):
            _say(f"orphans: {line}")
        rows = sum(move(wanted, member, source, _say) for member in wanted.members)
    seconds = time.monotonic() - began
    end = "Nothing was kept: it was a rehearsal." if wanted.rehearse else "Everything is there."
    _say(f"{end} {rows:,} rows in {seconds:.1f} s, copies included.")


def _prepared(member: Member) -> List[ForeignKey]:
    """Let a service make its tables, in a process of its own; return the keys it declares."""
    done = subprocess.run(
        [sys.executable, "-m", "servicekit.migration.prepare"],
        cwd=str(member.described.directory),
        env=dict(member.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise MigrationError(f"{member.name} can't make its tables:\n{last}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return [ForeignKey(table, tuple(a), parent, tuple(b)) for table, a, parent, b in found]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
