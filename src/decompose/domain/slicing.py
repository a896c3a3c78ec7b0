"""What one service needs of the monolith's code, and that code cut out."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.finding import Finding, Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What to cut out for one service; all names are definition ids.

    `handlers` are what the service must have: view functions and classes of its endpoints,
    app-wide hooks, error handlers, context processors, filters, user loaders, its commands,
    receivers and tasks. `excluded` are registered with the framework for other services only:
    registration code is not followed to them. `roots` are the composition root (factory, module
    level application, configuration, WSGI module), kept without the excluded registrations.
    The classes behind `tables` are kept. With `static`, the static folders are.
    """

    service: str
    handlers: tuple[str, ...]
    excluded: tuple[str, ...]
    tables: tuple[str, ...]
    roots: tuple[str, ...]
    static: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SliceFile:
    """A file of a slice; `path` is POSIX and relative, the same as in the monolith."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ThirdParty:
    """A third-party top-level module that a slice imports.

    `location` is the monolith's first import of it, of those whose files the slice has;
    `deferred` ones are imported inside functions only.
    """

    name: str
    location: Location
    deferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The monolith's code cut down to one service, import paths unchanged.

    `definitions` are the ids of the top-level definitions in it. `lines` counts the lines of its
    code and templates, `share` is their part of the monolith's own (tests, migrations and scripts
    don't count).
    """

    service: str
    files: tuple[SliceFile, ...]
    definitions: tuple[str, ...]
    lines: int
    share: float
    imports: tuple[ThirdParty, ...]
    findings: tuple[Finding, ...] = ()
