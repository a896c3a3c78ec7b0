"""Writes `docs/reference/cli.md` from the commands' own help: `python -m tests.cli.reference`."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from decompose.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
_HEAD = """\
# Commands

This page is what `decompose --help` and `decompose COMMAND --help` print; a test compares them.
What the exit status means is in [exit codes](exit-codes.md). `NO_COLOR` turns colours off.
`decompose --install-completion` sets up completion for the shell in use.
"""


def reference() -> str:
    """The page's text."""
    return _HEAD + "".join(
        _section(command)
        for command in ("", "analyze", "explain", "init", "scaffold", "trace", "verify")
    )


def _section(command: str) -> str:
    environment = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    shown = CliRunner().invoke(
        app, [*command.split(), "--help"], prog_name="decompose", env=environment
    )
    lines = "\n".join(line.rstrip() for line in shown.stdout.split("\n")).strip("\n")
    title = f"decompose {command}".strip()
    return f"\n## {title}\n\n```text\n{lines}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
