"""Single files below an output folder: whole or not at all, and never through a link."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from decompose.errors import UserError


def unwritable(output: Path, error: OSError) -> UserError:
    """The error for a folder or file that can't be written."""
    return UserError(
        f"{error.filename or output} can't be written: {error.strerror}",
        hint="Name another folder with --output.",
    )


def replace_file(output: Path, path: str, content: bytes) -> Path:
    """Writes a file below `output` in one step, its folders too, and returns its path."""
    return replace_chunks(output, path, (content,))


def replace_chunks(output: Path, path: str, chunks: Iterable[bytes]) -> Path:
    """The same for content in pieces.

    Raises UserError where a folder on the way is a link, OSError where it can't be written.
    """
    target = output / inside(path)
    _make_folders(output, target.parent)
    descriptor, temporary_name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    temporary = Path(temporary_name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return target


def inside(name: str) -> PurePosixPath:
    """A POSIX path that stays below the output folder; any other is a bug."""
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
