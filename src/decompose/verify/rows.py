"""The rows of a system as a value: by table and key; and where two such values differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from decompose.domain.verification import Mismatch
from decompose.verify.tape import Change, Shape
from decompose.verify.values import Row, from_tape, shown

Rows = dict[Row, Row]
State = dict[str, Rows]

SEQUENCES = frozenset({"sqlite_sequence", "pg_sequences"})
"""The counters of a database as a table: part of a state, and no table of the application."""


def apply_changes(state: State, changes: Iterable[Change]) -> None:
    """Make the changes of a tape."""
    for table, key, row in changes:
        rows = state.setdefault(table, {})
        if row is None:
            rows.pop(from_tape(key), None)
        else:
            rows[from_tape(key)] = from_tape(row)


def compare_rows(
    expected: State, actual: State, shapes: Mapping[str, Shape], tables: Iterable[str]
) -> tuple[Mismatch, ...]:
    """Where the rows of these tables differ."""
    found: list[Mismatch] = []
    for table in sorted(tables):
        one, other = expected.get(table, {}), actual.get(table, {})
        if one != other:
            compare = _keyed if shapes[table].keyed else _unkeyed
            found += compare(table, one, other, shapes[table])
    return tuple(found)


def _keyed(table: str, one: Rows, other: Rows, shape: Shape) -> list[Mismatch]:
    found = []
    for key in sorted({*one, *other}, key=repr):
        place = f"row {table}[{', '.join(map(shown, key))}]"
        if key not in one or key not in other:
            found.append(_whole(place, one.get(key), other.get(key)))
        elif one[key] != other[key]:
            found += _columns(place, one[key], other[key], shape)
    return found


def _columns(place: str, one: Row, other: Row, shape: Shape) -> list[Mismatch]:
    return [
        Mismatch(place=f"{place}.{column}", expected=shown(old), actual=shown(new))
        for column, old, new in zip(shape.columns, one, other, strict=True)
        if old != new or type(old) is not type(new)
    ]


def _unkeyed(table: str, one: Rows, other: Rows, shape: Shape) -> list[Mismatch]:
    """Rows without a key are told apart by nothing but what they hold and how often."""
    expected, actual = Counter(one.values()), Counter(other.values())
    missing, extra = expected - actual, actual - expected
    place = f"row {table}[]"
    return [
        *(_whole(place, row, None) for row in sorted(missing.elements(), key=repr)),
        *(_whole(place, None, row) for row in sorted(extra.elements(), key=repr)),
    ]


def _whole(place: str, one: Row | None, other: Row | None) -> Mismatch:
    return Mismatch(place=place, expected=_shown(one), actual=_shown(other))


def _shown(row: Row | None) -> str | None:
    return None if row is None else "(" + ", ".join(map(shown, row)) + ")"


def changes_to(
    current: State, wanted: State, tables: Iterable[str]
) -> list[tuple[str, Row, Row | None]]:
    """What makes `current` into `wanted`: first what goes, then what comes or changes."""
    gone: list[tuple[str, Row, Row | None]] = []
    put: list[tuple[str, Row, Row | None]] = []
    for table in sorted(tables):
        have, want = current.get(table, {}), wanted.get(table, {})
        if have == want:
            continue
        gone += [(table, key, None) for key in have if key not in want]
        put += [(table, key, row) for key, row in want.items() if have.get(key) != row]
    return [*gone, *put]
