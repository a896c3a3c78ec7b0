"""Published metrics of calls and sizes; formulas and sources in docs/reference/metrics.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import fsum, log, log2

import networkx

Calls = Mapping[tuple[str, str], int]
Groups = Mapping[str, str]
_SMALLEST, _LARGEST = 5, 20


def modular_quality(calls: Calls, groups: Groups, *, weighted: bool) -> float:
    """`sm` (calls counted) or `smq` (pairs counted): mean cohesion less mean coupling."""
    sizes = _sizes(groups)
    names = sorted(sizes)
    if not names:
        return 0.0
    edges: dict[tuple[str, str], float] = {}
    for a, b, count in _placed(calls, groups):
        pair = (min(a, b), max(a, b))
        edges[pair] = edges.get(pair, 0.0) + (count if weighted else 1)
    cohesion = fsum(edges.get((n, n), 0.0) / sizes[n] ** 2 for n in names) / len(names)
    pairs = list(combinations(names, 2))
    if not pairs:
        return cohesion
    coupling = fsum(edges.get(p, 0.0) / (2 * sizes[p[0]] * sizes[p[1]]) for p in pairs)
    return cohesion - coupling / len(pairs)


def crossing_calls(calls: Calls, groups: Groups, *, logarithmic: bool) -> float:
    """`icp.raw` or `icp.log`: the share of calls that cross."""
    placed = [(a != b, 1 + log(n) if logarithmic else n) for a, b, n in _placed(calls, groups)]
    whole = fsum(weight for _, weight in placed)
    return fsum(weight for crosses, weight in placed if crosses) / whole if whole else 0.0


def interfaces(calls: Calls, groups: Groups, *, pairs: bool) -> float:
    """`ifn.pairs` or `ifn.callees`: per service, what others call of it."""
    crossing = {(a, b) for a, b in calls if a in groups and b in groups and groups[a] != groups[b]}
    found = len(crossing) if pairs else len({b for _, b in crossing})
    return found / len(_sizes(groups)) if groups else 0.0


def extremes(groups: Groups, *, by_service: bool) -> float:
    """`ned.class` or `ned.service`: the share outside services of 5 to 20 definitions."""
    sizes = list(_sizes(groups).values())
    fair = [size for size in sizes if _SMALLEST <= size <= _LARGEST]
    if not sizes:
        return 0.0
    return 1 - (len(fair) / len(sizes) if by_service else sum(fair) / sum(sizes))


def context_purity(cases: Mapping[str, int]) -> float:
    """`bcp`: mean over services of log2 of the number of use cases that run through them."""
    return fsum(log2(n) for n in cases.values() if n > 0) / len(cases) if cases else 0.0


def entropy(shares: Sequence[int]) -> float:
    """Shannon's entropy of counts, in bits."""
    whole = sum(shares)
    return fsum(-n / whole * log2(n / whole) for n in shares if n) if whole else 0.0


def mojofm(found: Groups, truth: Groups) -> float:
    """MoJoFM (Wen and Tzerpos 2004): 100 % less the moves and joins from `found` to `truth`.

    Both must group the same elements; the distance is divided by the largest to `truth`.
    """
    total = len(truth)
    best: list[tuple[str, list[str], int]] = []
    for name in sorted(_sizes(found)):
        counts: dict[str, int] = {}
        for element in (e for e in found if found[e] == name):
            counts[truth[element]] = counts.get(truth[element], 0) + 1
        top = max(counts.values())
        best.append((name, sorted(t for t, n in counts.items() if n == top), top))
    graph = networkx.Graph()
    sources = [("found", name) for name, _, _ in best]
    graph.add_nodes_from(sources)
    graph.add_edges_from((("found", n), ("truth", t)) for n, tags, _ in best for t in tags)
    matching = networkx.bipartite.hopcroft_karp_matching(graph, top_nodes=sources)
    distance = total - sum(top for _, _, top in best) + len(best) - len(matching) // 2
    slots = 0
    for size in sorted(_sizes(truth).values()):
        slots += slots < size
    return 1 - distance / (total - slots) if total > slots else 1.0


def _sizes(groups: Groups) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for group in groups.values():
        sizes[group] = sizes.get(group, 0) + 1
    return sizes


def _placed(calls: Calls, groups: Groups) -> Iterator[tuple[str, str, int]]:
    for (a, b), count in calls.items():
        if a in groups and b in groups:
            yield groups[a], groups[b], count
