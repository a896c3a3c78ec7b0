"""Source lines for the seams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from decompose.domain.analysis import Seam
from decompose.domain.finding import Location

CONTEXT = 2
_WIDEST = 200


def first_line(location: Location) -> int:
    """The line that the excerpt around `location` starts at."""
    return max(1, location.line - CONTEXT)


def with_excerpts(
    seams: tuple[Seam, ...], read_lines: Callable[[str], Sequence[str]]
) -> tuple[Seam, ...]:
    """The seams, each with the lines around its location.

    `read_lines` gives the lines of a file by its relative path; empty where it can't be read.
    """
    return tuple(
        replace(seam, excerpt=_around(seam.location, read_lines(seam.location.path)))
        for seam in seams
    )


def _around(location: Location, lines: Sequence[str]) -> tuple[str, ...]:
    if not location.line:
        return ()
    taken = lines[first_line(location) - 1 : location.line + CONTEXT]
    return tuple(line.rstrip("\r\n")[:_WIDEST] for line in taken)
