"""Own connections to the service's database, through whichever driver is installed."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sqlite3
from typing import Any, FrozenSet, Iterator

from servicekit.config_pins import plain_url, sqlite_path

_SQLITE_NAMES = "SELECT name FROM sqlite_master"
_POSTGRES_NAMES = (
    "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = ANY (current_schemas(false))"
    " UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
)


@contextlib.contextmanager
def connection(url: str, seconds: int = 5) -> Iterator[Any]:
    """Connect for a block; commits at its end, rolls back if it raises."""
    opened = _connect(url, seconds)
    try:
        yield opened
        opened.commit()
    finally:
        opened.close()


def _connect(url: str, seconds: int) -> Any:
    if url.startswith("sqlite:"):
        return sqlite3.connect(sqlite_path(url), timeout=seconds)
    driver = "psycopg2" if importlib.util.find_spec("psycopg2") else "psycopg"
    return importlib.import_module(driver).connect(plain_url(url), connect_timeout=seconds)


def answers(url: str, seconds: int = 2) -> bool:
    """Whether the database answers a trivial question."""
    try:
        with connection(url, seconds) as opened:
            opened.cursor().execute("SELECT 1")
    except Exception:  # each driver has its own classes; any of them means no
        return False
    return True


def names(opened: Any) -> FrozenSet[str]:
    """Return the names of all tables, indexes, views, sequences and triggers."""
    cursor = opened.cursor()
    cursor.execute(_SQLITE_NAMES if isinstance(opened, sqlite3.Connection) else _POSTGRES_NAMES)
    return frozenset(row[0] for row in cursor.fetchall())
