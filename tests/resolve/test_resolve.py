"""Code in, calls and references out: each case file holds small programs and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Case, cases

CASES = cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    """Each program has exactly the calls and references that stand below it."""
    assert case.found(tmp_path) == case.expected
