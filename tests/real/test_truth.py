"""Tests of what is made of recordings and reports, without running an application."""

from __future__ import annotations

import json

from .apps import APPS
from .compare import Access, Route
from .scores import details, score, table
from .static import read
from .truth import Truth, places_of, summary_of

STATEMENT = "SELECT * FROM users"
READ = Access(endpoint="index", table="users", mode="read")
INDEX = Route(rule="/", methods=("GET",), endpoint="index")
TRUTH = Truth(
    routes=frozenset({INDEX}),
    libraries={},
    tables=frozenset({"users"}),
    accesses=frozenset({READ}),
    places={READ: ("a.py:1:index",)},
    tests="1 passed",
)
DOCUMENT = {
    "routes": [{"rule": "/", "methods": ["OPTIONS", "HEAD", "GET"], "endpoint": "index"}],
    "tables": [{"name": "posts"}],
    "endpoints": [
        {
            "name": "index",
            "handler": "blog.index",
            "hooks": ["blog.count"],
            "effects": [{"table": "posts", "mode": "write"}],
        },
        {"name": "before-request:blog.count", "handler": "blog.count", "hooks": [], "effects": []},
    ],
}


def recorded(*stack: str) -> str:
    """Write the line that the probe would."""
    return json.dumps({"endpoint": "index", "statement": STATEMENT, "stack": stack})


def test_shortest_stack_is_kept() -> None:
    """Of several ways to an access, the one with the fewest frames explains it."""
    lines = [recorded("a.py:1:f", "b.py:2:g"), recorded("c.py:3:h")]
    assert places_of(lines) == {READ: ("c.py:3:h",)}


def test_summary_is_the_line_that_counts() -> None:
    """What a test suite prints after pytest's own summary does not hide the counts."""
    assert summary_of("..F\n== 2 passed, 1 failed in 0.1s ==\nall visited\n").startswith("2 passed")


def test_automatic_methods_do_not_count() -> None:
    """HEAD and OPTIONS, which Flask adds by itself, are left out of what was found."""
    assert read(DOCUMENT).routes == {INDEX}


def test_scores_and_shortfalls() -> None:
    """Each score below its threshold is named; those that reach it are not."""
    scores = score("app", TRUTH, read(DOCUMENT))
    assert scores.shortfalls == (
        "tables recall 0.000 < 0.98",
        "tables precision 0.000 < 0.98",
        "accesses recall 0.000 < 0.95",
    )


def test_details_list_every_miss() -> None:
    """Every miss and every surplus is listed, a missed access with where it happens."""
    found = read(DOCUMENT)
    lines = details(score("app", TRUTH, found), TRUTH, found)
    assert "  users" in lines
    assert "  posts" in lines
    assert "  index writes posts" in lines
    missed = "  index reads users: table not found for this endpoint; runs at a.py:1:index"
    assert missed in lines


def test_table_has_a_row_per_application() -> None:
    """The table at the end has a header and a row for each application."""
    lines = table([score("app", TRUTH, read(DOCUMENT))]).splitlines()
    assert [line.split()[0] for line in lines] == ["application", "app"]


def test_requirements_are_pinned_by_hash() -> None:
    """Every application's requirements name exact versions with hashes, and no place."""
    for app in APPS:
        text = app.requirements.read_text(encoding="utf-8")
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "://" not in text
