"""Small Flask applications in, routes, entries and effects out."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Case, cases

CASES = cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    """Each application has exactly the routes, entries and references that stand below it."""
    assert case.found(tmp_path) == case.expected
