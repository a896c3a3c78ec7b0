"""Puts finished documents into the output folder; nothing else in the program writes there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Protocol

from decompose.errors import UserError

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
        raise _unwritable(output, error) from error
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
        return tuple(_write(output, document) for document in documents)
    except OSError as error:
        raise _unwritable(output, error) from error


def _unwritable(output: Path, error: OSError) -> UserError:
    return UserError(
        f"{error.filename or output} can't be written: {error.strerror}",
        hint="Name another folder with --output.",
    )


def _write(output: Path, document: Document) -> Path:
    target = output / _inside(document.path)
    _make_folders(output, target.parent)
    descriptor, temporary_name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    temporary = Path(temporary_name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(document.chunks())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return target


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} is no path below the output folder")
    return path


def _make_folders(output: Path, folder: Path) -> None:
    for part in reversed([folder, *folder.parents][: len(folder.relative_to(output).parts)]):
        if part.is_symlink():
            raise UserError(
                f"{part} is a link, which could lead anywhere",
                hint="Remove it, or name another folder with --output.",
            )
        part.mkdir(exist_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
