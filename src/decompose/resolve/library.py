"""How a framework reader takes part in the resolution: what a library's objects do.

A `Library` is asked before the default applies; it answers by adding values or edges through
the engine and returning True, or leaves the matter to the next one by returning False.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from decompose.domain.finding import Finding, Location
from decompose.domain.model import Entry, EntryKind, Mode, Note, ReferenceKind, Table

if TYPE_CHECKING:
    from decompose.resolve.engine import Engine
    from decompose.resolve.sites import Activation, CallSite, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRoute:
    """A route. `handler` names what runs, `handlers` are its values (FUNCTION, BOUND, CLASS)."""

    rule: str
    handler: str
    methods: tuple[str, ...]
    endpoint: str
    blueprint: str
    handlers: tuple[int, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntry:
    """A hook, command, receiver or task; `handler` and `handlers` as in a route."""

    kind: EntryKind
    name: str
    scope: str
    handler: str
    handlers: tuple[int, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FoundAccess:
    """Activation number `activation` reads or writes `table` at `line` of its own module."""

    activation: int
    table: str
    mode: Mode
    line: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FoundReference:
    """Activation number `activation` uses the definition `target` (an id)."""

    activation: int
    target: str
    kind: ReferenceKind
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a library understood, once everything is resolved.

    `links` are pairs of activation numbers (caller, callee): code that runs because of code
    (a signal's receivers, a template rendered). `commits` are (activation number, line).
    """

    routes: tuple[FoundRoute, ...] = ()
    entries: tuple[FoundEntry, ...] = ()
    bare_entries: tuple[Entry, ...] = ()
    tables: tuple[Table, ...] = ()
    accesses: tuple[FoundAccess, ...] = ()
    commits: tuple[tuple[int, int], ...] = ()
    references: tuple[FoundReference, ...] = ()
    links: tuple[tuple[int, int], ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()


class Library:
    """Does nothing; readers override what they understand. One instance serves one engine.

    `families` are parts of the names of the packages whose objects it tells apart by the calls
    that made them and by what they came from. All that is alike in other packages is one value.
    """

    families: tuple[str, ...] = ()

    def start(self, engine: Engine) -> None:
        """Take the engine, before the first statement is evaluated."""

    def attribute(self, value: int, attr: str, place: Place, result: int) -> bool:
        """`value.attr` of an EXTERNAL or MODEL value."""
        return False

    def inherited(self, receiver: int, base: int, attr: str, place: Place, result: int) -> bool:
        """`receiver.attr` that no class of ours defines, where `base` is an external base."""
        return False

    def descriptor(self, value: int, receiver: int, attr: str, place: Place, result: int) -> bool:
        """An EXTERNAL, MODEL or INSTANCE value found in a class body, read through `receiver`."""
        return False

    def store(self, value: int, attr: str, node: int, place: Place) -> None:
        """`value.attr = ...` on an EXTERNAL, or an INSTANCE whose class has an external base."""

    def call(self, value: int, site: CallSite) -> bool:
        """A call of an EXTERNAL or MODEL value."""
        return False

    def construct(self, value: int, site: CallSite) -> None:
        """A call of a CLASS that has an external base."""

    def subscript(self, value: int, place: Place, result: int) -> bool:
        """An item of an EXTERNAL or MODEL value, or what iterating it gives."""
        return False

    def item(self, value: int, key: str, place: Place) -> None:
        """An item of an EXTERNAL or MODEL value is read under a literal key."""

    def variable(self, activation: Activation, name: str) -> int | None:
        """The node of a template's free variable that the framework provides."""
        return None

    def contribution(self) -> Contribution:
        """Everything understood; asked for once, when nothing is left to resolve."""
        return Contribution()
