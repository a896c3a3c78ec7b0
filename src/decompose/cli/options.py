"""The arguments and options that several commands take, and what becomes of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from decompose.pipeline import Options
from decompose.source import FactsCache, default_cache_folder

Root = Annotated[Path, typer.Argument(metavar="PATH", help="The folder of the monolith's code.")]
Services = Annotated[
    int | None,
    typer.Option("--services", min=1, max=1000, help="Look for this many services.", metavar="N"),
]
BoundaryFile = Annotated[
    Path | None,
    typer.Option(
        "--boundary",
        metavar="FILE",
        help="The boundary file.",
        show_default="decompose.toml in PATH, if there is one",
    ),
]
Tape = Annotated[
    Path | None,
    typer.Option(
        "--trace",
        metavar="TAPE",
        help="What `decompose trace` recorded: evidence, coverage, and what the code hides.",
    ),
]
Python = Annotated[
    str | None,
    typer.Option(
        "--python",
        metavar="PYTHON",
        help="The interpreter that has the monolith's requirements.",
        show_default="that of a .venv beside the code, if there is one",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=0,
        metavar="N",
        help="Processes that read and cluster; 0 takes all processors.",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Where facts of unchanged files are kept.",
        show_default="the user's cache folder",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Read every file anew; keep nothing.")]
NoHistory = Annotated[bool, typer.Option("--no-history", help="Leave the git history out.")]


def options(
    root: Path,
    *,
    services: int | None,
    boundary: Path | None,
    tape: Path | None,
    workers: int,
    cache: Path | None,
    no_cache: bool,
    no_history: bool,
) -> Options:
    """The values of the options above, for the pipeline."""
    folder = cache or default_cache_folder(root, os.environ)
    return Options(
        boundary=boundary,
        services=services,
        tape=tape,
        workers=workers or os.cpu_count() or 1,
        cache=None if no_cache else FactsCache(folder=folder),
        without=frozenset({"history"}) if no_history else frozenset(),
    )
