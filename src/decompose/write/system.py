"""Generated systems: merged into what people made of the last one, never over it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.generated import GeneratedFile
from decompose.errors import UserError
from decompose.write.files import inside, replace_file, unwritable
from decompose.write.merge import Merged, merge

BASE = ".decompose/base"
"""Where the last generated files are kept, below the output folder: the base of the next merge."""

CONFLICT = ".decompose-new"
"""What is added to the name of a file that could not be merged in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a run did to the output folder; paths are below it."""

    changed: tuple[str, ...]
    conflicts: tuple[Finding, ...]


def check_system(output: Path) -> None:
    """Tells early that a system can't be written into `output`.

    Raises UserError where it is no folder, can't be written to, or holds other people's files.
    """
    try:
        if output.is_symlink() or (output.exists() and not output.is_dir()):
            raise UserError(f"{output} is no folder", hint="Name a folder with --output.")
        if output.is_dir() and any(output.iterdir()) and not (output / BASE).is_dir():
            raise UserError(
                f"{output} holds files that no scaffold wrote",
                hint="Name a new or an empty folder with --output.",
            )
        nearest = next(folder for folder in (output, *output.absolute().parents) if folder.exists())
    except OSError as error:
        raise unwritable(output, error) from error
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"{nearest} can't be written to", hint="Name another folder with --output.")


def write_system(output: Path, files: Sequence[GeneratedFile]) -> Written:
    """Writes a system, or merges it into one that a former run wrote.

    A new system appears in one step: nothing half written is left. Raises UserError where
    something can't be written.
    """
    try:
        if not output.exists() or not any(output.iterdir()):
            return _write_new(output, files)
        return _update(output, files)
    except OSError as error:
        raise unwritable(output, error) from error


def _write_new(output: Path, files: Sequence[GeneratedFile]) -> Written:
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as folder:
        fresh = Path(folder, "system")
        fresh.mkdir()
        for file in files:
            replace_file(fresh, file.path, file.content)
            replace_file(fresh, f"{BASE}/{file.path}", file.content)
        fresh.replace(output)
    return Written(changed=tuple(file.path for file in files), conflicts=())


def _update(output: Path, files: Iterable[GeneratedFile]) -> Written:
    generated = {file.path: file.content for file in files}
    changed, conflicts = [], []
    for path in sorted({*generated, *_paths(output / BASE)}):
        base, current = _content(output / BASE / path), _content(output / path)
        merged = merge(base, current, generated.get(path))
        if merged.content != current:
            _put(output, path, merged.content)
            changed.append(path)
        if merged.beside is not None:
            _put(output, path + CONFLICT, merged.beside)
            conflicts.append(_conflict(path))
        _put(output, f"{BASE}/{path}", _next_base(merged, generated.get(path)))
    return Written(changed=tuple(changed), conflicts=tuple(conflicts))


def _next_base(merged: Merged, generated: bytes | None) -> bytes | None:
    """What the next run merges from: all that has been offered counts as seen."""
    return merged.beside or generated


def _paths(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*")
            if path.is_file() and not path.is_symlink()]  # fmt: skip


def _content(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()


def _put(output: Path, path: str, content: bytes | None) -> None:
    if content is not None:
        replace_file(output, path, content)
        return
    target = output / inside(path)
    target.unlink(missing_ok=True)
    for folder in (PurePosixPath(path).parents)[:-1]:
        if any((output / folder).iterdir()):
            break
        (output / folder).rmdir()


def _conflict(path: str) -> Finding:
    return Finding(
        location=Location(path=path),
        code="merge-conflict",
        severity=Severity.WARNING,
        message=f"{path} was edited where it is generated anew; the edit stays",
        hint=f"Take what you want from {path}{CONFLICT}, then delete it.",
    )
