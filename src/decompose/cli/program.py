"""How a command comes by the parts that it works with."""

from __future__ import annotations

import typer
from rich.console import Console

from decompose.wiring.program import Program


def program(context: typer.Context) -> Program:
    """The parts given by whoever started the command line, the built-in ones otherwise.

    The built-in ones are loaded now, so that `--help` and `--version` don't wait for them.
    """
    if isinstance(context.obj, Program):
        return context.obj
    from decompose.wiring.built_in import built_in  # noqa: PLC0415 - see above

    return built_in()


def stderr() -> Console:
    """The console for what is no result; honours NO_COLOR."""
    return Console(stderr=True)
