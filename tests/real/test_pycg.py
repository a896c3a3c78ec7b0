"""The call graph against PyCG's own micro-benchmark, and against PyCG; run by `make real`."""

from __future__ import annotations

import pytest

from .pycg import HEADER, cases, fetch, misses, ours, score, theirs
from .workspace import HarnessError

pytestmark = pytest.mark.real


def test_micro_benchmark() -> None:
    """The call graph is at least as complete, sound and exact as PyCG's own."""
    source = fetch()
    wanted = cases(source)
    found = [ours(case) for case in wanted]
    scores = score(wanted, found)
    try:
        beside = score(wanted, theirs(source, wanted)).row("PyCG 0.0.8")
    except HarnessError as error:
        beside = f"PyCG itself did not run here, so there is nothing to compare with: {error}"
    print("", HEADER, scores.row("decompose"), beside, *misses(wanted, found), sep="\n")  # noqa: T201 - the table is what `make real` is for
    assert len(wanted) >= 118, "cases are missing from the archive"
    assert scores.complete >= 113
    assert scores.sound >= 109
    assert scores.exact >= 106
    assert scores.precision >= 0.976
    assert scores.recall >= 0.932
