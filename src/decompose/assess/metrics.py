"""All metrics of a partition, by the names of docs/reference/metrics.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum

from decompose.assess import data, structure
from decompose.assess.runtime import CostModel, predicted, trips
from decompose.assess.view import View
from decompose.domain.analysis import Automation, Metric, Seam, SeamKind
from decompose.domain.model import ReferenceKind, SystemModel
from decompose.domain.partition import Partition

_HIGHER, _LOWER = "higher", "lower"


def metrics(
    model: SystemModel, partition: Partition, seen: View, found: Sequence[Seam]
) -> tuple[Metric, ...]:
    """Every metric that needs no reference partition, sorted by name and scope."""
    every = [
        *_structure(seen),
        *_data(partition, seen),
        *_seams(found),
        *_runtime(seen, found),
        *_slices(model, partition, seen, found),
    ]
    return tuple(sorted(every, key=lambda m: (m.name, m.scope)))


def _metric(name: str, value: float, better: str = "", scope: str = "") -> Metric:
    return Metric(name=name, value=round(value, 6), better=better, scope=scope)


def _structure(seen: View) -> list[Metric]:
    groups = {name: seen.service(name) for name in seen.home if seen.service(name)}
    cases = dict.fromkeys(seen.services, 0)
    for endpoint in seen.endpoints:
        names = (endpoint.handler, *endpoint.reaches)
        for service in {seen.service(name) for name in names} - {""}:
            cases[service] += 1
    calls = seen.calls
    return [
        _metric("sm", structure.modular_quality(calls, groups, weighted=True), _HIGHER),
        _metric("smq", structure.modular_quality(calls, groups, weighted=False), _HIGHER),
        _metric("icp.raw", structure.crossing_calls(calls, groups, logarithmic=False), _LOWER),
        _metric("icp.log", structure.crossing_calls(calls, groups, logarithmic=True), _LOWER),
        _metric("ifn.pairs", structure.interfaces(calls, groups, pairs=True), _LOWER),
        _metric("ifn.callees", structure.interfaces(calls, groups, pairs=False), _LOWER),
        _metric("ned.class", structure.extremes(groups, by_service=False), _LOWER),
        _metric("ned.service", structure.extremes(groups, by_service=True), _LOWER),
        _metric("bcp", structure.context_purity(cases), _LOWER),
        _metric("coverage", len(groups) / len(seen.home) if seen.home else 0.0, _HIGHER),
    ]


def _data(partition: Partition, seen: View) -> list[Metric]:
    hosted = [(seen.host(endpoint), endpoint) for endpoint in seen.endpoints]
    each = [_metric("cohesion", data.cohesion(seen.endpoints, seen.owner, s), _HIGHER, s)
            for s in seen.services]  # fmt: skip
    owners = partition.owners
    single = sum(len(owner.writers) <= 1 for owner in owners) / len(owners) if owners else 1.0
    mean = fsum(m.value for m in each) / len(each) if each else 1.0
    return [
        *each,
        _metric("cohesion", mean, _HIGHER),
        _metric("coupling", data.coupling(hosted, seen.owner, seen.services), _LOWER),
        _metric("complexity", data.complexity(seen.endpoints, seen.owner), _LOWER),
        _metric(
            "transaction.entropy", data.transaction_entropy(seen.endpoints, seen.owner), _LOWER
        ),
        _metric("tables.one-writer", single, _HIGHER),
    ]


def _seams(found: Sequence[Seam]) -> list[Metric]:
    kinds, ways = Counter(s.kind for s in found), Counter(s.automation for s in found)
    return [
        *(_metric(f"seams.{kind}", kinds[kind], _LOWER) for kind in SeamKind),
        *(_metric(f"seams.{way}", ways[way], "" if way == "automatic" else _LOWER)
          for way in Automation),
    ]  # fmt: skip


def _runtime(seen: View, found: Sequence[Seam]) -> list[Metric]:
    made = trips(seen, found)
    hops = [trip.hops for trip in made]
    values = predicted(made, CostModel())
    better = {"latency": _LOWER, "throughput": _HIGHER, "availability": _HIGHER}
    return [
        _metric("hops.expected", sum(hops) / len(hops) if hops else 0.0, _LOWER),
        _metric("hops.worst", max(hops, default=0), _LOWER),
        *(_metric(f"predicted.{name}", value, better[name]) for name, value in values.items()),
    ]


def _slices(
    model: SystemModel, partition: Partition, seen: View, found: Sequence[Seam]
) -> list[Metric]:
    lines = {d.id: d.lines for d in model.definitions if d.id == d.top and d.kind != "module"}
    whole = sum(lines.values())
    uses = _uses(model, seen)
    stops = {(seen.top[s.source], seen.top[s.target]) for s in found
             if s.kind is SeamKind.COMMAND}  # fmt: skip
    shares = []
    for service in partition.services:
        carried = _closure(service.definitions, uses, stops)
        share = sum(lines.get(name, 0) for name in carried) / whole if whole else 0.0
        shares.append(_metric("slice.share", share, _LOWER, service.id))
    mean = fsum(m.value for m in shares) / len(shares) if shares else 0.0
    return [*shares, _metric("slice.share", mean, _LOWER),
            _metric("commands.repeated", _repeated(seen, found), _LOWER)]  # fmt: skip


def _uses(model: SystemModel, seen: View) -> Mapping[str, set[str]]:
    uses: dict[str, set[str]] = {}
    plain = (ReferenceKind.IMPORT, ReferenceKind.URL, ReferenceKind.SIGNAL)
    for reference in model.references:
        one, two = seen.top.get(reference.source), seen.top.get(reference.target)
        if one and two and reference.kind not in plain:
            uses.setdefault(one, set()).add(two)
    return uses


def _closure(
    start: Sequence[str], uses: Mapping[str, set[str]], stops: set[tuple[str, str]]
) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        here = todo.pop()
        for name in uses.get(here, ()):
            if name not in seen and (here, name) not in stops:
                seen.add(name)
                todo.append(name)
    return seen


def _repeated(seen: View, found: Sequence[Seam]) -> int:
    commands = [s for s in found if s.kind is SeamKind.COMMAND]
    return sum(seen.calls.get((seen.top[s.source], seen.top[s.target]), 0) > 1 for s in commands)
