"""Opens databases for reading only."""

from __future__ import annotations

from typing import ContextManager

from servicekit.migration import postgres, sqlite
from servicekit.migration.base import Source


def source(url: str) -> ContextManager[Source]:
    """Read one state of a database, without any way to write to it."""
    if url.startswith("sqlite:"):
        return sqlite.source(url)
    return postgres.source(url)
