"""The databases that a service may have."""

from __future__ import annotations

from servicekit.database.base import Change, Database, Raw, Row, Table

__all__ = ["Change", "Database", "Raw", "Row", "Table", "open_database"]


def open_database(url: str) -> Database:
    """Return the database of a URL: `sqlite:////path` or `postgresql[+driver]://…`."""
    if url.startswith("sqlite:"):
        from servicekit.database.sqlite import Sqlite  # noqa: PLC0415 - a service has one

        return Sqlite.from_url(url)
    if url.startswith(("postgresql:", "postgresql+", "postgres:")):
        from servicekit.database.postgres import Postgres  # noqa: PLC0415 - driver

        return Postgres(url)
    raise ValueError("the database must be sqlite:////path/to/file or postgresql://…")
