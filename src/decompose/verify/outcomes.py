"""Compares what sides made of requests that were played at once: any order of them is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from decompose.domain.verification import Mismatch
from decompose.verify.rows import State
from decompose.verify.tape import Shape, Survey
from decompose.verify.values import Cell, Row, shown

References = Mapping[tuple[str, str], str]
"""The table that each column (table and name) points at."""

Misfit = tuple[int | str, Mismatch]
"""What does not fit, with the step or the table that it concerns."""

FAILED = "status: how many 5xx"
_NEW = "(new)"
_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a side made of a stretch: failures (5xx) by step, and its rows as they are named."""

    failed: Mapping[int, int]
    rows: Mapping[str, Counter[Row]]


def references(tape: Survey) -> References:
    """The declared foreign keys of the recorded tables."""
    from decompose.resolve.sql import statements  # noqa: PLC0415 - `--help` doesn't wait for sqlglot

    found = {}
    for sql in tape.sql:
        for table in statements(sql).tables:
            for key in table.foreign_keys:
                found[table.name, key.column] = key.target.split(".")[0]
    return found


def named(
    before: State, after: State, shapes: Mapping[str, Shape], pointing: References
) -> dict[str, Counter[Row]]:
    """All rows without the numbers that depend on who came first.

    A row that was there before keeps its key. A new one is told by what it holds: its generated
    key is left out, and a column that points at a new row holds that row's values.
    """
    naming = _Naming(before, after, shapes, pointing)
    return {
        table: Counter(naming.row(table, key, _DEPTH) for key in after.get(table, {}))
        for table in shapes
    }


class _Naming:
    def __init__(
        self, before: State, after: State, shapes: Mapping[str, Shape], pointing: References
    ) -> None:
        self._before = before
        self._after = after
        self._shapes = shapes
        self._pointing = pointing

    def row(self, table: str, key: Row, depth: int) -> Row:
        """The values of a row, by which it is told from others."""
        shape = self._shapes[table]
        generated = shape.key if len(key) == 1 and self._is_new(table, key) else ()
        cells = zip(shape.columns, self._after[table][key], strict=True)
        return tuple(
            self._cell(table, column, cell, column in generated, depth) for column, cell in cells
        )

    def _cell(self, table: str, column: str, cell: Cell, generated: bool, depth: int) -> Cell:
        target = self._pointing.get((table, column))
        if target is not None and self._is_new(target, (cell,)):
            return (_NEW, *self.row(target, (cell,), depth - 1)) if depth else _NEW
        return _NEW if generated and str(cell).isdigit() else cell

    def _is_new(self, table: str, key: Row) -> bool:
        return (
            table in self._shapes
            and key in self._after.get(table, {})
            and key not in self._before.get(table, {})
        )


def compare_outcomes(
    split: Outcome, runs: Sequence[Outcome], shapes: Mapping[str, Shape]
) -> list[Misfit]:
    """Where the split's outcome is none that the runs of the monolith allow.

    Rows are measured by runs in which the same failed, since what fails writes nothing.
    """
    found: list[Misfit] = []
    for step, count in sorted(split.failed.items()):
        most = max(run.failed.get(step, 0) for run in runs)
        if count > most:
            found.append((step, Mismatch(place=FAILED, expected=str(most), actual=str(count))))
    for table in sorted(split.rows):
        allowed = [run.rows[table] for run in alike(split, runs) or runs]
        wrong = _compare_table(table, shapes[table].columns, split.rows[table], allowed)
        found += [(table, mismatch) for mismatch in wrong]
    return found


def alike(split: Outcome, runs: Sequence[Outcome]) -> list[Outcome]:
    """The runs in which each step failed as often as in the split."""
    return [run for run in runs if run.failed == split.failed]


def open_columns(
    runs: Sequence[Outcome], shapes: Mapping[str, Shape]
) -> Iterator[tuple[str, Mismatch]]:
    """Table and place of each column that the monolith's own runs leave open, with an example."""
    for table in sorted(runs[0].rows):
        rows = [run.rows[table] for run in runs]
        columns = shapes[table].columns
        steady = _steady(rows, len(columns))
        for number, column in enumerate(columns):
            if number not in steady:
                place = f"row {table}[].{column}"
                cells = [_only(run, [number]) for run in rows]
                differ = any(one != cells[0] for one in cells)
                yield table, _example(place, cells if differ else rows)


def _steady(runs: Sequence[Counter[Row]], width: int) -> list[int]:
    """The columns in which all runs agree, row by row.

    Where each holds the same values but with other rows, the one that explains it is left out:
    numbers that were given in the order of arrival; or all, if none alone does.
    """

    def agree(numbers: Sequence[int]) -> bool:
        first = _only(runs[0], numbers)
        return all(_only(run, numbers) == first for run in runs[1:])

    steady = [number for number in range(width) if agree([number])]
    if agree(steady):
        return steady
    without = ([other for other in steady if other != number] for number in steady)
    return next(filter(agree, without), [])


def _compare_table(
    table: str, columns: tuple[str, ...], split: Counter[Row], runs: Sequence[Counter[Row]]
) -> list[Mismatch]:
    """A column that the runs leave open may hold what any run has there; all else is strict."""
    if split in runs:
        return []
    counts = sorted({run.total() for run in runs})
    if not counts[0] <= split.total() <= counts[-1]:
        expected = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
        place = f"row {table}[]: how many"
        return [Mismatch(place=place, expected=expected, actual=str(split.total()))]
    found = []
    for number, column in enumerate(columns):
        allowed = [_only(run, [number]) for run in runs]
        actual = _only(split, [number])
        seen = {value for one in allowed for value in one}
        differ = any(one != allowed[0] for one in allowed)
        if actual not in allowed and not (differ and seen.issuperset(actual)):
            found.append(_differing(f"row {table}[].{column}", allowed[0], actual))
    steady = _steady(runs, len(columns))
    expected_rows, actual_rows = _only(runs[0], steady), _only(split, steady)
    if not found and steady and actual_rows != expected_rows:
        found.append(_differing(f"row {table}[]", expected_rows, actual_rows))
    return found


def _only(rows: Counter[Row], numbers: Sequence[int]) -> Counter[Row]:
    """The rows with these columns alone."""
    found: Counter[Row] = Counter()
    for row, count in rows.items():
        found[tuple(row[number] for number in numbers)] += count
    return found


def _example(place: str, runs: Sequence[Counter[Row]]) -> Mismatch:
    """How a run differs from the first; one does."""
    return next(_differing(place, runs[0], run) for run in runs if run != runs[0])


def _differing(place: str, one: Counter[Row], other: Counter[Row]) -> Mismatch:
    return Mismatch(place=place, expected=_listed(one - other), actual=_listed(other - one))


def _listed(rows: Counter[Row]) -> str:
    return "; ".join(sorted(", ".join(map(shown, row)) for row in rows.elements()))
