"""`decompose scaffold`: write a split that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from decompose.domain.finding import Finding, Severity
from decompose.domain.generated import Gateway
from decompose.errors import ExitCode
from decompose.ports import Progress
from decompose.source import unresolvable
from decompose.write import Written, check_system, write_system

if TYPE_CHECKING:
    from decompose.scaffolding import System

EXAMPLES = """\
Examples:

decompose scaffold . --dry-run

decompose scaffold shop --output shop-split

decompose scaffold shop --only orders --output shop-split

decompose scaffold shop --python shop/.venv/bin/python --output shop-split
"""


def scaffold(
    context: typer.Context,
    path: Root,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where the system goes."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan; write nothing.")
    ] = False,
    only: Annotated[
        str,
        typer.Option(
            "--only", metavar="NAME", help="Take out this service; the rest stays together."
        ),
    ] = "",
    python: Annotated[
        str,
        typer.Option(
            "--python",
            metavar="PATH",
            help="Ask the resolver whether all installs for this interpreter, from the index.",
        ),
    ] = "",
    gateway: Annotated[
        Gateway,
        typer.Option("--gateway", help="What stands before the services where they are deployed."),
    ] = Gateway.FLASK,
    services: Services = None,
    boundary: BoundaryFile = None,
    tape: Tape = None,
    workers: Workers = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    no_history: NoHistory = False,
) -> None:
    """Write the split of the monolith below PATH: services, databases, a gateway.

    The code below PATH is neither run nor changed. A second run merges with what people edited.
    """
    from decompose.scaffolding import scaffold as run  # noqa: PLC0415 - other commands do without

    with guard():
        if output is None and not dry_run:
            raise typer.BadParameter("Say where the system goes: --output DIR.")
        if output is not None:
            check_system(output)
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
            system = run(path, parts.toolkit, chosen, progress, only, gateway)
            findings = (*system.findings, *_resolved(system, python, progress))
        parts.plan(system.plan, system.sliced, findings, Console())
        if output is not None and not dry_run:
            _tell(write_system(output, system.files), output)
        raise typer.Exit(_exit_code(findings))


def _resolved(system: System, python: str, progress: Progress) -> tuple[Finding, ...]:
    if not python:
        return ()
    progress.stage("Resolving requirements", 0)
    text = {file.path: file.content.decode() for file in system.files if "/" not in file.path}
    return unresolvable(text["requirements.txt"], text["constraints.txt"], python)


def _tell(written: Written, output: Path) -> None:
    for conflict in written.conflicts:
        typer.echo(f"{conflict.message}. {conflict.hint}", err=True)
    typer.echo(f"\n{len(written.changed)} files written. Start it with: python {output / 'run.py'}")


def _exit_code(findings: tuple[Finding, ...]) -> ExitCode:
    refused = any(finding.severity is Severity.ERROR for finding in findings)
    return ExitCode.FINDINGS if refused else ExitCode.DONE
