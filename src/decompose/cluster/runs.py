"""Single runs of clustering algorithms, each with a seed of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import fsum
from typing import NamedTuple

import igraph
import networkx

from decompose.cluster.net import Labels, Net, canonical
from decompose.ports import Spread, at_once

_LOUVAIN_EDGES = 5_000
_RESOLUTIONS = (1.0, 0.8, 1.0, 1.25)
_ROUND = 8
_ITERATIONS = 24  # most runs settle sooner; without a limit igraph can turn in circles
_ITERATIONS_OF_MANY = 4  # large graphs hardly gain after this
_MANY = 15_000  # edges
_PATIENCE = 3  # sharpened graphs fall apart clearly: later rounds bring nothing
_WORTH = 35_000  # edges times runs: about 0.2 s


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Igraph draws from this seed inside the block, and from Python's generator again after it."""
    generator = random.Random(seed)  # noqa: S311 - reproducible, not secret
    igraph.set_random_number_generator(generator)
    try:
        yield generator
    finally:
        igraph.set_random_number_generator(random)


def degrees(net: Net) -> tuple[float, ...]:
    """The sum of each node's weights; an inner weight counts twice."""
    found: list[float] = [0.0] * net.size
    for (i, j), weight in zip(net.edges, net.weights, strict=True):
        found[i] += weight
        found[j] += weight
    return tuple(found)


class Ready:
    """A graph made ready once for any number of runs."""

    def __init__(self, net: Net, mass: Sequence[float] | None = None) -> None:
        self.net = net
        self.mass = degrees(net) if mass is None else mass
        self._graph = igraph.GraphBase(net.size, net.edges)

    def leiden(self, seed: int, resolution: float = 1.0) -> Labels:
        """Leiden (Traag, Waltman, van Eck 2019) on generalised modularity."""
        return self._leiden(seed, resolution, self.mass, _ITERATIONS)

    def settled(self, seed: int, resolution: float) -> Labels:
        """Leiden that ends when three rounds have changed nothing, for sharpened graphs."""
        return self._leiden(seed, resolution, self.mass, _PATIENCE)

    def potts(self, seed: int, _: float) -> Labels:
        """Leiden on the constant Potts model at ten times the graph's density."""
        density = 10 * 2 * fsum(self.net.weights) / max(1, self.net.size)
        return self._leiden(seed, density, [1.0] * self.net.size, _ITERATIONS)

    def propagation(self, seed: int, _: float) -> Labels:
        """Label propagation (Raghavan, Albert, Kumara 2007); it has no resolution."""
        with seeded(seed):
            return canonical(self._graph.community_label_propagation(weights=self.net.weights))

    def louvain(self, seed: int, resolution: float) -> Labels:
        """Networkx's Louvain (Blondel et al. 2008); Leiden where that would take too long."""
        net = self.net
        if len(net.edges) > _LOUVAIN_EDGES:
            return self.leiden(seed, resolution)
        graph = networkx.Graph()
        graph.add_nodes_from(range(net.size))
        graph.add_weighted_edges_from(
            (i, j, weight) for (i, j), weight in zip(net.edges, net.weights, strict=True)
        )
        labels = [0] * net.size
        found = networkx.community.louvain_communities(graph, seed=seed)
        for label, members in enumerate(sorted(found, key=min)):
            for node in members:
                labels[node] = label
        return canonical(labels)

    def _leiden(self, seed: int, resolution: float, mass: Sequence[float], patience: int) -> Labels:
        net, labels = self.net, list(range(self.net.size))
        total = fsum(mass)
        if not total or not net.edges:
            return tuple(labels)
        most = _ITERATIONS if len(net.edges) <= _MANY else _ITERATIONS_OF_MANY
        with seeded(seed):
            for _ in range(0, most, patience):
                before = labels
                labels, _ = self._graph.community_leiden(
                    edge_weights=net.weights,
                    node_weights=mass,
                    resolution=resolution / total,
                    initial_membership=before,
                    n_iterations=min(patience, most),
                )
                if labels == before:
                    break
        return canonical(labels)


Algorithm = Callable[[Ready, int, float], Labels]
_OTHERS: dict[int, Algorithm] = {3: Ready.potts, 5: Ready.propagation, 7: Ready.louvain}


class Run(NamedTuple):
    """One run of an algorithm; a resolution of 1 is plain modularity."""

    algorithm: Algorithm
    seed: int
    resolution: float = 1.0


def mixed(seeds: Sequence[int], resolution: float = 1.0) -> list[Run]:
    """One run per seed, algorithms and resolutions taking turns; Leiden alone beyond 1."""
    found = []
    for turn, seed in enumerate(seeds):
        scale = _RESOLUTIONS[turn % len(_RESOLUTIONS)]
        other = _OTHERS.get(turn % _ROUND, Ready.leiden)
        found.append(Run(Ready.leiden if resolution > 1 else other, seed, resolution * scale))
    return found


def run(
    spread: Spread, net: Net, wanted: Sequence[Run], mass: Sequence[float] | None = None
) -> Sequence[Labels]:
    """The labels that each run gives; `mass` are the nodes' degrees if the graph is contracted."""
    return if_worth(spread, net, len(wanted))(partial(_lot, net, mass), wanted)


def if_worth(spread: Spread, net: Net, runs: int) -> Spread:
    """`spread` where so many runs take longer than another process takes to start."""
    return spread if len(net.edges) * runs >= _WORTH else at_once


def _lot(net: Net, mass: Sequence[float] | None, wanted: Sequence[Run]) -> list[Labels]:
    ready = Ready(net, mass)
    return [one.algorithm(ready, one.seed, one.resolution) for one in wanted]


def rewired(net: Net, seed: int) -> Net:
    """A random graph in which every node keeps its degree (Maslov and Sneppen 2002)."""
    with seeded(seed) as generator:
        graph = igraph.Graph(n=net.size, edges=net.edges)
        graph.rewire(n=10 * len(net.edges))
        weights = list(net.weights)
        generator.shuffle(weights)
    edges = {(min(e), max(e)): w for e, w in zip(graph.get_edgelist(), weights, strict=True)}
    return Net.of(net.size, edges)
