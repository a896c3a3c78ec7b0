"""Accesses as they are met, while tables are not known yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Place
from decompose.resolve.values import Kind


class What(IntEnum):
    """What an access names: its tables follow when everything is resolved."""

    CLASS = 0
    TABLE = 1
    NAME = 2
    RELATION = 3
    ATTRIBUTE = 4
    DELETED = 5
    PASSED = 6
    VERSION = 7
    COLUMN = 8


@dataclass(frozen=True, slots=True)
class Touch:
    """Activation `activation` reads or writes what `what`, `number` and `attr` name."""

    activation: int
    line: int
    mode: Mode
    what: What
    number: int
    attr: str
    how: str


class Touches:
    """All accesses, each once per activation and line, and the commits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._met: dict[Touch, None] = {}
        self.commits: dict[tuple[int, int], None] = {}

    def __iter__(self) -> Iterator[Touch]:
        return iter(self._met)

    def note(
        self,
        place: Place,
        mode: Mode,
        what: What,
        number: int = -1,
        attr: str = "",
        how: str = "orm",
    ) -> None:
        """Note one access."""
        touch = Touch(place.activation.number, place.line, mode, what, number, attr, how)
        self._met.setdefault(touch)

    def commit(self, place: Place) -> None:
        """Note a commit."""
        self.commits.setdefault((place.activation.number, place.line))

    def value(self, number: int, place: Place, mode: Mode, how: str = "orm") -> None:
        """Note the use of a value that may be an entity, an instance of one or a table."""
        value = self.engine.values[number]
        if value.kind is Kind.CLASS:
            self.note(place, mode, What.CLASS, number, how=how)
        elif value.kind is Kind.INSTANCE:
            self.note(place, mode, What.CLASS, value.link, how=how)
        elif value.kind is Kind.MODEL and value.name == m.TABLE:
            self.note(place, mode, What.TABLE, number, how="core")
        elif value.kind is Kind.MODEL and value.name == m.VERSION:
            self.note(place, mode, What.VERSION, value.link)

    def values(self, node: int, place: Place, mode: Mode, how: str = "orm") -> None:
        """Note the use of everything that a node ever holds, items of lists one by one."""
        each(self.engine, node, lambda number: self.value(number, place, mode, how))
