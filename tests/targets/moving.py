"""The club as a monolith with rows, and the command that moves them into its split."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from targets.split import CLUB

_FILL = """
import sys
from sqlalchemy import text
from club import create_app, db
url, members, bookings = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
with create_app({"SQLALCHEMY_DATABASE_URI": url}).app_context():
    db.create_all()
    for count, into, values in (
        (members, "members (name, booked)", "'Member ' || i, i"),
        (bookings, "bookings (court, member_id)", f"i % 7, i % {members} + 1"),
    ):
        rows = f"{numbers.format(count)} SELECT {values} FROM n"
        db.session.execute(text(f"INSERT INTO {into} {rows}"))
    db.session.commit()
"""
_ASK = """
import json, sys
from club import create_app
client = create_app({"SQLALCHEMY_DATABASE_URI": sys.argv[1]}).test_client()
print(json.dumps({path: client.get(path).text for path in sys.argv[2:]}))
"""


def fill(url: str, members: int, bookings: int) -> None:
    """Make the monolith's tables and fill them."""
    _club(_FILL, url, str(members), str(bookings))


def ask(url: str, *paths: str) -> dict[str, str]:
    """The monolith's answers."""
    found: dict[str, str] = json.loads(_club(_ASK, url, *paths))
    return found


def _club(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=CLUB, check=True, capture_output=True, text=True).stdout


def migrate(system: Path, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(system, url, *options), capture_output=True, text=True, check=False
    )


def command(system: Path, url: str, *options: str) -> list[str]:
    """The command line."""
    program = [sys.executable, str(system / "migrate.py"), "--python", sys.executable]
    return [*program, "--source", url, *options]
