"""A weighted undirected graph over 0..n-1, as the algorithms want it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

Labels = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """`edges` are pairs (i < j), sorted and unique; `weights` are positive."""

    size: int
    edges: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, size: int, weights: dict[tuple[int, int], float]) -> Net:
        """The graph of these weights by pair; pairs without a positive weight have no edge."""
        kept = sorted((pair, weight) for pair, weight in weights.items() if weight > 0)
        return cls(
            size=size,
            edges=tuple(pair for pair, _ in kept),
            weights=tuple(weight for _, weight in kept),
        )


def canonical(labels: Sequence[int]) -> Labels:
    """The same partition with labels numbered by first appearance."""
    number = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return tuple(map(number.__getitem__, labels))


def components(net: Net) -> list[list[int]]:
    """The nodes of each connected part, smallest node first."""
    parent = list(range(net.size))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in net.edges:
        one, two = find(i), find(j)
        parent[max(one, two)] = min(one, two)
    found: dict[int, list[int]] = {}
    for node in range(net.size):
        found.setdefault(find(node), []).append(node)
    return list(found.values())


def modularity(net: Net, labels: Sequence[int]) -> float:
    """Newman and Girvan's modularity (2004), weighted."""
    total = fsum(net.weights)
    if not total:
        return 0.0
    inner: dict[int, float] = {}
    degree: dict[int, float] = {}
    for (i, j), weight in zip(net.edges, net.weights, strict=True):
        a, b = labels[i], labels[j]
        degree[a] = degree.get(a, 0.0) + weight
        degree[b] = degree.get(b, 0.0) + weight
        if a == b:
            inner[a] = inner.get(a, 0.0) + weight
    return fsum(inner.get(c, 0.0) / total - (degree[c] / (2 * total)) ** 2 for c in sorted(degree))


def rand_index(one: Sequence[int], two: Sequence[int]) -> float:
    """Hubert and Arabie's adjusted Rand index (1985)."""

    def pairs(counts: Iterable[int]) -> float:
        return sum(n * (n - 1) / 2 for n in counts)

    joint = Counter(zip(one, two, strict=True)).values()
    left, right = Counter(one).values(), Counter(two).values()
    whole = len(one) * (len(one) - 1) / 2
    expected = pairs(left) * pairs(right) / whole if whole else 0.0
    best = (pairs(left) + pairs(right)) / 2
    return 1.0 if best == expected else (pairs(joint) - expected) / (best - expected)
