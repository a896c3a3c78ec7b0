"""The SQL statements of one request: without their values, counted, by transaction."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Tuple

_VALUES = re.compile(
    r"""'(?:[^']|'')*'|%s|%\(\w+\)s|\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b""", re.IGNORECASE
)
_LISTS = re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)")
_ENDS = ("COMMIT", "ROLLBACK", "END")
_SILENT = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "--")
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")


def ends(sql: str) -> bool:
    """Whether a statement ends a transaction."""
    return _word(sql).startswith(_ENDS) and "SAVEPOINT" not in sql.upper()


def writes(sql: str) -> bool:
    """Whether a statement may write rows."""
    return _word(sql).startswith(_WRITES)


def _word(sql: str) -> str:
    return sql.lstrip()[:9].upper()


class Statements:
    """Collects statements as they are run."""

    def __init__(self) -> None:
        self._transaction = 0
        self._counts: Dict[Tuple[int, str], int] = {}

    def heard(self, sql: str) -> None:
        """Note a statement; the end of a transaction begins the next one."""
        if ends(sql):
            self._transaction += 1
        elif not _word(sql).startswith(_SILENT):
            key = (self._transaction, _LISTS.sub("(?)", _VALUES.sub("?", sql)))
            self._counts[key] = self._counts.get(key, 0) + 1

    def told(self) -> List[List[Any]]:
        """Return `[transaction, statement, count]` in the order of their first run."""
        return [[number, sql, count] for (number, sql), count in self._counts.items()]
