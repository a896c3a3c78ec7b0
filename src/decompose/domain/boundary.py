"""The boundary file (`decompose.toml`): what people decide about the split."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DEADLINE = 2.0
"""Seconds that a composition waits for its parts, where the boundary file says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A module or definition (by dotted name; `shop.orders.*` for all below) put in a service."""

    name: str
    service: str


class RouteMode(StrEnum):
    """Who answers a rule: its service, the monolith, or the service with the monolith compared."""

    SERVICE = "service"
    MONOLITH = "monolith"
    SHADOW = "shadow"


class Level(StrEnum):
    """How fresh a copy of a table is read; the generated system's README says what each costs."""

    STRONG = "strong"
    SESSION = "session"
    EVENTUAL = "eventual"


class Partial(StrEnum):
    """What a composition answers when a part has no value: an error, less, or a null for it."""

    FAIL = "fail"
    OMIT = "omit"
    NULL = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionPart:
    """One request of a composition: `{name}` in its path is a value of the composition's rule."""

    name: str
    service: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A rule that the gateway answers itself, of several services' JSON; `deadline` in seconds."""

    rule: str
    parts: tuple[CompositionPart, ...]
    deadline: float = DEADLINE
    partial: Partial = Partial.FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The decisions of a boundary file; empty where there is none.

    `must_link` and `cannot_link` hold groups of module or definition names. `names` maps a
    service's stable id to the name that people want. `services` is the number asked for.
    `ignore` are path patterns (gitignore style) left out of the analysis. `owners` maps a table
    to the service that must own it. `seams` maps a seam id to the technique that people chose.
    `application` (`module:name`) and `database` (`config:KEY` or `environment:KEY`) say what
    `scaffold` can't find out by itself. `compositions` are answers that the gateway merges,
    `routes` says who answers a rule where that isn't its service, `levels` how fresh the copies
    of a table are where that isn't strong.
    """

    pins: tuple[Pin, ...] = ()
    must_link: tuple[tuple[str, ...], ...] = ()
    cannot_link: tuple[tuple[str, ...], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    services: int | None = None
    ignore: tuple[str, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    seams: tuple[tuple[str, str], ...] = ()
    application: str = ""
    database: str = ""
    compositions: tuple[Composition, ...] = ()
    routes: tuple[tuple[str, RouteMode], ...] = ()
    levels: tuple[tuple[str, Level], ...] = ()
