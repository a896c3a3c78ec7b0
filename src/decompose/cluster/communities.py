"""Provisional communities: of definitions, or of whole modules where there are very many."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from decompose.cluster.consensus import SEEDS, Consensus, consensus
from decompose.cluster.graph import Ordered, between
from decompose.cluster.net import Labels, Net
from decompose.cluster.units import unit_labels, units, with_membership
from decompose.ports import Recall

QUICK = SEEDS[:8]
LARGE = 20_000


def communities(
    order: Ordered, inside: Sequence[bool], declaring: Container[str], recall: Recall
) -> Labels:
    """The community of each definition inside; those outside share none."""
    if not is_large(order):
        whole = with_membership(order, inside, declaring)
        return recall(Consensus, consensus, whole, QUICK).labels
    groups = modules(order, inside, declaring, {})
    net = Net.of(max(groups, default=-1) + 1, between(order.weights, groups))
    found = unit_labels(groups, recall(Consensus, consensus, net, QUICK).labels)
    return tuple(label if label >= 0 else -1 - i for i, label in enumerate(found))


def is_large(order: Ordered) -> bool:
    """Beyond 20,000 definitions modules are not split, but for what declares tables."""
    return len(order.definitions) > LARGE


def modules(
    order: Ordered, inside: Sequence[bool], declaring: Container[str], alone: Mapping[str, int]
) -> tuple[int, ...]:
    """Each module's code as one unit, and each definition of a table; `alone` as in `units`."""
    own = {d.id: -1 - i for i, d in enumerate(order.definitions) if d.id in declaring}
    return units(order, (0,) * len(order.definitions), inside, declaring, {**own, **alone})
