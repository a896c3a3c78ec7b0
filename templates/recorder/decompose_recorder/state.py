"""The rows of a database as a value, and what changed between two such values."""

from __future__ import annotations

import base64
import math
from typing import Any, Dict, List, Mapping, Tuple

Key = Tuple[Any, ...]
Rows = Dict[Key, Tuple[Any, ...]]
State = Dict[str, Rows]


def changes(before: State, after: State) -> List[List[Any]]:
    """Return `[table, key, row]` of each row that differs; a row that is gone is None."""
    found: List[List[Any]] = []
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        if old is new or (old == new and _same_types(old, new)):
            continue
        gone = [key for key in old if key not in new]
        put = [key for key, row in new.items() if key not in old or not _same(old[key], row)]
        found += [[table, encoded(key), None] for key in gone]
        found += [[table, encoded(key), encoded(new[key])] for key in put]
    return found


def _same_types(old: Rows, new: Rows) -> bool:
    return all(_same(row, new[key]) for key, row in old.items())


def _same(one: Tuple[Any, ...], other: Tuple[Any, ...]) -> bool:
    """Whether two rows are equal; 1 and 1.0 are not."""
    return one is other or (one == other and list(map(type, one)) == list(map(type, other)))


def encoded(values: Tuple[Any, ...]) -> List[Any]:
    """Return values as JSON has them; those that it has no form for are tagged."""
    return [_encoded(value) for value in values]


def _encoded(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"b": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, float) and not math.isfinite(value):
        return {"f": repr(value)}
    if isinstance(value, str) and not value.isascii() and not _is_text(value):
        data = value.encode("utf-8", "surrogateescape")
        return {"t": base64.b64encode(data).decode("ascii")}
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def size(state: Mapping[str, Rows]) -> int:
    """Return the number of rows."""
    return sum(len(rows) for rows in state.values())
