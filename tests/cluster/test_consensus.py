"""What the consensus promises on graphs whose communities are known."""

from __future__ import annotations

import random
from unittest.mock import Mock

import pytest

from decompose.cluster.consensus import consensus
from decompose.cluster.net import Net, canonical, modularity, rand_index
from decompose.cluster.score import chance
from decompose.ports import at_once
from decompose.source import spreading


def planted(size: int, mixing: float, seed: int = 1) -> tuple[Net, tuple[int, ...]]:
    """Communities of 20 to 150, heavy-tailed degrees, a share `mixing` of random edges."""
    draw = random.Random(seed)  # noqa: S311 - a reproducible test graph
    truth: list[int] = []
    while len(truth) < size:
        truth += [truth[-1] + 1 if truth else 0] * draw.choice([20, 40, 60, 100, 150])
    truth = truth[:size]
    members: dict[int, list[int]] = {}
    for node, label in enumerate(truth):
        members.setdefault(label, []).append(node)
    weights: dict[tuple[int, int], float] = {}
    for node in range(size):
        for _ in range(max(1, int(draw.paretovariate(1.8) * 2.5))):
            inner = draw.random() > mixing
            other = draw.choice(members[truth[node]]) if inner else draw.randrange(size)
            if other != node:
                weights[min(node, other), max(node, other)] = 1.0
    return Net.of(size, weights), tuple(truth)


@pytest.mark.parametrize(
    ("size", "mixing"),
    [
        (900, 0.4),
        pytest.param(900, 0.5, marks=pytest.mark.bench),
        pytest.param(4_000, 0.4, marks=pytest.mark.bench),
        pytest.param(10_000, 0.4, marks=pytest.mark.bench),
    ],
)
def test_disjoint_seeds_agree(size: int, mixing: float) -> None:
    """Two disjoint sets of seeds give the same partition to an adjusted Rand index of 0.95."""
    net, _ = planted(size, mixing)
    one = consensus(at_once, net, range(1, 49)).labels
    two = consensus(at_once, net, range(1_001, 1_049)).labels
    assert rand_index(one, two) >= 0.95


def test_planted_communities_are_found() -> None:
    """Clear communities come back as they were planted: 8 of 25 nodes, 10 links in, 1 out each."""
    draw = random.Random(3)  # noqa: S311 - a reproducible test graph
    truth = tuple(node // 25 for node in range(200))
    weights: dict[tuple[int, int], float] = {}
    for node in range(200):
        inner = [truth[node] * 25 + draw.randrange(25) for _ in range(10)]
        for other in (*inner, draw.randrange(200)):
            if other != node:
                weights[min(node, other), max(node, other)] = 1.0
    assert rand_index(consensus(at_once, Net.of(200, weights)).labels, truth) >= 0.95


def test_same_seeds_give_the_same_labels() -> None:
    """Nothing but graph and seeds decides."""
    net, _ = planted(300, 0.5)
    assert consensus(at_once, net) == consensus(at_once, net)


def test_several_processes_give_the_same() -> None:
    """Clustering and its comparison with chance do not depend on who does which part."""
    net, _ = planted(4_000, 0.5)
    with spreading(3) as spread:
        asked = Mock(side_effect=spread)
        assert consensus(asked, net, range(1, 8)) == consensus(at_once, net, range(1, 8))
        assert asked.call_count >= 3
        asked.reset_mock()
        assert chance(asked, net) == chance(at_once, net)
        assert asked.call_count == 1


def test_empty_graphs_have_a_partition() -> None:
    """No nodes and no edges are no special case for callers."""
    assert consensus(at_once, Net.of(0, {})).labels == ()
    assert consensus(at_once, Net.of(3, {})).labels == (0, 1, 2)


def test_modularity_of_two_triangles() -> None:
    """Two triangles joined by an edge have the textbook value 5/14."""
    edges = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    net = Net.of(6, dict.fromkeys(edges, 1.0))
    assert modularity(net, (0, 0, 0, 1, 1, 1)) == pytest.approx(5 / 14)


def test_rand_index_of_known_partitions() -> None:
    """Identical is 1 whatever the labels; the example of four elements is worked by hand."""
    assert rand_index((0, 0, 1, 1), (5, 5, 2, 2)) == 1
    assert rand_index((0, 0, 1, 1), (0, 0, 1, 2)) == pytest.approx(4 / 7)
    assert canonical((7, 3, 7)) == (0, 1, 0)
