"""The coupling graph with its nodes in an order that names do not decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from decompose.cluster.net import Net
from decompose.domain.lookup import nodes
from decompose.domain.model import Definition, SystemModel
from decompose.domain.partition import CouplingGraph, EvidenceKind

_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Definitions in structural order, with all weights and those of transactions, by index."""

    definitions: tuple[Definition, ...]
    index: Mapping[str, int]
    weights: Mapping[tuple[int, int], float]
    bonds: Mapping[tuple[int, int], float]

    def net(self) -> Net:
        """All of it as a graph."""
        return Net.of(len(self.definitions), dict(self.weights))


def ordered(model: SystemModel, graph: CouplingGraph) -> Ordered:
    """Sort definitions by what they are and how they are linked; ids decide last.

    Colour refinement (Weisfeiler and Leman 1968) for three rounds, so that renaming a folder
    changes the order only among definitions that look alike from everywhere near.
    """
    total, bonds = _sums(graph)
    known = {definition.id: definition for definition in nodes(model)}
    present = [known[name] for name in graph.nodes]
    colours = _ranks(_places(present))
    around: dict[str, list[tuple[str, float]]] = {d.id: [] for d in present}
    for (a, b), weight in total.items():
        around[a].append((b, weight))
        around[b].append((a, weight))
    for _ in range(_ROUNDS):
        colours = _ranks({name: (colours[name], tuple(sorted((colours[n], w) for n, w in near)))
                          for name, near in around.items()})  # fmt: skip
    final = tuple(sorted(present, key=lambda d: (colours[d.id], d.id)))
    index = {definition.id: i for i, definition in enumerate(final)}
    return Ordered(
        definitions=final,
        index=index,
        weights=_indexed(total, index),
        bonds=_indexed(bonds, index),
    )


def _places(definitions: Sequence[Definition]) -> dict[str, tuple[object, ...]]:
    """What each definition is, how many its module has (most first), and which of them it is.

    Numbers of lines don't count: a comment more changes nothing.
    """
    lines: dict[str, set[int]] = {}
    for definition in definitions:
        lines.setdefault(definition.module, set()).add(definition.location.line)
    ranks = {module: {line: i for i, line in enumerate(sorted(found))}
             for module, found in lines.items()}  # fmt: skip
    return {d.id: (d.kind.value, -len(ranks[d.module]), ranks[d.module][d.location.line])
            for d in definitions}  # fmt: skip


_Weights = dict[tuple[str, str], float]


def _sums(graph: CouplingGraph) -> tuple[_Weights, _Weights]:
    parts: dict[tuple[str, str], list[float]] = {}
    bonds: dict[tuple[str, str], list[float]] = {}
    for item in graph.evidence:
        parts.setdefault((item.a, item.b), []).append(item.weight)
        if item.kind is EvidenceKind.TRANSACTION:
            bonds.setdefault((item.a, item.b), []).append(item.weight)
    return _rounded(parts), _rounded(bonds)


def _rounded(parts: dict[tuple[str, str], list[float]]) -> _Weights:
    sums = {pair: round(fsum(values), 6) for pair, values in parts.items()}
    return {pair: weight for pair, weight in sums.items() if weight > 0}


def _ranks(colours: Mapping[str, tuple[object, ...]]) -> dict[str, int]:
    order = {c: i for i, c in enumerate(sorted(set(colours.values())))}
    return {name: order[colour] for name, colour in colours.items()}


def _indexed(weights: _Weights, index: Mapping[str, int]) -> dict[tuple[int, int], float]:
    pairs = {(min(index[a], index[b]), max(index[a], index[b])): w
             for (a, b), w in weights.items()}  # fmt: skip
    return dict(sorted(pairs.items()))


def between(
    weights: Mapping[tuple[int, int], float], groups: Sequence[int]
) -> dict[tuple[int, int], float]:
    """The weights between groups; nodes in a group below 0 are left out."""
    sums: dict[tuple[int, int], list[float]] = {}
    for (i, j), weight in weights.items():
        a, b = groups[i], groups[j]
        if a != b and a >= 0 and b >= 0:
            sums.setdefault((min(a, b), max(a, b)), []).append(weight)
    return {pair: fsum(values) for pair, values in sorted(sums.items())}
