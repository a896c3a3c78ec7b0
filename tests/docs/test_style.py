"""What no page may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .pages import name, pages

_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users)/\w")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_no_machine_path(page: Path) -> None:
    """A page names no folder of the machine that it was written on."""
    assert not _MACHINE.search(page.read_text(encoding="utf-8"))
