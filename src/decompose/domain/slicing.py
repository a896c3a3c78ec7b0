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
    The classes behind `tables` are kept. With `static`, the static folders are. `endpoints` are
    the names of those that the service answers.
    """

    service: str
    handlers: tuple[str, ...]
    excluded: tuple[str, ...]
    tables: tuple[str, ...]
    roots: tuple[str, ...]
    static: bool = False
    endpoints: tuple[str, ...] = ()


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
class LeftTest:
    """A test of the monolith that no service gets, and the first reason, with its place.

    `name` is written as pytest does: the file, the class, the function.
    """

    name: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTests:
    """The monolith's tests that one service gets, their files cut down to them.

    `collected` are the paths of those of `files` that hold tests, the others are what they need.
    `plugins` are packages whose fixtures they use without importing them.
    """

    names: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()
    files: tuple[SliceFile, ...] = ()
    imports: tuple[ThirdParty, ...] = ()
    plugins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The monolith's code cut down to one service, import paths unchanged.

    `definitions` are the ids of the top-level definitions in it. `lines` counts the lines of its
    code and templates, `share` is their part of the monolith's own (tests, migrations and scripts
    don't count). `tests` come along, and count for nothing in all that.
    """

    service: str
    files: tuple[SliceFile, ...]
    definitions: tuple[str, ...]
    lines: int
    share: float
    imports: tuple[ThirdParty, ...]
    findings: tuple[Finding, ...] = ()
    tests: OwnTests = OwnTests()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """The slices of all services, and the monolith's tests that none of them gets."""

    slices: tuple[Slice, ...]
    left: tuple[LeftTest, ...] = ()

    @property
    def tests(self) -> int:
        """How many tests the monolith has."""
        return len({name for one in self.slices for name in one.tests.names}) + len(self.left)
