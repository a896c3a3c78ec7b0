"""Reads what is to be moved from standard input, moves it, and says what it does."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import List

from servicekit.errors import SchemaError
from servicekit.migration.base import ForeignKey, MigrationError
from servicekit.migration.job import Member, from_json
from servicekit.migration.run import run


def main() -> int:
    """Return 0 if everything is moved, or could be."""
    try:
        run(from_json(json.load(sys.stdin)), _prepare, _say)
    except (MigrationError, SchemaError) as error:
        sys.stderr.write(f"migrate.py: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("migrate.py: stopped; what was not complete is not kept\n")
        return 130
    return 0


def _prepare(member: Member) -> List[ForeignKey]:
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
