"""One partition that many runs of several algorithms agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum
from operator import eq

from decompose.cluster.net import Labels, Net, canonical, modularity, rand_index
from decompose.cluster.runs import Ready, Run, degrees, mixed, run
from decompose.ports import Spread

SEEDS = tuple(range(1, 49))
_WORK = 1_200_000
_FEWEST = 12
_FEW = 4
_HUGE = 150_000
_SHARPEN = 3
_FLOOR = 0.02
_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """The agreed labels, the runs of several algorithms behind them, and how far those agree.

    `agreement` is the mean pairwise adjusted Rand index of the runs themselves.
    """

    labels: Labels
    runs: tuple[Labels, ...]
    agreement: float


def consensus(
    spread: Spread, net: Net, seeds: Sequence[int] = SEEDS, resolution: float = 1.0
) -> Consensus:
    """Ensemble clustering in two steps, until nothing is left to chance.

    First edges are reweighted by the share p of runs that keep their ends together
    (Poulin and Théberge 2019): w * (0.02 + 0.98 p^2), three times over, the first time with
    runs of several algorithms. Then nodes on which all runs agree are contracted, and the
    contracted graph is clustered again, until all runs agree (core groups: Ovelgönne and
    Geyer-Schulz 2013). Large graphs take fewer of the seeds: at least 12, beyond
    150,000 edges 4.
    """
    used = seeds[: max(_fewest(net), _WORK // max(1, len(net.edges)))]
    runs = tuple(run(spread, net, mixed(used, resolution)))
    sharp = _sharpened(net, runs)
    for turn in range(1, _SHARPEN):
        sharp = _sharpened(net, run(spread, sharp, _settled(used, turn, resolution)))
    labels = _contracted(spread, sharp, used, resolution)
    return Consensus(labels=labels, runs=runs, agreement=_agreement(runs))


def _fewest(net: Net) -> int:
    return _FEWEST if len(net.edges) <= _HUGE else _FEW


def _settled(seeds: Sequence[int], turn: int, resolution: float) -> list[Run]:
    return [Run(Ready.settled, seed * 1_000 + turn, resolution) for seed in seeds]


def _sharpened(net: Net, runs: Sequence[Labels]) -> Net:
    weights, labels = [], tuple(zip(*runs, strict=True))
    for (i, j), weight in zip(net.edges, net.weights, strict=True):
        share = sum(map(eq, labels[i], labels[j])) / len(runs)
        weights.append(weight * (_FLOOR + (1 - _FLOOR) * share * share))
    return Net(size=net.size, edges=net.edges, weights=tuple(weights))


def _contracted(spread: Spread, net: Net, seeds: Sequence[int], resolution: float) -> Labels:
    labels: Labels = tuple(range(net.size))
    current, mass = net, degrees(net)
    for turn in range(_ROUNDS):
        runs = run(spread, current, _settled(seeds, 500 + turn, resolution), mass)
        cores = _cores(current, runs)
        count = max(cores, default=-1) + 1
        if count == current.size:
            best = max(runs, key=lambda run: round(modularity(current, run), 9))
            return canonical([best[label] for label in labels]) if net.size else ()
        labels = tuple(cores[label] for label in labels)
        current, mass = _contract(current, cores), _grouped(mass, cores, count)
    return canonical(labels)


def _cores(net: Net, runs: Sequence[Labels]) -> Labels:
    parent, labels = list(range(net.size)), tuple(zip(*runs, strict=True))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in net.edges:
        if labels[i] == labels[j]:
            one, two = find(i), find(j)
            parent[max(one, two)] = min(one, two)
    return canonical([find(node) for node in range(net.size)])


def _contract(net: Net, groups: Sequence[int]) -> Net:
    sums: dict[tuple[int, int], list[float]] = {}
    for (i, j), weight in zip(net.edges, net.weights, strict=True):
        a, b = groups[i], groups[j]
        sums.setdefault((min(a, b), max(a, b)), []).append(weight)
    return Net.of(max(groups) + 1, {pair: fsum(values) for pair, values in sums.items()})


def _grouped(mass: Sequence[float], groups: Sequence[int], count: int) -> tuple[float, ...]:
    parts: list[list[float]] = [[] for _ in range(count)]
    for value, group in zip(mass, groups, strict=True):
        parts[group].append(value)
    return tuple(fsum(part) for part in parts)


def _agreement(runs: Sequence[Labels]) -> float:
    pairs = list(combinations(runs[:_FEWEST], 2))
    return fsum(rand_index(one, two) for one, two in pairs) / len(pairs) if pairs else 1.0
