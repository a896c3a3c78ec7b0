"""What moving single units promises."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from decompose.cluster.merge import BOND
from decompose.cluster.net import Net, modularity
from decompose.cluster.refine import refined

SIZE = 8
PAIRS = list(combinations(range(SIZE), 2))
weights = st.dictionaries(st.sampled_from(PAIRS), st.floats(0.1, 5), min_size=1)


def worth(net: Net, bonds: dict[tuple[int, int], float], labels: tuple[int, ...]) -> float:
    """Modularity and half the share of transaction weight that is not torn."""
    kept = sum(w for (a, b), w in bonds.items() if labels[a] == labels[b])
    return modularity(net, labels) + BOND * kept / (sum(bonds.values()) or 1.0)


def test_a_unit_that_came_along_goes_back() -> None:
    """A node that a merge took to the wrong side of two triangles joins its own."""
    triangles = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    net = Net.of(6, dict.fromkeys(triangles, 1.0))
    nothing = {"homes": frozenset[int](), "apart": frozenset[tuple[int, int]]()}
    assert refined(net, {}, (0, 0, 1, 1, 1, 1), **nothing) == (0, 0, 0, 1, 1, 1)
    apart = nothing | {"apart": {(0, 2)}}
    assert refined(net, {}, (0, 0, 1, 1, 1, 1), **apart) == (0, 0, 1, 1, 1, 1)
    homes = nothing | {"homes": {2}}
    assert refined(net, {}, (0, 0, 1, 1, 1, 1), **homes) == (0, 0, 1, 1, 1, 1)


@given(
    weights=weights,
    bonds=weights,
    labels=st.tuples(*[st.integers(0, 2)] * SIZE),
    homes=st.frozensets(st.integers(0, SIZE - 1)),
    apart=st.frozensets(st.sampled_from(PAIRS), max_size=3),
)
def test_moves_only_gain(
    weights: dict[tuple[int, int], float],
    bonds: dict[tuple[int, int], float],
    labels: tuple[int, ...],
    homes: frozenset[int],
    apart: frozenset[tuple[int, int]],
) -> None:
    """The score never falls, clusters with a home keep one, pairs that were apart stay so."""
    net = Net.of(SIZE, weights)
    found = refined(net, bonds, labels, homes=homes, apart=apart)
    assert worth(net, bonds, found) >= worth(net, bonds, labels) - 1e-9
    assert {found[unit] for unit in homes} >= {labels[unit] for unit in homes}
    assert not any(labels[a] != labels[b] and found[a] == found[b] for a, b in apart)
    assert refined(net, bonds, found, homes=homes, apart=apart) == found
