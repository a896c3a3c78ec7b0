"""`decompose init`: write a first boundary file."""

from __future__ import annotations

import typer

from decompose.cli.guard import guard
from decompose.cli.options import Cache, NoCache, NoHistory, Root, Services, Workers, options
from decompose.cli.program import program, stderr
from decompose.cli.progress import ScreenProgress
from decompose.cli.starter import check_starter, write_starter
from decompose.pipeline import analyze

EXAMPLES = """\
Examples:

decompose init .

decompose init shop --services 6
"""


def init(
    context: typer.Context,
    path: Root,
    services: Services = None,
    workers: Workers = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    no_history: NoHistory = False,
) -> None:
    """Write a first decompose.toml into PATH, with the services found in it.

    It is the file that people decide in: names, pins, owners, ignored paths. It is written once
    and never overwritten.
    """
    with guard():
        check_starter(path)
        parts = program(context)
        chosen = options(
            path,
            services=services,
            boundary=None,
            tape=None,
            workers=workers,
            cache=cache,
            no_cache=no_cache,
            no_history=no_history,
        )
        with ScreenProgress(stderr(), quiet=False) as progress:
            analysis = analyze(path, parts.toolkit, chosen, progress)
        write_starter(path, analysis.partition)
