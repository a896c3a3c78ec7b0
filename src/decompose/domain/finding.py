"""Where something is, and what was found there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Location:
    """A line of a file: `path` is POSIX and relative to the analysed root, `line` counts from 1.

    Line 0 stands for the file as a whole.
    """

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """A partial failure or a piece of advice; the rest of the run goes on.

    `code` is stable and kebab-case (`syntax-error`), `hint` says what a person can do.
    """

    location: Location
    code: str
    severity: Severity
    message: str
    hint: str = ""
