"""A file of the report, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to write at `path` (POSIX, relative to the output folder).

    `chunks` gives its bytes piece by piece, anew with every call, so that a large document
    never has to be in memory as a whole.
    """

    path: str
    chunks: Callable[[], Iterator[bytes]]

    @property
    def content(self) -> bytes:
        """All of it at once."""
        return b"".join(self.chunks())
