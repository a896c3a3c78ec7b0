"""How good a partition is, against what chance gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum
from statistics import fmean, pstdev

from decompose.cluster.merge import Clusters, merges
from decompose.cluster.net import Labels, Net, modularity
from decompose.cluster.runs import Ready, degrees, if_worth, rewired
from decompose.ports import Spread

TORN = 0.25
MOST = 24
_REPLICATES = 6
_LARGE = 50_000
_SEED = 1
_STEPS = 4
_CRUMB = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What clustering finds in a graph, and in random ones of the same degrees.

    `found` and `mean` are the best modularity, `curve` that after merging down to 1, 2, … clusters.
    """

    found: float
    mean: float
    deviation: float
    curve: tuple[float, ...]

    def expected(self, services: int) -> float:
        """The modularity that chance gives to so many services."""
        if services <= 1 or not self.curve:
            return 0.0
        return self.curve[min(services, len(self.curve)) - 1]

    @property
    def z_score(self) -> float:
        """By how many standard deviations the graph exceeds chance; 0 for one without edges."""
        return (self.found - self.mean) / max(self.deviation, 1e-3) if self.mean else 0.0


def chance(spread: Spread, net: Net) -> Chance:
    """Leiden's modularity on the graph and on rewired copies, those merged down step by step."""
    found = modularity(net, Ready(net).leiden(_SEED))
    if len(net.edges) < 2:  # noqa: PLR2004 - nothing to rewire
        return Chance(found=found, mean=0.0, deviation=0.0, curve=())
    seeds = range(2 if len(net.edges) > _LARGE else _REPLICATES)
    several = if_worth(spread, net, len(seeds))
    values, curves = zip(*several(partial(_by_chance, net), seeds), strict=True)
    curve = tuple(fmean(values) for values in zip(*curves, strict=True))
    return Chance(found=found, mean=fmean(values), deviation=pstdev(values), curve=curve)


def _by_chance(net: Net, seeds: Sequence[int]) -> list[tuple[float, list[float]]]:
    """The best modularity and the curve of a rewired copy for each seed."""
    found = []
    for seed in seeds:
        copy = rewired(net, seed)
        labels = Ready(copy).leiden(seed)
        found.append((modularity(copy, labels), _curve(copy, labels)))
    return found


def _curve(net: Net, labels: Labels) -> list[float]:
    """The modularity at 1, 2, … clusters on the way down from these labels, crumbs not counted."""
    used = sorted({label for edge in net.edges for label in (labels[edge[0]], labels[edge[1]])})
    number = {label: i for i, label in enumerate(used)}
    groups = [number.get(label, -1) for label in labels]
    mass = [0.0] * len(used)
    for group, degree in zip(groups, degrees(net), strict=True):
        if group >= 0:
            mass[group] += degree
    small = _contracted(net, groups)
    outer = {(i, j): weight for (i, j), weight in small.items() if i != j}
    steps = merges(Clusters(size=len(used), weights=outer, bonds={}, mass=tuple(mass),
                            homeless=frozenset(), apart=frozenset()))  # fmt: skip
    whole = Net.of(len(used), small)
    best = [0.0] * (MOST + 1)
    for count in sorted(steps)[: _STEPS * MOST]:
        sums = [0.0] * count
        for group, label in enumerate(steps[count]):
            sums[label] += mass[group]
        large = sum(value >= _CRUMB * fsum(mass) for value in sums)
        if large <= MOST:
            best[large] = max(best[large], modularity(whole, steps[count]))
    return [max(best[: count + 1]) for count in range(1, MOST + 1)]


def _contracted(net: Net, groups: Sequence[int]) -> dict[tuple[int, int], float]:
    sums: dict[tuple[int, int], list[float]] = {}
    for (i, j), weight in zip(net.edges, net.weights, strict=True):
        a, b = groups[i], groups[j]
        sums.setdefault((min(a, b), max(a, b)), []).append(weight)
    return {pair: fsum(weights) for pair, weights in sums.items()}


def torn(bonds: Mapping[tuple[int, int], float], labels: Sequence[int]) -> float:
    """The share of transaction weight between definitions of two services."""
    inside = {pair: w for pair, w in bonds.items() if labels[pair[0]] >= 0 and labels[pair[1]] >= 0}
    whole = fsum(inside.values())
    cut = fsum(w for (i, j), w in inside.items() if labels[i] != labels[j])
    return cut / whole if whole else 0.0


def evenness(sizes: Sequence[int]) -> float:
    """How likely two lines of code picked at random are in different services (Simpson 1949)."""
    whole = sum(sizes)
    return 1 - fsum((size / whole) ** 2 for size in sizes) if whole else 0.0


def score(services: int, found: float, expected: float, cut: float, even: float) -> float:
    """(Q - E[Q] - 0.25 * torn) * evenness; staying one service scores 0.

    Below 0 it is divided by the evenness: crumbs beside one large service are no better for it.
    """
    if services <= 1:
        return 0.0
    gain = found - expected - TORN * cut
    return gain * even if gain > 0 else gain / max(even, _CRUMB)
