"""The statements of an SQL script that declare tables, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

_MODIFIERS = {"UNIQUE", "TEMP", "TEMPORARY", "IF", "NOT", "EXISTS", "UNLOGGED", "CONCURRENTLY"}


def declarations(script: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a table's name and a `CREATE TABLE` or `CREATE INDEX` statement for it, in order.

    The text is that of the script, without the semicolon. A script that can't be read as tokens
    gives none.
    """
    try:
        tokens = Tokenizer().tokenize(script)
    except (SqlglotError, ValueError):
        return ()
    found = []
    for statement in _split(tokens):
        table = _declared(statement)
        if table:
            found.append((table, script[statement[0].start : statement[-1].end + 1]))
    return tuple(found)


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            if statement:
                yield statement
            statement = []
        else:
            statement.append(token)
    if statement:
        yield statement


def _declared(statement: Sequence[Token]) -> str:
    """The table that a statement declares or indexes, empty for any other statement."""
    words = [t for t in statement if t.text.upper() not in _MODIFIERS]
    kinds = [t.text.upper() for t in words[:2]]
    if kinds == ["CREATE", "TABLE"] and len(words) > 2:  # noqa: PLR2004 - the name comes third
        return words[2].text
    if kinds == ["CREATE", "INDEX"]:
        return next((after.text for word, after in pairwise(words)
                     if word.text.upper() == "ON"), "")  # fmt: skip
    return ""
