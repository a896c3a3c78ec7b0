"""The table of this process: what was last read without a fault."""

from __future__ import annotations

from pathlib import Path

from gateway import log
from gateway.matching import Matcher
from gateway.table import Table, TableError, read_table

_last: list[Table] = []


def read_again(path: Path) -> Table:
    """Read the table. If it can't be used, report it and return the one in use, if there is one.

    gunicorn's master calls it before it starts workers, so that they inherit what it read.
    """
    try:
        table = read_table(path)
        Matcher(table)
    except TableError as error:
        if not _last:
            raise
        log.event("table_refused", {"message": str(error)})
        return _last[0]
    _last[:] = [table]
    return table


def current_table(path: Path) -> Table:
    """Return the table that was read last, or read it now."""
    return _last[0] if _last else read_again(path)
