"""PostgreSQL's drivers: what the kit needs of psycopg2 and psycopg 3, in one interface."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from typing import Any, Callable

IDLE, FAILED = 0, 3  # libpq's states of a connection: in no transaction; in one that failed


def installed() -> str:
    """Return the name of the driver that the kit uses, the one that SQLAlchemy is told."""
    return "psycopg2" if importlib.util.find_spec("psycopg2") else "psycopg"


@functools.lru_cache(maxsize=None)
def connector() -> Callable[..., Any]:
    """Return the driver's function that connects, as it was at the first call: not hooked yet."""
    connect: Callable[..., Any] = importlib.import_module(installed()).connect
    return connect


def module(raw: Any) -> Any:
    """Return the driver that a connection, plain or watched, is of."""
    names = (base.__module__.partition(".")[0] for base in type(raw).__mro__)
    return importlib.import_module(next(name for name in names if name in ("psycopg2", "psycopg")))


def cursor(raw: Any) -> Any:
    """Return a cursor past all hooks, whose rows are tuples."""
    driver = module(raw)
    if driver.__name__ == "psycopg2":
        return driver.extensions.cursor(raw)
    return driver.Cursor(raw, row_factory=driver.rows.tuple_row)


def status(raw: Any) -> int:
    """Return libpq's state of a connection's transaction."""
    return int(raw.info.transaction_status)


def sqlstate(error: BaseException) -> str:
    """Return the code that the server gave an error; empty if it isn't the server's."""
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return str(code or "")
