"""Provisional communities: of definitions, or of whole modules where there are very many."""

from __future__ import annotations

from collections.abc import Container, Sequence

from decompose.cluster.consensus import SEEDS, consensus
from decompose.cluster.graph import Ordered, between
from decompose.cluster.net import Labels, Net
from decompose.cluster.units import unit_labels, units, with_membership

QUICK = SEEDS[:8]
LARGE = 20_000


def communities(order: Ordered, inside: Sequence[bool], declaring: Container[str]) -> Labels:
    """The community of each definition inside; those outside share none.

    Beyond 20,000 definitions each module's code is one node of what is clustered, and what
    declares a table another: large systems are not split finer than that.
    """
    if len(order.definitions) <= LARGE:
        return consensus(with_membership(order, inside, declaring), QUICK).labels
    alone = {d.id: -1 - i for i, d in enumerate(order.definitions) if d.id in declaring}
    together = (0,) * len(order.definitions)
    groups = units(order, together, inside, declaring, alone)
    net = Net.of(max(groups, default=-1) + 1, between(order.weights, groups))
    found = unit_labels(groups, consensus(net, QUICK).labels)
    return tuple(label if label >= 0 else -1 - i for i, label in enumerate(found))
