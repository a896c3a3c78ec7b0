"""Where values come to be: a definition in one context, and the places in its code."""

from __future__ import annotations

from dataclasses import dataclass, field

from decompose.resolve.program import Definition

_SITE_BITS = 32
Context = tuple[object, ...]


@dataclass(slots=True, eq=False)
class Activation:
    """A definition evaluated in one context: its variables, and what it returns."""

    number: int
    definition: Definition
    parent: Activation | None
    context: Context
    returns: int
    variables: dict[str, int] = field(default_factory=dict)
    sources: tuple[Activation, ...] = ()
    generator: int = -1
    sites: int = 0


@dataclass(slots=True, eq=False)  # not frozen: that doubles what it takes to make a million
class Place:
    """Where something happens."""

    activation: Activation
    line: int


@dataclass(slots=True, eq=False)
class Load(Place):
    """Attribute `attr` of something, read into the node `result`."""

    attr: str
    result: int


@dataclass(slots=True, eq=False)
class CallSite(Place):
    """One call in one activation, the `ordinal`th of it.

    `given` are the nodes of positional arguments, a starred one's inverted (below 0).
    """

    number: int
    ordinal: int
    given: tuple[int, ...]
    kwargs: tuple[tuple[str, int], ...]
    result: int

    @property
    def key(self) -> int:
        """Names the call expression, whatever the activation."""
        return self.activation.definition.index << _SITE_BITS | self.ordinal

    @property
    def place(self) -> Place:
        """Where the call stands."""
        return self

    @property
    def args(self) -> tuple[tuple[int, bool], ...]:
        """The nodes of positional arguments, and whether they are starred."""
        return tuple([(node, False) if node >= 0 else (~node, True) for node in self.given])

    def argument(self, position: int, keyword: str = "") -> int | None:
        """The node of an argument by position or keyword, if it is given."""
        for name, node in self.kwargs:
            if keyword and name == keyword:
                return node
        if 0 <= position < len(self.given) and min(self.given[: position + 1]) >= 0:
            return self.given[position]
        return None
