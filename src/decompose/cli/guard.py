"""What a command's errors look like, and the exit codes that they end with."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from decompose.errors import ExitCode, UserError

INTERRUPTED = 130
_BROKEN_PIPE = 141


@contextmanager
def guard() -> Iterator[None]:
    """Turns what a command raises into a message and an exit code.

    A UserError gives two lines and its own code; an interrupt 130; a reader of our output that
    went away 141, silently; anything else is a bug, keeps its traceback and gives 70.
    """
    try:
        yield
    except UserError as error:
        _say(f"error: {error.message}")
        if error.hint:
            _say(f"hint: {error.hint}")
        raise typer.Exit(error.code) from error
    except KeyboardInterrupt as error:
        _say("stopped")
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(_BROKEN_PIPE) from error
    except typer.Exit:
        raise
    except Exception as error:
        traceback.print_exc()
        _say("error: this is a bug in decompose, not in your code")
        _say("hint: Please report it with the lines above.")
        raise typer.Exit(ExitCode.BUG) from error


def _say(text: str) -> None:
    """One line on stderr, whatever characters the names in it have."""
    typer.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)
