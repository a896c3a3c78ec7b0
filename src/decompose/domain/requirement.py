"""Third-party packages that a project asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RequirementKind(StrEnum):
    """What a requirement is for: running, developing, or one version of a lock file."""

    RUNTIME = "runtime"
    DEVELOPMENT = "development"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """A package as the project asks for it.

    `name` is the distribution's normalized name (PEP 503), `line` what pip understands (PEP 508,
    or a URL), without markers of ours; `path` is the file that says so.
    """

    name: str
    line: str
    path: str
    kind: RequirementKind
