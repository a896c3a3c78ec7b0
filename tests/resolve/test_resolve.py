"""Code in, calls and references out: each case file holds small programs and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Case, cases, model_of

CASES = cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    """Each program has exactly the calls and references that stand below it."""
    assert case.found(tmp_path) == case.expected


@pytest.mark.parametrize(("given", "capped"), [("'x', 1", False), ("f{n}, 1", True)])
def test_literals_need_no_contexts(given: str, capped: bool, tmp_path: Path) -> None:
    """Calls with the same literals share a context, so the bound on them is not met."""
    functions = [f"def f{n}(): pass" for n in range(1_030)]
    calls = [f"small({given.format(n=n)})" for n in range(1_030)]
    text = "\n".join(["def small(a, b): return a", *functions, *calls, ""])
    (tmp_path / "main.py").write_text(text, encoding="utf-8")
    codes = {finding.code for finding in model_of(tmp_path).findings}
    assert ("analysis-capped" in codes) is capped
