"""SQL files in, facts out; and what single statements do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import msgspec
import pytest
from facts_dump import dump, dump_sql
from hypothesis import given, settings
from hypothesis import strategies as st

from decompose.domain.facts import ModuleFacts
from decompose.domain.source import SourceFile
from decompose.readers.sql import SqlReader, split
from decompose.resolve.sql import statements

FOLDER = Path(__file__).parent / "cases" / "sql"
WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "SELECT * FROM t WITH c AS ( ) , INSERT INTO VALUES UPDATE SET = DELETE JOIN ON WHERE"
        " {} %s :n ? ; CREATE TABLE VIEW ALTER DROP MERGE USING ' \" `"
        " $$ -- /* */ . 1 UNION REFERENCES",
    )
)


def read(content: bytes) -> ModuleFacts:
    """The facts of a file called `schema.sql`."""
    return SqlReader().read(
        SourceFile(path="schema.sql", language="sql", module="sql:schema.sql"), content
    )


def meaning(text: str) -> str:
    """Each statement of a file with what it does."""
    lines = [f"{line}: {dump_sql(statements(part))}" for part, line in split(text)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", sorted(FOLDER.glob("*.sql")), ids=lambda case: case.stem)
def test_statements(case: Path) -> None:
    """Each statement of the cases does what is noted beside the file."""
    assert meaning(case.read_text()) == case.with_suffix(".expected").read_text()


@pytest.mark.parametrize("case", sorted(FOLDER.glob("files/*.sql")), ids=lambda case: case.stem)
def test_files(case: Path) -> None:
    """Each file of the cases gives the facts that stand beside it."""
    assert dump(read(case.read_bytes())) == case.with_suffix(".expected").read_text()


@settings(deadline=None)  # the machine may be busy
@given(st.lists(WORDS | st.text(max_size=5)).map(" ".join))
def test_any_text_gives_facts_that_can_be_stored(text: str) -> None:
    """Whatever an SQL file holds, it is read without an error and survives the cache."""
    facts = read(text.encode("utf-8", "replace"))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts
    statements(text)


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_splitting_loses_nothing_but_blanks(text: str) -> None:
    """Statements appear in the text in their order, each on its line."""
    position = 0
    for part, line in split(text):
        position = text.index(part, position) + len(part)
        assert 1 <= line <= text.count("\n") + 1


def test_deep_nesting_is_bounded() -> None:
    """A thousand nested subqueries give an answer instead of an error."""
    text = "SELECT * FROM (" * 1000 + "SELECT * FROM deep" + ") x" * 1000
    assert statements(text).reads == ("deep",)


def test_rulers_cost_nothing() -> None:
    """Lines of dashes and comments, however long, are told from SQL at once."""
    started = time.process_time()
    assert not statements("-" * 100_000 + "\n" + "/*" * 50_000 + "!").ok
    assert not statements("With " + "as select (" * 20_000).ok
    assert time.process_time() - started < 1


def test_huge_texts_are_scanned() -> None:
    """A statement of a megabyte is looked through for keywords, in under a second of work."""
    text = "INSERT INTO log (a) VALUES (0)" + ", (1)" * 250_000
    started = time.process_time()
    result = statements(text)
    assert (result.writes, result.exact) == (("log",), False)
    assert time.process_time() - started < 1
