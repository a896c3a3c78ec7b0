"""Tests of what a recorded SQL statement reads and writes."""

from __future__ import annotations

import pytest

from .statements import UnreadableStatementError, uses_of


@pytest.mark.parametrize(
    ("statement", "uses"),
    [
        (
            "SELECT u.id FROM users AS u JOIN posts p ON p.user_id = u.id WHERE u.id = ?",
            "-users -posts",
        ),
        ("INSERT INTO posts (title) VALUES (?)", "+posts"),
        ("INSERT INTO archive SELECT * FROM posts", "+archive -posts"),
        ("UPDATE posts SET title = ? WHERE id IN (SELECT id FROM drafts)", "+posts -drafts"),
        ("DELETE FROM groups_users WHERE user_id = ?", "+groups_users"),
        ('SELECT count(*) FROM (SELECT id FROM "transaction") AS anon_1', "-transaction"),
        ("WITH recent AS (SELECT * FROM posts) SELECT * FROM recent", "-posts"),
        ("SELECT 1 FROM sqlite_master", ""),
        ("SELECT version_num FROM alembic_version", ""),
        ("PRAGMA main.table_info(posts)", ""),
        ("SAVEPOINT one", ""),
        ("BEGIN ", ""),
    ],
)
def test_uses(statement: str, uses: str) -> None:
    """The target of a change is written (`+`), every other table read (`-`)."""
    modes = {"+": "write", "-": "read"}
    assert uses_of(statement) == {(use[1:], modes[use[0]]) for use in uses.split()}


def test_unreadable_statement() -> None:
    """A statement that can't be parsed is an error, never silently no access."""
    with pytest.raises(UnreadableStatementError):
        uses_of("SELECT FROM WHERE (")
