"""Whether a report has to be made at all; loads none of the libraries that making one takes."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from decompose import __version__
from decompose.errors import UserError
from decompose.evidence.history import history_state
from decompose.pipeline import Options, boundary_of
from decompose.render.resources import templates
from decompose.source import Standing, look_at, standing

_PACKAGE = Path(__file__).parents[1]


def report_standing(root: Path, options: Options, output: Path) -> Standing | None:
    """The inputs of a report of `root`, and the summary of the one at `output` if it stands.

    None where nothing is kept, or where making the report will say what is wrong.
    """
    if options.cache is None:
        return None
    try:
        boundary = boundary_of(root, options)
        seen = look_at(root, boundary.ignore)
    except (OSError, UserError):
        return None
    history, files = ("", ()) if "history" in options.without else history_state(str(seen.root))
    if options.tape is not None:
        files = (*files, str(options.tape.absolute()))
    words = (
        *_program(),
        str(seen.root),
        repr(boundary),
        str(options.tape),
        repr(sorted(options.without)),
        history,
        repr((seen.findings, seen.packages_above)),
        str(output.absolute()),
    )
    key = hashlib.blake2b("\0".join(words).encode("utf-8", "backslashreplace"), digest_size=24)
    return standing(options.cache.folder, key.digest(), seen.root, (*seen.files, *files))


def _program() -> Iterator[str]:
    """This program and what is installed beside it."""
    yield __version__
    yield sys.version
    for folder in (str(_PACKAGE), str(templates() / "report")):
        yield from _sources(folder)
    for folder in sys.path:
        if os.path.isdir(folder):  # noqa: PTH112 - strings are all that is needed here
            yield from sorted(name for name in os.listdir(folder) if name.endswith(".dist-info"))  # noqa: PTH208


def _sources(folder: str) -> Iterator[str]:
    """Names, sizes and times of the files below a folder, without what Python leaves there."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            status = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118 - as above
            yield f"{path}/{name} {status.st_size} {status.st_mtime_ns}"
