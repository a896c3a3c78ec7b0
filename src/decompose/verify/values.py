"""Cells of rows, from a tape and from a database, as values that compare strictly.

A cell is what Python's SQLite driver gives, except that a real number is `("real", text)`: 1 and
1.0 are different values. Text that isn't UTF-8 is decoded with `surrogateescape`.
"""

from __future__ import annotations

import base64
from typing import Any

Cell = Any
Row = tuple[Cell, ...]


def from_tape(values: list[Any]) -> Row:
    """Cells as a tape has them."""
    return tuple(_from_tape(value) for value in values)


def _from_tape(value: Any) -> Cell:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        if kind == "f":
            return ("real", text)
        data = base64.b64decode(text)
        return data if kind == "b" else data.decode("utf-8", "surrogateescape")
    return ("real", repr(value)) if isinstance(value, float) else value


def from_database(row: tuple[Any, ...]) -> Row:
    """Cells as the driver gives them."""
    if float not in map(type, row):
        return row
    return tuple(("real", repr(value)) if isinstance(value, float) else value for value in row)


def to_database(cell: Cell) -> Any:
    """A cell as the driver takes it."""
    return float(cell[1]) if isinstance(cell, tuple) else cell


def shown(cell: Cell) -> str:
    """A cell for people."""
    return str(cell[1]) if isinstance(cell, tuple) else repr(cell)
