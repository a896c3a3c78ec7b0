"""The source tree as it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from decompose.domain.finding import Finding
from decompose.domain.requirement import Requirement

Read = Callable[[str], str]
"""The text of a file of the monolith, by its path below the root."""

ReadBytes = Callable[[str], bytes]
"""The bytes of a file of the monolith, by its path below the root; raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceFile:
    """A file to read. `path` is POSIX and relative to the root; `language` picks its reader.

    `module` is the dotted name it would be imported by (`template:NAME`, `sql:PATH` for others).
    """

    path: str
    language: str
    module: str
    is_package: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EntryPoint:
    """What an installed project offers under a group's name: `name` of `module`."""

    group: str
    module: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """The files of a monolith, sorted by path. `root` is absolute and never shown or stored.

    `requirements` are those of its requirements files, project metadata and lock files,
    `entry_points` those that its project metadata declares.
    """

    root: str
    name: str
    files: tuple[SourceFile, ...]
    requirements: tuple[Requirement, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    findings: tuple[Finding, ...] = ()
