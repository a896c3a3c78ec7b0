"""The application that the commands belong to."""

from __future__ import annotations

from typing import Annotated

import typer

from decompose import __version__

app = typer.Typer(
    name="decompose",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"decompose {__version__}")
        raise typer.Exit


@app.callback(epilog="Start with: decompose analyze path/to/monolith")
def decompose(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Find the services inside a Python web monolith, without running or changing it."""
