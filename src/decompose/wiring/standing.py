"""Whether a report has to be made at all; loads none of the libraries that making one takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from decompose.errors import UserError
from decompose.evidence.history import history_state
from decompose.pipeline import Options, boundary_of
from decompose.render.resources import templates
from decompose.source import Standing, look_at, program_state, sources_state, standing


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
        *program_state(),
        *sources_state(str(templates() / "report")),
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
