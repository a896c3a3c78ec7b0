"""One file's three-way merge: what was generated last, what people made of it, what comes now."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What becomes of a file: `content` is what it holds from now on (None: it is gone).

    `beside` is what was generated and could not be merged in; it goes into a file beside.
    """

    content: bytes | None
    beside: bytes | None = None


def merge(base: bytes | None, current: bytes | None, generated: bytes | None) -> Merged:
    """A person's edit is never lost; where both sides changed the same lines, theirs stays.

    `base` is the last generated content, `current` the one on disk; None where there is none.
    """
    if current in (base, generated):
        return Merged(content=generated)
    if generated == base:
        return Merged(content=current)
    if base is None or current is None or generated is None:
        return Merged(content=current, beside=generated)
    joined = _merge_lines(base, current, generated)
    return Merged(content=current, beside=generated) if joined is None else Merged(content=joined)


def _merge_lines(base: bytes, current: bytes, generated: bytes) -> bytes | None:
    """What `git merge-file` makes of three texts; None where they conflict or git is missing."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, content in (("current", current), ("base", base), ("generated", generated)):
            path = Path(folder, name)
            path.write_bytes(content)
            names.append(str(path))
        try:
            done = subprocess.run(  # noqa: S603 - our own files' names only
                ["git", "merge-file", "--stdout", "--quiet", *names],  # noqa: S607 - the user's git
                capture_output=True,
                check=False,
            )
        except OSError:
            return None
    return done.stdout if done.returncode == 0 else None
