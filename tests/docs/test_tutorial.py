"""The tutorial's outputs are what its commands print."""

from __future__ import annotations

from pathlib import Path

from .tutorial import PAGE, rerun


def test_outputs_are_true(tmp_path: Path) -> None:
    """Every command of the tutorial prints what stands below it (`make pages` renews it)."""
    text = PAGE.read_text(encoding="utf-8")
    assert rerun(text, tmp_path) == text
