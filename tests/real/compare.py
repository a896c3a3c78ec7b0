"""Compares what the static analysis says with what a running application did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Route:
    """A URL rule, its methods without HEAD and OPTIONS, and its endpoint."""

    rule: str
    methods: tuple[str, ...]
    endpoint: str

    def __str__(self) -> str:
        """Write it as one line for people."""
        return f"{self.rule} [{', '.join(self.methods)}] {self.endpoint}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Access:
    """An endpoint reads or writes a table."""

    endpoint: str
    table: str
    mode: str

    def __str__(self) -> str:
        """Write it as a sentence."""
        return f"{self.endpoint} {self.mode}s {self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Generic[Item]):
    """What was expected and found, expected and missed, found and not expected."""

    hits: frozenset[Item]
    misses: frozenset[Item]
    extras: frozenset[Item]

    @property
    def expected(self) -> int:
        """How many were expected."""
        return len(self.hits) + len(self.misses)

    @property
    def recall(self) -> float:
        """The share of the expected that was found; 1 where nothing was expected."""
        return len(self.hits) / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The share of the found that was expected; 1 where nothing was found."""
        found = len(self.hits) + len(self.extras)
        return len(self.hits) / found if found else 1.0


def compare(expected: Iterable[Item], found: Iterable[Item]) -> Comparison[Item]:
    """Compare two sets of items."""
    wanted, got = frozenset(expected), frozenset(found)
    return Comparison(hits=wanted & got, misses=wanted - got, extras=got - wanted)


def compare_accesses(expected: Iterable[Access], found: Iterable[Access]) -> Comparison[Access]:
    """Compare accesses of the endpoints that were exercised.

    An endpoint that no test reached says nothing about what it does, so what the analysis
    finds there is neither right nor wrong.
    """
    wanted = frozenset(expected)
    exercised = {access.endpoint for access in wanted}
    return compare(wanted, (access for access in found if access.endpoint in exercised))


def explain_route(missed: Route, found: Iterable[Route], libraries: dict[Route, str]) -> str:
    """Say why a route may have been missed."""
    if missed in libraries and not missed.endpoint.endswith("static"):
        return f"registered by the library {libraries[missed]}"
    same_rule = sorted(route for route in found if route.rule == missed.rule)
    same_endpoint = sorted(route for route in found if route.endpoint == missed.endpoint)
    if same_rule:
        return f"found with this rule: {_listed(same_rule)}"
    if same_endpoint:
        return f"found for this endpoint: {_listed(same_endpoint)}"
    return "neither its rule nor its endpoint was found"


def explain_access(missed: Access, found: Iterable[Access], stack: tuple[str, ...]) -> str:
    """Say what is known of a missed access: where it happens, and what was found instead."""
    modes = sorted(
        access.mode
        for access in found
        if (access.endpoint, access.table) == (missed.endpoint, missed.table)
    )
    instead = f"found only: {', '.join(modes)}" if modes else "table not found for this endpoint"
    return f"{instead}; runs at {' < '.join(stack) or 'no line of the source'}"


def list_misses(misses: Iterable[Item], explain: Callable[[Item], str]) -> list[str]:
    """Write each miss with its reason, sorted."""
    return [f"{miss}: {explain(miss)}" for miss in sorted(misses)]


def _listed(items: Iterable[object]) -> str:
    return "; ".join(map(str, items))
