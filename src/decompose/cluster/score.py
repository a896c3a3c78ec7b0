"""How good a partition is, against what chance gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean, pstdev

from decompose.cluster.net import Net, modularity
from decompose.cluster.runs import leiden, rewired

TORN = 0.5
EACH = 0.005
_REPLICATES = 6
_LARGE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What clustering finds in random graphs of the same degrees.

    `mean` is the modularity, `count` the number of clusters with more than one member.
    """

    mean: float
    deviation: float
    count: float

    def expected(self, services: int) -> float:
        """The modularity that chance gives to so many services.

        k equal parts can reach at most 1 - 1/k; chance's own value is scaled by that.
        """
        if services <= 1 or self.count <= 1:
            return 0.0
        return self.mean * min(1.0, (1 - 1 / services) / (1 - 1 / self.count))

    def z_score(self, found: float) -> float:
        """By how many standard deviations `found` exceeds chance; 0 for a graph without edges."""
        return (found - self.mean) / max(self.deviation, 1e-3) if self.mean else 0.0


def chance(net: Net) -> Chance:
    """Leiden's modularity on rewired copies of the graph."""
    if len(net.edges) < 2:  # noqa: PLR2004 - nothing to rewire
        return Chance(mean=0.0, deviation=0.0, count=0.0)
    values, counts = [], []
    for seed in range(2 if len(net.edges) > _LARGE else _REPLICATES):
        copy = rewired(net, seed)
        labels = leiden(copy, seed)
        sizes: dict[int, int] = {}
        for label in labels:
            sizes[label] = sizes.get(label, 0) + 1
        values.append(modularity(copy, labels))
        counts.append(sum(size > 1 for size in sizes.values()))
    return Chance(mean=fmean(values), deviation=pstdev(values), count=fmean(counts))


def torn(bonds: Mapping[tuple[int, int], float], labels: Sequence[int]) -> float:
    """The share of transaction weight between definitions of two services."""
    inside = {pair: w for pair, w in bonds.items() if labels[pair[0]] >= 0 and labels[pair[1]] >= 0}
    whole = fsum(inside.values())
    cut = fsum(w for (i, j), w in inside.items() if labels[i] != labels[j])
    return cut / whole if whole else 0.0


def score(services: int, found: float, expected: float, cut: float) -> float:
    """Q - E[Q] - 0.5 * torn - 0.005 * (k - 1); staying one service scores 0."""
    return 0.0 if services <= 1 else found - expected - TORN * cut - EACH * (services - 1)
