"""What a run would write: the generated system as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class GeneratedFile:
    """A file of the generated system: its POSIX path below the output folder, and its bytes."""

    path: str
    content: bytes
