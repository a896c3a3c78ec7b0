"""Statements go, and the comments that are about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(slots=True, kw_only=True)
class _Lead:
    """The lines above a statement.

    `heading` are comments with an empty line below them and the empty lines around; `blank` counts
    the empty lines at the start.
    """

    heading: list[cst.EmptyLine] = field(default_factory=list)
    blank: int = 0


def without(
    body: Sequence[cst.BaseStatement], gone: Sequence[bool], above: Sequence[Sequence[Statement]]
) -> list[Statement]:
    """A block's statements without those that are gone, and with others above them.

    A comment right above a statement goes with it. A comment with an empty line below it heads a
    section: it stays while a statement of its section does.
    """
    kept: list[Statement] = []
    pending: list[cst.EmptyLine] = []
    blank = 0
    statements = [one for one in body if isinstance(one, Statement)]  # blocks hold nothing else
    for statement, goes, others in zip(statements, gone, above, strict=True):
        lead = _lead(statement.leading_lines)
        if others:
            first = others[0].with_changes(leading_lines=statement.leading_lines)
            kept.extend([first, *others[1:]])
            kept.extend([] if goes else [statement.with_changes(leading_lines=[])])
        elif goes:
            pending = lead.heading or pending
            blank = max(blank, lead.blank)
            continue
        else:
            kept.append(_led(statement, lead, pending, blank))
        pending, blank = [], 0
    return kept


def _led(
    statement: Statement, lead: _Lead, pending: Sequence[cst.EmptyLine], blank: int
) -> Statement:
    """A statement that stays, below what stood above those before it that don't."""
    own = statement.leading_lines
    if lead.heading:
        return statement
    if pending:
        return statement.with_changes(leading_lines=[*pending, *own[lead.blank :]])
    extra = [cst.EmptyLine(indent=False)] * max(blank - lead.blank, 0)
    return statement.with_changes(leading_lines=[*extra, *own]) if extra else statement


def _lead(lines: Sequence[cst.EmptyLine]) -> _Lead:
    """Tells headings from what is about the statement itself."""
    empty = [index for index, line in enumerate(lines) if line.comment is None]
    comments = [index for index, line in enumerate(lines) if line.comment is not None]
    if not comments:
        return _Lead(blank=len(empty))
    heads = bool(empty) and comments[0] < empty[-1]
    return _Lead(heading=list(lines[: empty[-1] + 1]) if heads else [], blank=comments[0])
