"""The bar that a person sees."""

from __future__ import annotations

import io
import time

from rich.console import Console

from decompose.cli.progress import ScreenProgress


def shown(*, quiet: bool, patience: float) -> str:
    """What appears on a terminal while a stage of unknown length follows one of five steps."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    with ScreenProgress(console, quiet=quiet, patience=patience) as progress:
        progress.stage("Reading", 5)
        progress.stage("Resolving", 0)
        until = time.monotonic() + 5
        while not quiet and patience == 0 and "Resolving" not in screen.getvalue():
            assert time.monotonic() < until
            time.sleep(0.02)
    return screen.getvalue()


def test_long_stages_show() -> None:
    """A stage that takes no steps appears by itself, without the numbers of the one before."""
    text = shown(quiet=False, patience=0)
    assert "Resolving" in text
    assert "/5" not in text


def test_short_runs_show_nothing() -> None:
    """A run that is over before the patience is shows no bar."""
    assert "Resolving" not in shown(quiet=False, patience=60)


def test_quiet() -> None:
    """Where machine output is asked for there is no bar at all."""
    assert shown(quiet=True, patience=0) == ""
