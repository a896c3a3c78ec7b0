"""Steps that were really recorded from the sample, as what a side answers and stores."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from decompose.verify.places import Answer
from decompose.verify.replay import recorded_answer
from decompose.verify.rows import State, apply_changes
from decompose.verify.system import System
from decompose.verify.tape import Request, Shape, read_events, survey

TAPE = Path(__file__).parent / "tapes" / "sample.tape"

LOGIN, REFUSED, CHECKOUT, ADD, SEARCH = 30, 44, 353, 474, 598
PICTURE, DONE, ORDER, INVOICE, CSV = 658, 702, 703, 1020, 1571
ALL = (LOGIN, REFUSED, CHECKOUT, ADD, SEARCH, PICTURE, DONE, ORDER, INVOICE, CSV)


@cache
def requests() -> dict[int, Request]:
    """The requests of the tape, by their number."""
    return {event.step: event for event in read_events(TAPE) if isinstance(event, Request)}


def one_service() -> System:
    """A split into one service that owns nothing: only answers count."""
    return System(
        name="shop",
        folder=Path(),
        target="",
        database_key="",
        database_in_environment=False,
        database_is_path=False,
        owned={},
        copied={},
        service_of={},
        fallback="shop",
        suspects={},
        announced=(),
    )


def answer(step: int) -> Answer:
    """What was answered."""
    return recorded_answer(requests()[step])


def rows(step: int) -> State:
    """The rows that the request wrote."""
    state: State = {}
    apply_changes(state, requests()[step].rows)
    return state


def shapes() -> dict[str, Shape]:
    """The tables of the sample."""
    return survey(TAPE).tables
