"""Tests of the comparison between what was found and what ran."""

from __future__ import annotations

import pytest

from .compare import (
    Access,
    Route,
    compare,
    compare_accesses,
    explain_access,
    explain_route,
    list_misses,
)

INDEX = Route(rule="/", methods=("GET",), endpoint="index")
INDEX_POST = Route(rule="/", methods=("GET", "POST"), endpoint="index")
READ = Access(endpoint="index", table="users", mode="read")
WRITE = Access(endpoint="index", table="users", mode="write")
ELSEWHERE = Access(endpoint="admin", table="users", mode="write")


def test_recall_and_precision() -> None:
    """Recall is the share of the expected, precision the share of the found."""
    result = compare({1, 2, 3, 4}, {3, 4, 5})
    assert (result.recall, result.precision) == (0.5, pytest.approx(2 / 3))
    assert (result.hits, result.misses, result.extras) == ({3, 4}, {1, 2}, {5})


def test_nothing_to_find() -> None:
    """Nothing expected and nothing found is a full score, not a division by zero."""
    result: object = compare(set[int](), set[int]())
    assert (result.recall, result.precision) == (1.0, 1.0)


def test_unexercised_endpoints_do_not_count() -> None:
    """What the analysis finds for an endpoint that no test reached is neither right nor wrong."""
    result = compare_accesses({READ}, {READ, WRITE, ELSEWHERE})
    assert result.extras == {WRITE}


def test_route_found_with_other_methods() -> None:
    """A route that differs in its methods only is explained by the one that was found."""
    assert explain_route(INDEX, [INDEX_POST], {}) == "found with this rule: / [GET, POST] index"


def test_route_found_under_other_rule() -> None:
    """A route whose rule differs is explained by its endpoint's rule."""
    moved = Route(rule="/moved", methods=("GET",), endpoint="index")
    assert explain_route(INDEX, [moved], {}) == "found for this endpoint: /moved [GET] index"


def test_route_of_a_library() -> None:
    """A route whose view is a library's is explained by that library."""
    assert explain_route(INDEX, [], {INDEX: "themes"}) == "registered by the library themes"


def test_route_not_found_at_all() -> None:
    """A route of which nothing was found says so."""
    assert explain_route(INDEX, [], {}) == "neither its rule nor its endpoint was found"


def test_access_found_in_other_mode() -> None:
    """A missed write of a table that is known to be read says so, and where it happens."""
    reason = explain_access(WRITE, [READ, ELSEWHERE], ("a.py:3:save", "b.py:7:index"))
    assert reason == "found only: read; runs at a.py:3:save < b.py:7:index"


def test_access_without_source_line() -> None:
    """An access with no frame of the application says that libraries alone made it."""
    reason = explain_access(WRITE, [], ())
    assert reason == "table not found for this endpoint; runs at no line of the source"


def test_misses_are_sorted() -> None:
    """Misses are listed in the same order on every run."""
    assert list_misses({WRITE, READ}, lambda _: "why") == [
        "index reads users: why",
        "index writes users: why",
    ]
