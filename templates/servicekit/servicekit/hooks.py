"""Which drivers' connections are watched for which database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicekit import hooks_sqlite
from servicekit.database.sqlite import Sqlite

if TYPE_CHECKING:
    from servicekit.database import Database
    from servicekit.guard import Guard


def install(database: Database, guard: Guard) -> None:
    """Watch connections to `database` that are opened from now on."""
    if isinstance(database, Sqlite):
        hooks_sqlite.install(database.path, guard)


def remove(database: Database) -> None:
    """Let connections to `database` that are opened from now on be plain."""
    if isinstance(database, Sqlite):
        hooks_sqlite.remove(database.path)
