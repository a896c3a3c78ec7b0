"""Outcomes of requests that were played at once: what any order explains, and what none does."""

from __future__ import annotations

from collections import Counter

from decompose.verify.outcomes import Outcome, compare_outcomes, named, open_columns
from decompose.verify.rows import State
from decompose.verify.tape import Shape

SHAPES = {
    "orders": Shape(columns=("id", "note", "stock"), key=("id",)),
    "items": Shape(columns=("id", "order_id", "article"), key=("id",)),
}
POINTING = {("items", "order_id"): "orders"}
BEFORE: State = {"orders": {(1,): (1, "old", 5)}, "items": {}}


def state(*orders: tuple[int, str, int], items: tuple[tuple[int, int, str], ...] = ()) -> State:
    """The rows afterwards."""
    return {
        "orders": {row[:1]: row for row in ((1, "old", 5), *orders)},
        "items": {row[:1]: row for row in items},
    }


def outcome(after: State, failed: dict[int, int] | None = None) -> Outcome:
    return Outcome(failed=failed or {}, rows=named(BEFORE, after, SHAPES, POINTING))


def places(split: Outcome, *runs: Outcome) -> list[str]:
    """Where the split's outcome is none that these runs allow."""
    return [mismatch.place for _, mismatch in compare_outcomes(split, runs, SHAPES)]


def test_other_order() -> None:
    """Who came first decides about numbers, and about nothing else."""
    one = state((2, "a", 1), (3, "b", 1), items=((1, 2, "pen"), (2, 3, "ink")))
    other = state((2, "b", 1), (3, "a", 1), items=((1, 2, "ink"), (2, 3, "pen")))
    swapped = state((2, "b", 1), (3, "a", 1), items=((1, 2, "pen"), (2, 3, "ink")))
    assert places(outcome(other), outcome(one)) == []
    assert places(outcome(swapped), outcome(one)) == ["row items[]"]


def test_old_rows() -> None:
    """A row that was there keeps its key: its values are its own."""
    one, other = state((2, "a", 1)), state((2, "a", 1))
    other["orders"][1,] = (1, "old", 4)
    assert places(outcome(other), outcome(one)) == ["row orders[].stock"]


def test_lost_and_doubled() -> None:
    """A lost or a doubled row is one, whatever it holds."""
    one, two = state((2, "a", 1)), state((2, "a", 1), (3, "a", 1))
    assert places(outcome(one), outcome(two)) == ["row orders[]: how many"]
    assert places(outcome(two), outcome(one)) == ["row orders[]: how many"]


def test_what_the_monolith_leaves_open() -> None:
    """Where runs of the monolith differ, the split has a value of one of them, and no other."""
    runs = outcome(state((2, "a", 1))), outcome(state((2, "a", 2)))
    assert places(outcome(state((2, "a", 2))), *runs) == []
    assert places(outcome(state((2, "a", 3))), *runs) == ["row orders[].stock"]
    assert places(outcome(state((2, "c", 2))), *runs) == ["row orders[].note"]
    opened = [(table, mismatch.place) for table, mismatch in open_columns(runs, SHAPES)]
    assert opened == [("orders", "row orders[].stock")]


def test_numbers_in_the_order_of_arrival() -> None:
    """Values that runs give to other rows may be given to any, each as often as there."""
    first = outcome(state((2, "a", 1), (3, "b", 2), (4, "c", 3)))
    second = outcome(state((2, "a", 2), (3, "b", 1), (4, "c", 3)))
    third = outcome(state((2, "a", 3), (3, "b", 1), (4, "c", 2)))
    twice = outcome(state((2, "a", 1), (3, "b", 1), (4, "c", 3)))
    assert places(third, first) == ["row orders[]"]
    assert places(third, first, second) == []
    assert places(twice, first, second) == ["row orders[].stock"]


def test_failures() -> None:
    """A request may fail as often as in the monolith, not more often."""
    after = state()
    once, twice = outcome(after, {7: 1}), outcome(after, {7: 2})
    assert places(once, once, twice) == places(twice, once, twice) == []
    assert places(twice, once) == ["status: how many 5xx"]


def test_rows_are_counted() -> None:
    """Equal rows count as often as they are there."""
    rows = named({}, {"items": {(1,): (1, 9, "pen"), (2,): (2, 9, "pen")}}, SHAPES, POINTING)
    assert rows["items"] == Counter({("(new)", 9, "pen"): 2})


def test_rows_are_measured_by_the_same_failures() -> None:
    """A row that a failed request of the monolith did not write is no excuse for a lost one."""
    failed, whole = outcome(state(), {7: 1}), outcome(state((2, "a", 1)))
    assert places(outcome(state()), failed, whole) == ["row orders[]: how many"]
    assert places(outcome(state(), {7: 1}), failed, whole) == []


def test_counts_between_runs() -> None:
    """Where runs leave more or fewer rows, the split may leave any number between, and no other."""
    few, many = state(), state((2, "a", 5), (3, "a", 5), (4, "a", 5))
    assert places(outcome(state((2, "a", 5))), outcome(few), outcome(many)) == []
    more = state((2, "a", 5), (3, "a", 5), (4, "a", 5), (5, "a", 5))
    assert places(outcome(more), outcome(few), outcome(many)) == ["row orders[]: how many"]
