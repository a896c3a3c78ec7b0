"""What can be told of SQL without parsing it: is it SQL at all, and which tables follow verbs."""

from __future__ import annotations

import re

from decompose.resolve.sql.result import SqlTable
from decompose.resolve.sql.usage import PLACEHOLDER, Usage, table_name

_FLAGS = re.IGNORECASE | re.DOTALL
_FIRST_WORD = re.compile(r"(?:\s++|--[^\n]*+|/\*.*?\*/|\()*+([a-z]+)\b", _FLAGS)
_COMPANIONS = {
    "alter": r"\btable\b",
    "create": r"\b(?:table|view|trigger)\b",
    "delete": r"\bfrom\b",
    "drop": r"\btable\b",
    "insert": r"\binto\b",
    "merge": r"\bwhen\b",
    "replace": r"\binto\b",
    "select": r"\bfrom\b",
    "truncate": r"\btable\b",
    "update": r"\bset\b",
    "with": r"\bas\s*(?:(?:not\s+)?materialized\s*)?\(",
}
_SETTINGS = ("begin", "comment", "explain", "pragma", "set", "start", "use")
_ANY_VERB = r"\b(?:select|update|insert\s+into|delete\s+from|(?:create|alter|drop)\s+table)\b"
_COMPANION = {
    verb: re.compile(companion, _FLAGS)
    for verb, companion in (_COMPANIONS | dict.fromkeys(_SETTINGS, _ANY_VERB)).items()
}
_SYMBOL = re.compile(r"[*=]")

_EXPLAIN = re.compile(r"^\s*explain\s+(?:query\s+plan\s+|analyze\s+|\([^)]*\)\s*)?", re.IGNORECASE)
_REPLACE = re.compile(r"(^|;)(\s*)(?:replace|insert\s+or\s+\w+)\s+into\b", re.IGNORECASE)
_HOLE = re.compile(r"\{\{[^{}]*\}\}|\{[^{}]*\}|%\(\w+\)[a-z]|%[sdr](?![A-Za-z0-9])", re.DOTALL)
_LONE_PLACEHOLDER = re.compile(rf"(?<![\w.\"'`\[]){PLACEHOLDER}(?![\w.\"'`\]])")

_QUIET = re.compile(
    r"'[^']*(?:'|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)"
    r"|\b(?:extract|substring|trim)\s*\([^()]*?\bfrom\b|\bdistinct\s+from\b",
    _FLAGS,
)
_PART = r"(?:\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|\w+)"
_MENTION = re.compile(
    r"\b(?P<verb>delete\s+from|from|join|into|using|update"
    r"|(?:create\s+(?:\w+\s+){0,2}?|alter\s+|drop\s+|truncate\s+)table)"
    r"\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?"
    rf"(?:(?P<schema>{_PART})\s*\.\s*)?(?P<name>{_PART})(?P<call>\s*\()?",
    re.IGNORECASE,
)
_CTE = re.compile(
    r"(?:\bwith|\brecursive|,)\s+(\w+)\s*(?:\([^()]*\)\s*)?\bas\b[\w\s]{0,20}\(", _FLAGS
)


def is_plausible(text: str) -> bool:
    """Whether it may be SQL about tables: a verb, the word that goes with it, and not prose.

    Prose has its first word alone in title case ("Select a user from the list").
    """
    first = _FIRST_WORD.match(text)
    verb = first[1] if first else ""
    companion = _COMPANION.get(verb.lower())
    found = companion.search(text) if companion else None
    if not found:
        return False
    return not verb.istitle() or not found[0].islower() or bool(_SYMBOL.search(text))


def is_emphatic(text: str) -> bool:
    """Whether text that no parser accepts is SQL all the same, rather than lower-case prose."""
    first = _FIRST_WORD.match(text)
    return bool(first and first[1].isupper()) or bool(_SYMBOL.search(text))


def prepare(text: str) -> str:
    """The text with neutral identifiers for placeholders, and without what no dialect shares."""
    text = _HOLE.sub(PLACEHOLDER, text).replace("%%", "%").replace("\\:", ":")
    return _REPLACE.sub(r"\1\2INSERT INTO", _EXPLAIN.sub("", text))


def without_placeholders(text: str) -> str:
    """`prepare`d text less the placeholders that stand alone, where whole clauses may go."""
    return _LONE_PLACEHOLDER.sub("", text)


def scan(text: str) -> Usage:
    """The tables that stand after verbs: what can be had where parsing fails."""
    text = _QUIET.sub(" ", text)
    local = {name.lower() for name in _CTE.findall(text)}
    usage = Usage()
    for mention in _MENTION.finditer(text):
        bare = _unquoted(mention["name"])
        quoted = bare != mention["name"]
        name = table_name(_unquoted(mention["schema"] or ""), bare, quoted=quoted)
        if name and name.lower() not in local:
            _note(" ".join(mention["verb"].lower().split()), name, bool(mention["call"]), usage)
    return usage


def _note(verb: str, name: str, called: bool, usage: Usage) -> None:
    if verb in ("from", "join", "using"):
        usage.add(usage.reads, [] if called else [name])
    elif verb.startswith("create"):
        usage.tables.add(SqlTable(name=name))
    else:
        usage.add(usage.writes, [name])


def _unquoted(name: str) -> str:
    return name.strip('"`[]')
