"""Shows the table of scores at the end of `make real`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .workspace import work_folder

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table that the run wrote, if applications were run."""
    scores = work_folder() / "scores.txt"
    ran = any(
        "test_applications" in report.nodeid
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
    )
    if ran and scores.exists():
        terminalreporter.write_line(scores.read_text(encoding="utf-8"))
