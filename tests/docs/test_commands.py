"""Commands that the pages show exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from decompose.cli import app

from .pages import ROOT, blocks, commands, name, pages

SHOWN = [(page, command) for page in pages() for command in commands(page)]
PROGRAM = typer.main.get_command(app)


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=lambda value: str(value).rsplit("/")[-1])
def test_command_parses(page: Path, command: str) -> None:
    """A shown command has a known name, and only options and values that it takes."""
    words = shlex.split(command)[1:]
    if words[0].startswith("-"):
        assert any(words[0] in parameter.opts for parameter in PROGRAM.params) or (
            words[0] in {"--help", "--install-completion"}
        )
        return
    assert words[0] in PROGRAM.commands, name(page)
    PROGRAM.commands[words[0]].make_context(words[0], words[1:], resilient_parsing=False)


def test_make_targets_exist() -> None:
    """Every `make` target that a page names is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for page in pages():
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"`make ([a-z]+)`", text))
        for block in blocks(page):
            named |= set(re.findall(r"^\$ make ([a-z]+)", block.body, re.M))
        assert named <= targets, name(page)
