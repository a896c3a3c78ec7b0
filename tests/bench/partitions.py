"""Partitions to compare with: what the packages say, and what simpler methods find."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import igraph
import networkx

from decompose.domain.model import ReferenceKind, SystemModel

Labels = Mapping[str, str]


def feature_of(module: str, root: str) -> str:
    """Return the feature package of a module below package `root`, empty where it has none."""
    parts = module.split(".")
    depth = len(root.split("."))
    return parts[depth] if module.startswith(root + ".") and len(parts) > depth + 1 else ""


def by_module(model: SystemModel, labels: Labels) -> dict[str, str]:
    """Give every top-level definition the label of its module."""
    tops = (d for d in model.definitions if d.id == d.top)
    return {d.id: labels[d.module] for d in tops if d.module in labels}


def import_graph(model: SystemModel) -> list[tuple[str, str]]:
    """Return the pairs of modules of which one imports the other or from it, sorted."""
    module = {d.id: d.module for d in model.definitions}
    ends = (
        (module.get(r.source, ""), module.get(r.target, ""))
        for r in model.references
        if r.kind is ReferenceKind.IMPORT and not r.external
    )
    return sorted({(min(pair), max(pair)) for pair in ends if all(pair) and pair[0] != pair[1]})


def louvain(model: SystemModel, seed: int) -> dict[str, str]:
    """Label modules by Louvain's method on the import graph."""
    graph = networkx.Graph()
    graph.add_nodes_from(sorted({d.module for d in model.definitions}))
    graph.add_edges_from(import_graph(model))
    return _numbered(networkx.community.louvain_communities(graph, seed=seed))


def propagation(model: SystemModel, seed: int) -> dict[str, str]:
    """Label modules by label propagation on the import graph."""
    nodes = sorted({d.module for d in model.definitions})
    index = {name: position for position, name in enumerate(nodes)}
    pairs = [(index[a], index[b]) for a, b in import_graph(model)]
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - a repeatable measurement
    found = igraph.Graph(n=len(nodes), edges=pairs).community_label_propagation()
    return _numbered([nodes[member] for member in group] for group in found)


def shuffled(labels: Labels, seed: int) -> dict[str, str]:
    """Deal the same labels out at random."""
    dealt = sorted(labels.values())
    random.Random(seed).shuffle(dealt)  # noqa: S311 - a repeatable measurement
    return dict(zip(sorted(labels), dealt, strict=True))


def _numbered(groups: Iterable[Iterable[str]]) -> dict[str, str]:
    ordered = sorted(sorted(group) for group in groups)
    return {name: str(number) for number, group in enumerate(ordered) for name in group}
