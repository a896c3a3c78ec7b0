"""What is recalled is what would be computed, and it is computed wherever that isn't sure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from decompose.ports import Recall, Spread
from decompose.source import FactsCache, remembering

calls: list[tuple[int, ...]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A result."""

    value: float


def total(_: Spread, numbers: tuple[int, ...], start: float) -> Sum:
    calls.append(numbers)
    return Sum(value=sum(numbers) + start)


def product(_: Spread, numbers: tuple[int, ...], start: float) -> Sum:
    calls.append(numbers)
    return Sum(value=start * numbers[0])


def ask(recall: Recall) -> float:
    return recall(Sum, total, (1, 2), 0.5).value


@pytest.fixture
def cache(tmp_path: Path) -> FactsCache:
    """A cache that remembers one result."""
    cache = FactsCache(folder=tmp_path / "cache")
    with remembering(cache) as recall:
        assert ask(recall) == 3.5
    calls.clear()
    return cache


def test_the_same_question_is_not_computed_again(cache: FactsCache) -> None:
    """Neither in the next run nor in the one after it."""
    for _ in range(2):
        with remembering(cache) as recall:
            assert ask(recall) == 3.5
    assert calls == []


def test_another_question_is_computed(cache: FactsCache) -> None:
    """Every argument counts, and so does the function."""
    with remembering(cache) as recall:
        assert recall(Sum, total, (2, 1), 0.5).value == 3.5
        assert recall(Sum, total, (1, 2), 0.25).value == 3.25
        assert recall(Sum, product, (1, 2), 0.5).value == 0.5
    assert len(calls) == 3


def test_what_nobody_asked_for_is_forgotten(cache: FactsCache) -> None:
    """The file holds what the last run asked for, so it does not grow."""
    with remembering(cache) as recall:
        recall(Sum, total, (9,), 0.0)
    with remembering(cache) as recall:
        ask(recall)
    assert calls == [(9,), (1, 2)]


@pytest.mark.parametrize("content", [b"", b"decompose results\n", b"decompose facts\n" * 9])
def test_damaged(cache: FactsCache, content: bytes) -> None:
    """A file that can't be read back is made anew."""
    (cache.folder / "results.bin").write_bytes(content)
    for _ in range(2):
        with remembering(cache) as recall:
            assert ask(recall) == 3.5
    assert calls == [(1, 2)]


def test_results_of_another_form(cache: FactsCache) -> None:
    """A result that is none of the kind that is asked for is computed."""
    with remembering(cache) as recall:
        recall(int, total, (1, 2), 0.5)  # type: ignore[arg-type] # the form is what is wrong
    assert calls == [(1, 2)]


def test_a_run_that_fails_keeps_nothing(cache: FactsCache) -> None:
    """What the run before kept is still there."""
    with pytest.raises(KeyError), remembering(cache) as recall:
        recall(Sum, total, (9,), 0.0)
        raise KeyError
    calls.clear()
    with remembering(cache) as recall:
        ask(recall)
    assert calls == []


def test_folders_that_can_not_be_written(tmp_path: Path) -> None:
    """Nothing is lost but time."""
    (tmp_path / "cache").write_text("no folder")
    with remembering(FactsCache(folder=tmp_path / "cache")) as recall:
        assert ask(recall) == 3.5


def test_without_a_cache() -> None:
    """Everything is computed."""
    calls.clear()
    with remembering(None) as recall:
        assert [ask(recall), ask(recall)] == [3.5, 3.5]
    assert calls == [(1, 2), (1, 2)]
