"""Units moved one by one to the cluster that holds them best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from math import fsum

from decompose.cluster.merge import BOND
from decompose.cluster.net import Labels, Net
from decompose.cluster.runs import degrees

_TURNS = 20
_LEAST = 1e-9
_Pairs = Mapping[tuple[int, int], float]


def refined(
    net: Net, bonds: _Pairs, labels: Labels, *, homes: Set[int], apart: Set[tuple[int, int]]
) -> Labels:
    """Labels after every unit went where the score gains most, in turns until none moves.

    Merging never takes a unit back that came along with a cluster; local moves on the way back
    do (multilevel refinement: Noack and Rotta 2009). The gain is that of merging: modularity's
    and 0.5 * the share of transaction weight that is torn no more. `homes` are the units with
    tables or endpoints, of which each cluster keeps one; `apart` are pairs that never meet.
    """
    made = _Moves(net, bonds, labels, homes=homes, apart=apart)
    for _ in range(_TURNS):
        if not sum(made.move(unit) for unit in range(net.size)):
            break
    return tuple(made.labels)


class _Moves:
    def __init__(
        self,
        net: Net,
        bonds: _Pairs,
        labels: Labels,
        *,
        homes: Set[int],
        apart: Set[tuple[int, int]],
    ) -> None:
        self.labels = list(labels)
        self._degrees = degrees(net)
        self._whole = fsum(self._degrees) / 2 or 1.0
        self._draw: list[dict[int, float]] = [{} for _ in labels]
        self._join(dict(zip(net.edges, net.weights, strict=True)), 1 / self._whole)
        self._join(bonds, BOND / (fsum(bonds.values()) or 1.0))
        self._mass = [0.0] * (max(labels, default=-1) + 1)
        for label, degree in zip(labels, self._degrees, strict=True):
            self._mass[label] += degree
        self._homes = homes
        self._housed = Counter(labels[unit] for unit in homes)
        self._apart: list[set[int]] = [set() for _ in labels]
        for a, b in apart:
            self._apart[a].add(b)
            self._apart[b].add(a)

    def _join(self, pairs: _Pairs, factor: float) -> None:
        for (a, b), weight in pairs.items():
            for one, other in ((a, b), (b, a)):
                self._draw[one][other] = self._draw[one].get(other, 0.0) + weight * factor

    def move(self, unit: int) -> bool:
        """Move a unit to where it gains most; tell whether it moved."""
        here = self.labels[unit]
        if unit in self._homes and self._housed[here] == 1:
            return False
        pull = {here: 0.0}
        for other, weight in self._draw[unit].items():
            if other != unit:
                label = self.labels[other]
                pull[label] = pull.get(label, 0.0) + weight
        barred = {self.labels[other] for other in self._apart[unit]} - {here}
        worth = {label: self._worth(unit, label, weight)
                 for label, weight in pull.items() if label not in barred}  # fmt: skip
        best = max(worth, key=lambda label: (worth[label], -label))
        if best == here or worth[best] <= worth[here] + _LEAST:
            return False
        self._go(unit, best)
        return True

    def _worth(self, unit: int, label: int, pull: float) -> float:
        mass = self._mass[label] - (self._degrees[unit] if self.labels[unit] == label else 0.0)
        return round(pull - self._degrees[unit] * mass / (2 * self._whole**2), 12)

    def _go(self, unit: int, label: int) -> None:
        here = self.labels[unit]
        self._mass[here] -= self._degrees[unit]
        self._mass[label] += self._degrees[unit]
        if unit in self._homes:
            self._housed[here] -= 1
            self._housed[label] += 1
        self.labels[unit] = label
