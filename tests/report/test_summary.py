"""The summary on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from decompose.domain.analysis import Analysis
from decompose.report import show_summary, summarize
from report.hostile import hostile
from report.large import large
from report.store import store


def shown(analysis: Analysis, *, width: int = 100, color: bool = False) -> str:
    """What the summary prints."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
    )
    show_summary(summarize(analysis), console, "decompose-report")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_content() -> None:
    """It names services, what ties them, the verdict and the page."""
    text = shown(store())
    for expected in (
        "catalogue",
        "38%",
        "forwarded-write",
        "Verdict: Take catalogue out f",
        "index.html",
    ):
        assert expected in text


@pytest.mark.parametrize("analysis", [store(), large(modules=60)])
@pytest.mark.parametrize("width", [40, 80, 160])
def test_fits(analysis: Analysis, width: int) -> None:
    """It fits a screen of any width."""
    lines = shown(analysis, width=width).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= max(width, len("  Open decompose-report/index.html"))


def test_hostile_names() -> None:
    """No escape sequence of a name reaches the terminal."""
    text = shown(hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_colours() -> None:
    """Colours appear only where the console wants them."""
    assert "\x1b[" not in shown(store())
    assert "\x1b[" in shown(store(), color=True)


def test_empty() -> None:
    """An analysis that found nothing still gives a summary."""
    empty = replace(store(), seams=(), findings=(), metrics=(), alternatives=())
    assert "0 seams" in shown(empty)
