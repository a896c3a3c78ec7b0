"""Asking a real resolver, of the package index."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from decompose.errors import UserError
from decompose.source import unresolvable

NEEDED = "-c constraints.txt\nflask\nmarkupsafe\n"


@pytest.fixture(autouse=True)
def uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver of these tests' own environment is found."""
    folder = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", folder, prepend=":")


def test_what_installs_together_is_no_finding() -> None:
    """Pins that go together are fine."""
    assert unresolvable(NEEDED, "flask==3.1.3\n", sys.executable) == ()


def test_what_does_not_is_told_by_name() -> None:
    """The finding names the packages that clash."""
    (found,) = unresolvable(NEEDED, "flask==3.1.3\nwerkzeug==1.0.1\n", sys.executable)
    assert (found.code, found.severity.value) == ("requirements-unsatisfiable", "error")
    assert "flask==3.1.3" in found.message
    assert "werkzeug" in found.message
    assert "\n" not in found.message


def test_a_resolver_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uv the interpreter's own pip is asked, so it has to exist."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="resolver can't be asked"):
        unresolvable(NEEDED, "", "no-such-python")
