"""Clustering with what was remembered gives what clustering without it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar, TypeVarTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import system
from decompose.cluster import partition
from decompose.domain.boundary import Boundary, Pin
from decompose.domain.clustering import Clustering
from decompose.domain.model import Definition, SystemModel
from decompose.evidence.data import Data
from decompose.evidence.structure import Structure
from decompose.evidence.transaction import Transactions
from decompose.evidence.weigh import weigh
from decompose.ports import Recall, Spread, afresh
from decompose.source import FactsCache, remembering
from shop import SHOP

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
SOURCES = (Structure(), Data(), Transactions())


class Counting:
    """Remembers in a folder, and counts what it had to compute."""

    def __init__(self, folder: Path) -> None:
        """Nothing computed yet."""
        self.cache = FactsCache(folder=folder)
        self.computed = 0

    def divided(self, model: SystemModel, boundary: Boundary) -> Clustering:
        """The clustering of a model."""
        with remembering(self.cache) as recall:
            return divided(model, boundary, self._counting(recall))

    def _counting(self, recall: Recall) -> Recall:
        def counted(
            kind: type[Result],
            function: Callable[[Spread, *Arguments], Result],
            *arguments: *Arguments,
        ) -> Result:
            @wraps(function)
            def computing(spread: Spread, *given: *Arguments) -> Result:
                self.computed += 1
                return function(spread, *given)

            return recall(kind, computing, *arguments)

        return counted


def divided(model: SystemModel, boundary: Boundary, recall: Recall = afresh) -> Clustering:
    graph = weigh(model, [item for source in SOURCES for item in source.collect(model, "")])
    return partition(model, graph, boundary, recall)


LINES = [line for line in SHOP.splitlines() if line.strip()]
BOUNDARIES = st.sampled_from([
    Boundary(),
    Boundary(services=2),
    Boundary(names=(("orders", "Sales"),)),
    Boundary(pins=(Pin(name="shop.models", service="people"),)),
    Boundary(pins=(Pin(name="shop.models", service="kernel"),)),
    Boundary(must_link=(("shop.models", "shop.orders"),)),
    Boundary(cannot_link=(("shop.models", "shop.orders"),)),
])  # fmt: skip
EDITS = st.tuples(
    st.sampled_from(range(len(LINES))),
    st.sampled_from([
        "",
        "  def more: GET /more -> more; writes users",
        "  def more: calls slugify",
        "  class More: table more",
    ]),
)  # fmt: skip


def edited(place: int, text: str) -> SystemModel:
    """The shop with one line more, or without the last that it says of one definition."""
    lines = [*LINES[: place + 1], text, *LINES[place + 1 :]]
    if not text and ";" in LINES[place]:
        lines[place] = LINES[place].rpartition(";")[0]
    return system("\n".join(lines))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(EDITS, BOUNDARIES), min_size=2, max_size=3))
def test_whatever_changes(steps: list[tuple[tuple[int, str], Boundary]]) -> None:
    """Runs after edits of code and wishes give what each gives by itself."""
    with TemporaryDirectory() as folder:
        counting = Counting(Path(folder))
        for edit, boundary in steps:
            model = edited(*edit)
            assert counting.divided(model, boundary) == divided(model, boundary)


def test_lines_that_moved(tmp_path: Path) -> None:
    """Code that stands elsewhere in its file, in the same order, has nothing computed anew."""
    counting = Counting(tmp_path)
    model = system(SHOP)
    counting.divided(model, Boundary())
    before = counting.computed
    moved = replace(model, definitions=tuple(_lower(one) for one in model.definitions))
    assert counting.divided(moved, Boundary()) == divided(moved, Boundary())
    assert counting.computed == before > 0


def _lower(one: Definition) -> Definition:
    line = 2 * one.location.line + len(one.module)
    return replace(one, location=replace(one.location, line=line), end_line=line + 40)


def test_wishes_that_bind_no_code(tmp_path: Path) -> None:
    """Names and owners have nothing computed anew."""
    counting = Counting(tmp_path)
    model = system(SHOP)
    counting.divided(model, Boundary())
    before = counting.computed
    counting.divided(model, Boundary(names=(("orders", "Sales"),), owners=(("users", "orders"),)))
    assert counting.computed == before
