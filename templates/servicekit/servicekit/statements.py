"""What a statement's text says: does it write, and which replicas may it touch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping

_LEAD = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:insert|update|delete|replace|merge)\b", re.IGNORECASE)
_NAME = re.compile(
    r"""\s*(?:savepoint\s+|transaction\s+|to\s+)*("(?:[^"]|"")+"|[\w$]+)""", re.IGNORECASE
)
_CACHED = 2048  # statements remembered
_LONGEST = 20000  # characters; longer statements aren't remembered

READS = frozenset(("select", "values", "table"))
WRITES = frozenset(("insert", "update", "delete", "replace", "merge", "copy", "truncate"))
COMMITS = frozenset(("commit", "end"))


@dataclass(frozen=True)
class Statement:
    """The first word of a statement, whether it writes rows, and the tables it touches."""

    word: str
    writes: bool
    touches: frozenset[str]
    name: str | None = None  # of the savepoint, after SAVEPOINT, RELEASE and ROLLBACK TO


class Scanner:
    """Reads statements for names of tables that matter: those of replicas and their relatives.

    A name counts wherever it stands, even as a column: what that costs is one needless pull.
    """

    def __init__(self, touched: Mapping[str, frozenset[str]]) -> None:
        self._touched: dict[str, frozenset[str]] = {}
        for name, tables in touched.items():
            for written in {name.lower(), name.replace('"', '""').lower()}:
                self._touched[written] = self._touched.get(written, frozenset()) | tables
        names = sorted(self._touched, key=lambda name: (-len(name), name))
        choice = "|".join(map(re.escape, names))
        self._names = re.compile(rf"(?<![\w$])(?={'(' + choice + ')'}(?![\w$]))") if names else None
        self._known: dict[str, Statement] = {}

    def read(self, sql: str) -> Statement:
        """Return what a statement says; remembered per text."""
        found = self._known.get(sql)
        if found is None:
            found = self._read(sql)
            if len(sql) <= _LONGEST:
                if len(self._known) >= _CACHED:
                    self._known.clear()
                self._known[sql] = found
        return found

    def _read(self, sql: str) -> Statement:
        lead = _LEAD.match(sql)
        start = lead.end() if lead else 0
        match = _WORD.match(sql, start)
        word = match.group().lower() if match else ""
        if word in ("savepoint", "release", "rollback"):
            return Statement(word, False, frozenset(), _savepoint(sql, start + len(word)))
        unclear = word in ("with", "explain", "do", "call", "execute")
        writes = word in WRITES or (unclear and _WRITES.search(sql) is not None)
        if not (writes or unclear or word in READS):
            return Statement(word, False, frozenset())
        touches: frozenset[str] = frozenset()
        if self._names is not None:
            for name in set(self._names.findall(sql.lower())):
                touches |= self._touched[name]
        return Statement(word, writes, touches)


def _savepoint(sql: str, start: int) -> str | None:
    match = _NAME.match(sql, start)
    if match is None or match.group(1).lower() in ("transaction", "work"):
        return None
    return match.group(1).strip('"').lower()
