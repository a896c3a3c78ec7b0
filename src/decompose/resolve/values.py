"""Abstract values: what a variable can hold. Interned, so that a value is an integer."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What sort of thing a value is."""

    FUNCTION = 0
    CLASS = 1
    INSTANCE = 2
    MODULE = 3
    EXTERNAL = 4
    CONSTANT = 5
    CONTAINER = 6
    BOUND = 7
    SUPER = 8
    MODEL = 9


class Value(NamedTuple):
    """One abstract value.

    FUNCTION, CLASS: `index` is the definition, `link` the activation that defines it.
    INSTANCE: `link` is its class's value, `index` the site for classes whose instances differ.
    MODULE: `name` is the dotted name. EXTERNAL: `name` is the dotted path into a library, with
    `()` for a call and `[]` for an item; `link` the value it came from, `index` the call's site.
    CONSTANT: `data` is the literal. CONTAINER: `name` is its kind, `index` its site.
    BOUND: `link` is the function, `index` the receiver. SUPER: `link` is the class whose parents
    are meant, `index` the receiver. MODEL: a library's object that a framework reader tracks:
    `name` says what, `data` what it knows (values' numbers).
    """

    kind: Kind
    name: str = ""
    index: int = 0  # type: ignore[assignment]  # hides tuple.index, which no value needs
    link: int = -1
    data: str | int | bool | tuple[int, ...] | None = None


class ValueTable(list[Value]):
    """All values, each at its number."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[tuple[object, ...], int] = {}

    def known(self, fields: tuple[Kind, str, int, int, None]) -> int | None:
        """The number of the value of these fields, if there is one yet."""
        return self._numbers.get(fields)

    def number(self, value: Value) -> int:
        """The number of `value`; equal values have equal numbers (and `1` is not `True`)."""
        key = (value, type(value.data)) if isinstance(value.data, int) else value
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self.new(value)
        return number

    def new(self, value: Value) -> int:
        """The number of a value that nobody asks for again by what it is."""
        self.append(value)
        return len(self) - 1
