"""The reference page says what the commands say."""

from __future__ import annotations

from .reference import PAGE, reference


def test_reference_page() -> None:
    """The page in the docs is the commands' own help."""
    assert PAGE.read_text(encoding="utf-8") == reference()
