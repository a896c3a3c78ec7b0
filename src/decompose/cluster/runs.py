"""Single runs of clustering algorithms, each with a seed of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import fsum

import igraph
import networkx

from decompose.cluster.net import Labels, Net, canonical

_LOUVAIN_EDGES = 5_000
_RESOLUTIONS = (1.0, 0.8, 1.0, 1.25)
_ROUND = 8
_ITERATIONS = 24  # most runs settle sooner; without a limit igraph can turn in circles
_ITERATIONS_OF_MANY = 4  # large graphs hardly gain after this
_MANY = 15_000  # edges
_POTTS, _PROPAGATION, _LOUVAIN = 3, 5, 7


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
    """A graph made ready once for any number of runs.

    `mass` are the nodes' degrees where the graph is a contracted one.
    """

    def __init__(self, net: Net, mass: Sequence[float] | None = None) -> None:
        self.net = net
        self.mass = degrees(net) if mass is None else mass
        self._graph = igraph.GraphBase(net.size, net.edges)

    def leiden(
        self,
        seed: int,
        *,
        resolution: float = 1.0,
        mass: Sequence[float] | None = None,
        patience: int = _ITERATIONS,
    ) -> Labels:
        """Leiden (Traag, Waltman, van Eck 2019) on generalised modularity.

        With a mass of 1 each this is the constant Potts model. A run ends early when `patience`
        rounds have changed nothing.
        """
        net, weights = self.net, self.mass if mass is None else mass
        total, labels = fsum(weights), list(range(net.size))
        if not total or not net.edges:
            return tuple(labels)
        most = _ITERATIONS if len(net.edges) <= _MANY else _ITERATIONS_OF_MANY
        with seeded(seed):
            for _ in range(0, most, patience):
                before = labels
                labels, _ = self._graph.community_leiden(
                    edge_weights=net.weights,
                    node_weights=weights,
                    resolution=resolution / total,
                    initial_membership=before,
                    n_iterations=min(patience, most),
                )
                if labels == before:
                    break
        return canonical(labels)

    def potts(self, seed: int) -> Labels:
        """Leiden on the constant Potts model at ten times the graph's density."""
        density = 10 * 2 * fsum(self.net.weights) / max(1, self.net.size)
        return self.leiden(seed, mass=[1.0] * self.net.size, resolution=density)

    def propagation(self, seed: int) -> Labels:
        """Label propagation (Raghavan, Albert, Kumara 2007)."""
        with seeded(seed):
            return canonical(self._graph.community_label_propagation(weights=self.net.weights))

    def mixed(self, seeds: Sequence[int], resolution: float = 1.0) -> tuple[Labels, ...]:
        """One run per seed, algorithms and resolutions taking turns; Leiden alone beyond 1."""
        found = []
        for turn, seed in enumerate(seeds):
            scale = _RESOLUTIONS[turn % len(_RESOLUTIONS)]
            if resolution > 1:
                found.append(self.leiden(seed, resolution=resolution * scale))
            elif turn % _ROUND == _POTTS:
                found.append(self.potts(seed))
            elif turn % _ROUND == _PROPAGATION:
                found.append(self.propagation(seed))
            elif turn % _ROUND == _LOUVAIN and len(self.net.edges) <= _LOUVAIN_EDGES:
                found.append(louvain(self.net, seed))
            else:
                found.append(self.leiden(seed, resolution=scale))
        return tuple(found)


def louvain(net: Net, seed: int) -> Labels:
    """Networkx's Louvain (Blondel et al. 2008)."""
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


def rewired(net: Net, seed: int) -> Net:
    """A random graph in which every node keeps its degree (Maslov and Sneppen 2002)."""
    with seeded(seed) as generator:
        graph = igraph.Graph(n=net.size, edges=net.edges)
        graph.rewire(n=10 * len(net.edges))
        weights = list(net.weights)
        generator.shuffle(weights)
    edges = {(min(e), max(e)): w for e, w in zip(graph.get_edgelist(), weights, strict=True)}
    return Net.of(net.size, edges)
