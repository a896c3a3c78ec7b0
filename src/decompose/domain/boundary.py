"""The boundary file (`decompose.toml`): what people decide about the split."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A module or definition (by dotted name; `shop.orders.*` for all below) put in a service."""

    name: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The decisions of a boundary file; empty where there is none.

    `must_link` and `cannot_link` hold groups of module or definition names. `names` maps a
    service's stable id to the name that people want. `services` is the number asked for.
    `ignore` are path patterns (gitignore style) left out of the analysis. `owners` maps a table
    to the service that must own it. `seams` maps a seam id to the technique that people chose.
    `application` (`module:name`) and `database` (`config:KEY` or `environment:KEY`) say what
    `scaffold` can't find out by itself.
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
