"""From fine clusters down to one, the least regrettable merge first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from decompose.cluster.net import Labels, canonical

BOND = 0.5
_Pairs = Mapping[tuple[int, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Clusters 0..size-1 with the weights and bonds between them.

    `mass` is each one's total degree, `homeless` those with neither tables nor endpoints,
    `apart` pairs that must never be one.
    """

    size: int
    weights: _Pairs
    bonds: _Pairs
    mass: tuple[float, ...]
    homeless: frozenset[int]
    apart: frozenset[tuple[int, int]]


def merges(clusters: Clusters) -> dict[int, Labels]:
    """The labels for every number of clusters that merging passes through.

    Clusters without a domain join their closest neighbour first. Then the pair with the best
    gain in score goes next: modularity's gain + 0.5 * the share of all transaction weight that
    it stops from being torn.
    """
    return _Merger(clusters).run()


class _Merger:
    def __init__(self, clusters: Clusters) -> None:
        self._size = clusters.size
        self._mass = list(clusters.mass)
        self._whole = fsum(clusters.mass) / 2 or 1.0
        self._bound = fsum(clusters.bonds.values()) or 1.0
        self._near: list[dict[int, float]] = [{} for _ in range(clusters.size)]
        self._tied: list[dict[int, float]] = [{} for _ in range(clusters.size)]
        self._apart: list[set[int]] = [set() for _ in range(clusters.size)]
        _mirror(self._near, clusters.weights)
        _mirror(self._tied, clusters.bonds)
        for a, b in clusters.apart:
            self._apart[a].add(b)
            self._apart[b].add(a)
        self._homeless = clusters.homeless
        self._into = list(range(clusters.size))
        self._age = [0] * clusters.size
        self._alive = set(range(clusters.size))
        self._heap: list[tuple[float, int, int, int, int]] = []

    def run(self) -> dict[int, Labels]:
        """Merge to the end; every step's labels by its number of clusters."""
        self._house()
        self._heap = [self._offer(a, b) for a in self._alive for b in self._near[a] if a < b]
        heapq.heapify(self._heap)
        found = {len(self._alive): self._labels()} if self._size else {}
        while (pair := self._next()) is not None:
            self._merge(*pair)
            found[len(self._alive)] = self._labels()
        return found

    def _house(self) -> None:
        for cluster in sorted(self._homeless, key=lambda c: (self._mass[c], c)):
            near = [n for n in self._near[cluster] if n not in self._apart[cluster]]
            if near:
                self._merge(max(near, key=lambda n: (self._closeness(cluster, n), -n)), cluster)

    def _closeness(self, a: int, b: int) -> float:
        return round(self._near[a][b] / sqrt(self._mass[a] * self._mass[b]), 9)

    def _gain(self, a: int, b: int) -> float:
        weight = self._near[a].get(b, 0.0) / self._whole
        chance = self._mass[a] * self._mass[b] / (2 * self._whole**2)
        return round(weight - chance + BOND * self._tied[a].get(b, 0.0) / self._bound, 12)

    def _offer(self, a: int, b: int) -> tuple[float, int, int, int, int]:
        a, b = min(a, b), max(a, b)
        return -self._gain(a, b), a, b, self._age[a], self._age[b]

    def _next(self) -> tuple[int, int] | None:
        while self._heap:
            _, a, b, one, two = heapq.heappop(self._heap)
            fresh = (self._age[a], self._age[b]) == (one, two)
            if fresh and {a, b} <= self._alive and b not in self._apart[a]:
                return a, b
        small = sorted(self._alive, key=lambda c: (self._mass[c], c))
        for place, a in enumerate(small):
            for b in small[place + 1 :]:
                if b not in self._apart[a]:
                    return min(a, b), max(a, b)
        return None

    def _merge(self, kept: int, gone: int) -> None:
        for sides in (self._near, self._tied):
            for other, weight in sides[gone].items():
                del sides[other][gone]
                if other != kept:
                    sides[kept][other] = sides[kept].get(other, 0.0) + weight
                    sides[other][kept] = sides[kept][other]
            sides[gone] = {}
        for other in self._apart[gone]:
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
            self._apart[kept].add(other)
        self._mass[kept] += self._mass[gone]
        self._into[gone] = kept
        self._alive.discard(gone)
        self._age[kept] += 1
        for other in self._near[kept]:
            heapq.heappush(self._heap, self._offer(kept, other))

    def _labels(self) -> Labels:
        found = []
        for cluster in range(self._size):
            while self._into[cluster] != cluster:
                self._into[cluster] = self._into[self._into[cluster]]
                cluster = self._into[cluster]  # noqa: PLW2901 - climbing to the end
            found.append(cluster)
        return canonical(found)


def _mirror(sides: list[dict[int, float]], weights: _Pairs) -> None:
    for (a, b), weight in weights.items():
        sides[a][b] = weight
        sides[b][a] = weight


def parted(labels: Sequence[int], apart: Iterable[tuple[int, int]]) -> Labels:
    """Labels in which no pair that must stay apart shares one: the later unit gets its own."""
    found = list(labels)
    fresh = max(found, default=-1) + 1
    for a, b in sorted(apart):
        if found[a] == found[b]:
            found[max(a, b)] = fresh
            fresh += 1
    return canonical(found)
