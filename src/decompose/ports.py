"""The ports: what plugin families implement and the pipeline calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, TypeVarTuple

from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.domain.source import SourceFile

Item = TypeVar("Item")
Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Reader(Protocol):
    """Turns the bytes of one file into facts. Pure: no file access, nothing imported or run."""

    language: str
    version: int

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of `content`; what can't be read becomes a finding in them, never an error."""
        ...


class EvidenceSource(Protocol):
    """Finds reasons why definitions belong together."""

    name: str

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """Evidence sorted, with weights of this source's own scale (see `evidence`)."""
        ...


class Progress(Protocol):
    """Watches a run. What it is told is for the person at the screen and enters no result."""

    def stage(self, name: str, total: int) -> None:
        """A new stage begins; `total` is its number of steps, 0 where it is not known."""
        ...

    def advance(self, steps: int) -> None:
        """So many steps of the stage are done."""
        ...

    def note(self, finding: Finding) -> None:
        """Something about this run, not about the source: a cache that can't be used."""
        ...


class Spread(Protocol):
    """Calls a pure function of any number of items, for parts of them in several processes."""

    def __call__(
        self, function: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item]
    ) -> Sequence[Result]:
        """One result for each item, in their order. Function and items can be pickled."""
        ...


def at_once(
    function: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item]
) -> Sequence[Result]:
    """All items in this process."""
    return function(items)


class Recall(Protocol):
    """Calls a pure function of values, or recalls what it gave for the same ones."""

    def __call__(
        self,
        kind: type[Result],
        function: Callable[[Spread, *Arguments], Result],
        *arguments: *Arguments,
    ) -> Result:
        """What the function gives for these arguments: a value of `kind`.

        It is also handed a way to spread its work.
        """
        ...


def computing(spread: Spread) -> Recall:
    """Recalls nothing; what is called may spread its work like that."""

    def compute(
        kind: type[Result],
        function: Callable[[Spread, *Arguments], Result],
        *arguments: *Arguments,
    ) -> Result:
        return function(spread, *arguments)

    return compute


afresh = computing(at_once)
"""Recalls nothing, spreads nothing."""
