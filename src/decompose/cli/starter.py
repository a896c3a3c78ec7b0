"""Writing the boundary file, which is done once and only on request."""

from __future__ import annotations

from pathlib import Path

from decompose.cli.program import stderr
from decompose.domain.partition import Partition
from decompose.errors import UserError
from decompose.source import starter_text
from decompose.source.boundary_file import FILE_NAME


def check_starter(root: Path) -> None:
    """Raises UserError where there is a boundary file: people's decisions are not overwritten."""
    path = root / FILE_NAME
    if path.exists() or path.is_symlink():
        raise UserError(
            f"{path} exists already, and is never overwritten",
            hint="Edit it, or move it away to start anew.",
        )


def write_starter(root: Path, partition: Partition) -> None:
    """Writes the first boundary file into the monolith's folder. Raises UserError."""
    path = root / FILE_NAME
    check_starter(root)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(starter_text(partition))
    except OSError as error:
        raise UserError(
            f"{path} can't be written: {error.strerror}",
            hint="Give yourself the permission to write into the folder.",
        ) from error
    stderr().print(f"Wrote {path}", markup=False, highlight=False, soft_wrap=True)
