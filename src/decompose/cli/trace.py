"""`decompose trace`: record what the monolith does while something uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from decompose import __version__
from decompose.cli.guard import guard
from decompose.cli.options import Python, Root
from decompose.source import discover

EXAMPLES = """\
Examples:

decompose trace shop --output shop.tape -- python -m pytest

decompose trace shop --output shop.tape --serve wsgi:app
"""
_MEGABYTE = 1024 * 1024


def trace(
    context: typer.Context,
    path: Root,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="TAPE", help="Where the tape goes.")
    ],
    serve: Annotated[
        str,
        typer.Option(
            "--serve",
            metavar="MODULE:NAME",
            help="Serve this application and record what comes, until Ctrl-C.",
        ),
    ] = "",
    port: Annotated[int, typer.Option("--port", help="Where --serve listens.")] = 5000,
    python: Python = None,
    mask: Annotated[
        list[str] | None,
        typer.Option(
            "--mask",
            metavar="NAME",
            help="Keep the values of this field, header or column off the tape; may be repeated.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="MB", help="How large the tape may become.")
    ] = 1024,
) -> None:
    """Run a COMMAND in PATH, such as its tests, and record every request that it makes.

    This runs the monolith, in its own environment; nothing of it is edited. The tape holds
    requests, answers and rows as they were: treat it as you treat a copy of the database.
    """
    from decompose.verify import Recording, record  # noqa: PLC0415 - other commands do without

    with guard():
        command = _command(context.args, serve, port, python)
        tree = discover(path)
        status, found = record(
            Recording(
                root=path,
                tape=output,
                command=command,
                python=python,
                masks=tuple(mask or ()),
                limit=limit * _MEGABYTE,
                tool=__version__,
            ),
            tree,
        )
        missed = len(found.endpoints - found.seen)
        typer.echo(
            f"{found.steps:,} requests to {len(found.seen)} of {len(found.endpoints)} endpoints"
            f" are in {output} ({output.stat().st_size / _MEGABYTE:.1f} MB); {missed} never asked.",
            err=True,
        )
        if found.cost is not None:
            cost = f"Recording took {found.cost:.0%} of the time of answering"
            typer.echo(f"{cost}, which following what runs slows as well.", err=True)
        raise typer.Exit(status)


def _command(given: list[str], serve: str, port: int, python: str | None) -> tuple[str, ...]:
    if bool(given) == bool(serve):
        raise typer.BadParameter("Say what to run: -- COMMAND, or --serve MODULE:NAME.")
    from decompose.verify import serve_command  # noqa: PLC0415 - as above

    return tuple(given) if given else serve_command(python or "python", serve, port)
