"""`decompose verify`: show that a split does as the monolith did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from decompose.cli.guard import INTERRUPTED, guard
from decompose.cli.options import Python, Root
from decompose.cli.program import program, stderr
from decompose.cli.progress import ScreenProgress
from decompose.domain.verification import Verification
from decompose.errors import ExitCode
from decompose.source import discover
from decompose.wiring.program import Program
from decompose.write import write_documents

EXAMPLES = """\
Examples:

decompose verify shop shop-split --tape shop.tape --python shop/.venv/bin/python

decompose verify shop shop-split --tape shop.tape --clients 4

decompose verify shop shop-split --tape shop.tape --faults 20

decompose verify shop shop-split --tape shop.tape --running replay/running.toml
"""


def verify(
    context: typer.Context,
    path: Root,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder of the split.")],
    tape: Annotated[
        Path | None,
        typer.Option("--tape", metavar="TAPE", help="What `decompose trace` recorded."),
    ] = None,
    python: Python = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Where index.html, verify.json, verify.xml (JUnit) go; with --faults, the logs"
            " of the services at steps that went wrong.",
        ),
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            "--postgres",
            metavar="URL",
            envvar="POSTGRES_URL",
            help="For a tape of PostgreSQL: the server on which databases are made, and dropped.",
        ),
    ] = None,
    preparation: Annotated[
        Path | None,
        typer.Option(
            "--prepare",
            metavar="DIR",
            help="Instead, write what a split that you start yourself needs for a replay, with the"
            " file for --running, and say what to do with it.",
        ),
    ] = None,
    running: Annotated[
        Path | None,
        typer.Option(
            "--running",
            metavar="FILE",
            help="Verify a split that runs already: FILE names its gateway and its databases,"
            " whose rows are replaced; a monolith that runs too, if there is one.",
        ),
    ] = None,
    shadow: Annotated[
        Path | None,
        typer.Option(
            "--shadow",
            metavar="FILE",
            help="Instead of a tape: judge what a live gateway has compared and kept in FILE, its"
            " SHADOW_FILE. Nothing is run.",
        ),
    ] = None,
    clients: Annotated[
        int,
        typer.Option(
            "--clients",
            min=1,
            metavar="N",
            help="More than 1: play the tape's sessions by so many clients at once. Then final"
            " rows, failures and copies are compared, up to the order of requests; no answers.",
        ),
    ] = 1,
    faults: Annotated[
        int,
        typer.Option(
            "--faults",
            min=0,
            metavar="RUNS",
            help="Instead, play this many seeded runs in which services are killed, delayed or"
            " not heard: no row may be lost or doubled. A run is three steps that its seed chooses"
            " from the whole tape. Ctrl-C ends early and prints what has been played.",
        ),
    ] = 0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="The first seed of --faults.")
    ] = 1,
) -> None:
    """Play a tape against the monolith below PATH and against its split, and compare.

    This runs both, on databases of their own that are removed afterwards; or the monolith alone, if
    the split runs already. Each step starts from the rows that were recorded before it; then
    answers and rows of both sides must be equal. The exit status is 1 if anything differs.
    """
    from decompose.verify import (  # noqa: PLC0415 - other commands do without
        Asked,
        prepare,
        verify_shadow,
        verify_under_faults,
    )
    from decompose.verify import verify as run  # noqa: PLC0415 - as above

    if shadow is not None:
        replayed = {"--tape": tape, "--prepare": preparation, "--running": running}
        _refuse_with_shadow({**replayed, "--clients": clients > 1, "--faults": faults})
        with guard():
            raise typer.Exit(_told(program(context), verify_shadow(shadow, out), output))
    if tape is None:
        raise typer.BadParameter("Say what is to be judged: --tape TAPE, or --shadow FILE.")
    if running and faults:
        raise typer.BadParameter("--faults kills services, so it has to start them itself.")
    with guard():
        parts = program(context)
        if preparation is not None:
            Console().print(prepare(tape, out, preparation), markup=False, soft_wrap=True, end="")
            return
        asked = Asked(
            root=path,
            out=out,
            tape=tape,
            python=python,
            postgres=postgres,
            running=running,
            clients=clients,
        )
        if faults:
            with ScreenProgress(stderr(), quiet=False) as progress:
                played = verify_under_faults(asked, range(seed, seed + faults), output, progress)
            parts.faults(played, Console())
            if played.wrong:
                raise typer.Exit(ExitCode.FINDINGS)
            raise typer.Exit(ExitCode.DONE if played.runs == faults else INTERRUPTED)
        with ScreenProgress(stderr(), quiet=False) as progress:
            found = run(asked, discover(path), progress)
        raise typer.Exit(_told(parts, found, output))


def _refuse_with_shadow(options: Mapping[str, object]) -> None:
    """What asks for a replay can't be had of answers that were compared before."""
    given = [name for name, value in options.items() if value]
    if given:
        raise typer.BadParameter(f"Nothing is played with --shadow: leave {', '.join(given)} out.")


def _told(parts: Program, found: Verification, output: Path | None) -> ExitCode:
    """Print and write what was found."""
    parts.verification(found, Console())
    if output is not None:
        write_documents(output, parts.verified(found))
    return ExitCode.DONE if found.passed else ExitCode.FINDINGS
