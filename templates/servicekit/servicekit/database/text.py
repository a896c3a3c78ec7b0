"""SQL as text: quoting, and which names it mentions; the same in both dialects."""

from __future__ import annotations

import re
from typing import Sequence


def quoted(name: str) -> str:
    """Return `name` as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as a string literal."""
    return "'" + text.replace("'", "''") + "'"


def mentions(sql: str, name: str) -> bool:
    """Whether a statement names a table, in any quoting."""
    words = {name.lower(), name.replace('"', '""').lower()}
    return any(
        re.search(r"(?<![\w$])" + re.escape(word) + r"(?![\w$])", sql.lower()) for word in words
    )


def relatives(
    master: Sequence[tuple[str, str, str, str]],
    foreign_keys: dict[str, list[tuple[str, str]]],
    names: frozenset[str],
) -> dict[str, frozenset[str]]:
    """Return other objects → which of `names` statements on them touch.

    `master` has (type, name, table, sql) rows; `foreign_keys` child → (parent, actions).
    Views and triggers count by their text, foreign keys by cascading actions.
    """
    touched: dict[str, frozenset[str]] = {name: frozenset((name,)) for name in names}
    edges = [(name if kind == "view" else table, sql) for kind, name, table, sql in master]
    for _ in range(len(edges) + len(foreign_keys) + 1):
        before = dict(touched)
        for source, sql in edges:
            for target, reached in before.items():
                if target != source and mentions(sql, target):
                    touched[source] = touched.get(source, frozenset()) | reached
        for child, references in foreign_keys.items():
            for parent, actions in references:
                if child in before and re.search("CASCADE|SET", actions):
                    touched[parent] = touched.get(parent, frozenset()) | before[child]
        if touched == before:
            break
    return {name: reached for name, reached in touched.items() if reached - {name}}
