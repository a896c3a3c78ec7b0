"""Modules as the unit of clustering, split by definition only where their parts disagree."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import fsum

from decompose.cluster.graph import Ordered
from decompose.cluster.net import Net
from decompose.domain.model import DefinitionKind

MEMBERSHIP = 0.3
_PURE = 0.6


def inner(graph: Ordered, inside: Sequence[bool]) -> Net:
    """The graph of the nodes inside, by evidence alone; the others stay without edges."""
    weights = {(i, j): w for (i, j), w in graph.weights.items() if inside[i] and inside[j]}
    return Net.of(len(graph.definitions), weights)


def with_membership(graph: Ordered, inside: Sequence[bool], declaring: Container[str]) -> Net:
    """The graph of the nodes inside, each tied to its module's code by 0.3 of its strength.

    What declares a table is not tied: domains often share one module of models.
    """
    weights = {(i, j): w for (i, j), w in graph.weights.items() if inside[i] and inside[j]}
    power = strengths(weights, len(graph.definitions))
    hub = {d.module: i for i, d in enumerate(graph.definitions)
           if d.kind is DefinitionKind.MODULE and inside[i]}  # fmt: skip
    for i, definition in enumerate(graph.definitions):
        centre = hub.get(definition.module, i)
        if centre != i and inside[i] and definition.id not in declaring:
            pair = (min(i, centre), max(i, centre))
            tie = MEMBERSHIP * max(power[i], 0.5)
            weights[pair] = weights.get(pair, 0.0) + tie
    return Net.of(len(graph.definitions), weights)


def strengths(weights: Mapping[tuple[int, int], float], size: int) -> list[float]:
    """The sum of each node's weights."""
    parts: list[list[float]] = [[] for _ in range(size)]
    for (i, j), weight in weights.items():
        parts[i].append(weight)
        parts[j].append(weight)
    return [fsum(part) for part in parts]


def units(
    graph: Ordered,
    labels: Sequence[int],
    inside: Sequence[bool],
    declaring: Container[str],
    alone: Mapping[str, int],
) -> tuple[int, ...]:
    """The unit of each definition: its module, or its part of a module that does not hold together.

    A module whose definitions lie to 60 % of their strength in one provisional community stays
    whole; another falls apart by community. `alone` gives definitions units that people asked
    for. Nodes outside have unit -1.
    """
    power = strengths(graph.weights, len(graph.definitions))
    whole = _whole(graph, labels, inside, power)
    numbers: dict[tuple[str, int] | int, int] = {}
    found = []
    for i, definition in enumerate(graph.definitions):
        if not inside[i]:
            found.append(-1)
            continue
        main = whole.get(definition.module, labels[i])
        key: tuple[str, int] | int = (definition.module, main)
        if definition.id in declaring:
            key = (definition.module, labels[i])
        if definition.id in alone:
            key = alone[definition.id]
        found.append(numbers.setdefault(key, len(numbers)))
    return tuple(found)


def _whole(
    graph: Ordered, labels: Sequence[int], inside: Sequence[bool], power: Sequence[float]
) -> dict[str, int]:
    shares: dict[str, dict[int, float]] = {}
    for i, definition in enumerate(graph.definitions):
        if inside[i] and definition.kind is not DefinitionKind.MODULE:
            share = shares.setdefault(definition.module, {})
            share[labels[i]] = share.get(labels[i], 0.0) + power[i]
    found = {}
    for module, share in shares.items():
        best = max(share, key=lambda label: (round(share[label], 6), -label))
        if share[best] >= _PURE * fsum(share.values()):
            found[module] = best
    return found


def unit_labels(groups: Sequence[int], labels: Sequence[int]) -> tuple[int, ...]:
    """Labels of units, given back to their members; members without a unit get -1."""
    return tuple(labels[group] if group >= 0 else -1 for group in groups)
