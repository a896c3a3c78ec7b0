"""`decompose explain`: why something is where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from decompose.cli.guard import guard
from decompose.cli.options import (
    BoundaryFile,
    Cache,
    NoCache,
    NoHistory,
    Root,
    Services,
    Tape,
    Workers,
    options,
)
from decompose.cli.program import program, stderr
from decompose.cli.progress import ScreenProgress
from decompose.pipeline import analyze

EXAMPLES = """\
Examples:

decompose explain shop.orders.Order

decompose explain checkout.pay path/to/monolith
"""


def explain(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A module, definition, table or endpoint."),
    ],
    path: Root = Path(),
    services: Services = None,
    boundary: BoundaryFile = None,
    tape: Tape = None,
    workers: Workers = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    no_history: NoHistory = False,
) -> None:
    """Tell why NAME is in its service: the evidence, the runner-up, and what would move it."""
    with guard():
        parts = program(context)
        chosen = options(
            path,
            services=services,
            boundary=boundary,
            tape=tape,
            workers=workers,
            cache=cache,
            no_cache=no_cache,
            no_history=no_history,
        )
        with ScreenProgress(stderr(), quiet=False) as progress:
            analysis = analyze(path, parts.toolkit, chosen, progress)
        parts.explain(analysis, name, Console())
