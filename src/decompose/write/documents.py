"""Reports: whole documents, each replaced in one step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from decompose.errors import UserError
from decompose.write.files import replace_chunks, unwritable

MAIN_DOCUMENT = "decomposition.json"
"""A folder that holds it is one of ours, so its documents may be replaced."""


class Document(Protocol):
    """A file to write: its POSIX path below the output folder, and its bytes in pieces."""

    @property
    def path(self) -> str:
        """Where it goes."""
        ...

    @property
    def chunks(self) -> Callable[[], Iterable[bytes]]:
        """Gives the pieces."""
        ...


def check_output(output: Path) -> None:
    """Tells early, before a long analysis, that documents can't be written into `output`.

    Raises UserError where it is no folder, can't be written to, or holds other people's files.
    """
    try:
        if output.is_dir():
            _check_ours(output)
        elif output.exists() or output.is_symlink():
            raise UserError(f"{output} is a file", hint="Name a folder with --output.")
        nearest = next(folder for folder in (output, *output.absolute().parents) if folder.exists())
    except OSError as error:
        raise unwritable(output, error) from error
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"{nearest} can't be written to", hint="Name another folder with --output.")


def _check_ours(output: Path) -> None:
    if any(output.iterdir()) and not (output / MAIN_DOCUMENT).exists():
        raise UserError(
            f"{output} holds files that no report wrote",
            hint="Name a new or an empty folder with --output.",
        )


def write_documents(output: Path, documents: Iterable[Document]) -> tuple[Path, ...]:
    """Writes each document in one step, and returns their paths.

    No link below `output` is followed. Raises UserError where something can't be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        return tuple(
            replace_chunks(output, document.path, document.chunks()) for document in documents
        )
    except OSError as error:
        raise unwritable(output, error) from error
