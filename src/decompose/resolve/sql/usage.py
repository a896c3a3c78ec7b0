"""Tables found in SQL text, while they are being collected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from decompose.resolve.sql.result import SqlTable, SqlView

PLACEHOLDER = "__placeholder__"
_DEFAULT_SCHEMAS = frozenset({"public", "main", "dbo"})
_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "performance_schema", "sys"})
_SYSTEM_PREFIXES = ("sqlite_", "pg_")
_NO_TABLE = re.compile(
    "a|all|an|and|any|as|at|by|cascade|cross|delete|dual|each|every|for|from|full|group|having|if"
    "|in|inner|insert|into|it|join|left|limit|natural|no|not|nowait|null|of|on|or|order|our|outer"
    "|restrict|returning|right|select|set|skip|some|that|the|them|these|this|to|union|unnest"
    "|update|using|values|where|with|your",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Usage:
    """What was found so far."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    tables: set[SqlTable] = field(default_factory=set)
    views: set[SqlView] = field(default_factory=set)
    dynamic: bool = False

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.reads or self.writes or self.tables or self.views or self.dynamic)

    def __ior__(self, other: Usage) -> Usage:
        """Take in what `other` found."""
        self.reads |= other.reads
        self.writes |= other.writes
        self.tables |= other.tables
        self.views |= other.views
        self.dynamic = self.dynamic or other.dynamic
        return self

    def add(self, names: set[str], found: Iterable[str]) -> None:
        """Put table names among `names`; those that only a placeholder stands for are noted."""
        for name in found:
            if PLACEHOLDER in name:
                self.dynamic = True
            else:
                names.add(name)


def table_name(schema: str, name: str, *, quoted: bool) -> str:
    """A table's name as the results have it; empty for what is no table of the application.

    Articles and reserved words count only in quotes: prose parses as SQL surprisingly often.
    """
    schema = "" if PLACEHOLDER in schema or schema.lower() in _DEFAULT_SCHEMAS else schema
    system = schema.lower() in _SYSTEM_SCHEMAS or name.lower().startswith(_SYSTEM_PREFIXES)
    if not name or system or (not quoted and _NO_TABLE.fullmatch(name)):
        return ""
    return f"{schema}.{name}" if schema else name
