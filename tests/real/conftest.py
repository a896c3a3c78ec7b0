"""Shows the tables of `make real` at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .workspace import work_folder

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests of this folder told, and the table of scores if there is a new one."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call" and "tests/real/" in report.nodeid
    ]
    for report in reports:
        if report.passed and report.capstdout:
            terminalreporter.write_line(report.capstdout)
    scores = work_folder() / "scores.txt"
    if any("test_applications" in report.nodeid for report in reports) and scores.exists():
        terminalreporter.write_line(scores.read_text(encoding="utf-8"))
