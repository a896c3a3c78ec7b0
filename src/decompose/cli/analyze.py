"""`decompose analyze`: read a monolith, and write a report people decide from."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
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
from decompose.cli.starter import check_starter, write_starter
from decompose.domain.finding import Severity
from decompose.domain.summary import Summary
from decompose.errors import ExitCode
from decompose.pipeline import analyze as run
from decompose.report import show_summary
from decompose.source import CacheError, Standing
from decompose.wiring.standing import report_standing
from decompose.write import MAIN_DOCUMENT, Document, check_output, write_documents

EXAMPLES = """\
Examples:

decompose analyze .

decompose analyze shop --services 6 --output report

decompose analyze shop --trace shop.tape

decompose analyze shop --format json --fail-on error > shop.json
"""
_DEFAULT_OUTPUT = Path("decompose-report")


class Format(StrEnum):
    """What is printed on stdout."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The least severity of a finding that ends the run with exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


_RANK = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def analyze(
    context: typer.Context,
    path: Root,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Where the report goes.",
            show_default="decompose-report; nowhere with --format json",
        ),
    ] = None,
    services: Services = None,
    boundary: BoundaryFile = None,
    tape: Tape = None,
    write_boundary: Annotated[
        bool,
        typer.Option("--write-boundary", help="Write a first decompose.toml into PATH."),
    ] = False,
    format_: Annotated[
        Format, typer.Option("--format", help="What to print: a summary, or the JSON document.")
    ] = Format.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 1 if there are findings this severe.")
    ] = FailOn.NEVER,
    workers: Workers = 0,
    cache: Cache = None,
    no_cache: NoCache = False,
    no_history: NoHistory = False,
) -> None:
    """Read the code below PATH, find the services in it, and write a report.

    The code is neither run nor changed.
    """
    with guard():
        machine = format_ is Format.JSON
        target = output or (None if machine else _DEFAULT_OUTPUT)
        if target is not None:
            check_output(target)
        if write_boundary:
            check_starter(path)
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
        before = None
        if target is not None and not machine and not write_boundary:
            before = report_standing(path, chosen, target)
        if before is not None and before.summary is not None:
            show_summary(before.summary, Console(), str(target))
            raise typer.Exit(_exit_code(before.summary, fail_on))
        parts = program(context)
        with ScreenProgress(stderr(), quiet=machine) as progress:
            analysis = run(path, parts.toolkit, chosen, progress)
        documents, summary = tuple(parts.documents(analysis)), parts.summary(analysis)
        written = () if target is None else write_documents(target, documents)
        if machine:
            _print_document(documents)
        else:
            show_summary(summary, Console(), str(target))
        if before is not None:
            _keep(before, summary, written)
        if write_boundary:
            write_starter(path, analysis.partition)
        raise typer.Exit(_exit_code(summary, fail_on))


def _keep(before: Standing, summary: Summary, written: Iterable[Path]) -> None:
    """So that the next run needs not make the same report."""
    with suppress(CacheError):  # nothing is lost but time
        before.keep(summary, written)


def _print_document(documents: Iterable[Document]) -> None:
    for document in documents:
        if document.path == MAIN_DOCUMENT:
            for chunk in document.chunks():
                _print_all(chunk)
            sys.stdout.buffer.flush()


def _print_all(chunk: bytes) -> None:
    """Writes in as many steps as it takes: an unbuffered stdout may take a part at a time."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]


def _exit_code(summary: Summary, fail_on: FailOn) -> ExitCode:
    if fail_on is FailOn.NEVER:
        return ExitCode.DONE
    counted = _RANK[: _RANK.index(Severity(fail_on.value)) + 1]
    found = any(count for severity, count in summary.findings if severity in counted)
    return ExitCode.FINDINGS if found else ExitCode.DONE
