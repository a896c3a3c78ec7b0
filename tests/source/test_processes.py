"""Work that is spread over processes gives what one process gives, or says what failed."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from decompose.errors import UserError
from decompose.source import spreading


def squares(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


def workers(numbers: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


def refuse(numbers: Sequence[int]) -> list[int]:
    if 2 in numbers:
        raise KeyError(2)
    return list(numbers)


def die(numbers: Sequence[int]) -> list[int]:
    if 1 not in numbers:
        os._exit(9)
    return list(numbers)


@pytest.mark.parametrize("items", [(), (1,), (1, 2), tuple(range(7))])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_results_keep_their_order(number: int, items: tuple[int, ...]) -> None:
    """One result for each item, however few there are."""
    with spreading(number) as spread:
        assert list(spread(squares, items)) == squares(items)


def test_this_process_takes_part() -> None:
    """Two workers are this process and one more, each with half of the items."""
    with spreading(2) as spread:
        own, other = set(spread(workers, range(4))[:2]), set(spread(workers, range(4))[2:])
    assert own == {os.getpid()}
    assert len(other) == 1 and other != own


def test_errors_come_back() -> None:
    """What a function raises in another process is raised here."""
    with pytest.raises(KeyError), spreading(2) as spread:
        spread(refuse, (1, 2))


def test_a_process_that_dies() -> None:
    """The person is told, and told how to do without other processes."""
    with pytest.raises(UserError, match="died") as caught, spreading(2) as spread:
        spread(die, (1, 2))
    assert "--workers 1" in str(caught.value.hint)
