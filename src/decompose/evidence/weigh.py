"""All evidence, combined into the coupling graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import fsum

from decompose.domain.lookup import nodes
from decompose.domain.model import SystemModel
from decompose.domain.partition import CouplingGraph, Evidence, EvidenceKind

REACH = {EvidenceKind.VOCABULARY: 0.4, EvidenceKind.HISTORY: 0.4, EvidenceKind.TRACE: 0.8}


def weigh(model: SystemModel, collected: Iterable[Evidence]) -> CouplingGraph:
    """Sum evidence that makes edges; evidence that modifies them becomes a share of that sum.

    A modifying kind multiplies an edge by 1 + REACH * (w - mean w of its kind), w in 0..1, so
    that it raises what agrees more than usual and lowers the rest, and never makes an edge. Its
    weight in the graph is what it adds or takes; an edge's weight is the sum of its evidence.
    """
    known = tuple(definition.id for definition in nodes(model))
    present = set(known)
    valid = [e for e in collected if e.a != e.b and e.a in present and e.b in present]
    makers = [e for e in valid if e.kind not in REACH]
    base = _totals(makers)
    modifiers = [e for e in valid if e.kind in REACH and (e.a, e.b) in base]
    means = _means(modifiers)
    changes = [
        replace(e, weight=round(base[e.a, e.b] * REACH[e.kind] * (e.weight - means[e.kind]), 9))
        for e in modifiers
    ]
    return CouplingGraph(nodes=known, evidence=tuple(sorted([*makers, *changes])))


def _totals(evidence: Iterable[Evidence]) -> dict[tuple[str, str], float]:
    weights: dict[tuple[str, str], list[float]] = {}
    for item in evidence:
        weights.setdefault((item.a, item.b), []).append(item.weight)
    return {pair: fsum(values) for pair, values in weights.items()}


def _means(evidence: Iterable[Evidence]) -> dict[EvidenceKind, float]:
    weights: dict[EvidenceKind, list[float]] = {}
    for item in evidence:
        weights.setdefault(item.kind, []).append(item.weight)
    return {kind: fsum(values) / len(values) for kind, values in weights.items()}
