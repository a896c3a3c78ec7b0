"""From the coupling graph to candidate partitions, and the choice among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from decompose.cluster.aside import roles
from decompose.cluster.communities import QUICK, communities, is_large, modules
from decompose.cluster.consensus import SEEDS, Consensus, consensus
from decompose.cluster.graph import Ordered, between, ordered
from decompose.cluster.merge import Clusters, merges, parted
from decompose.cluster.net import Labels, Net, modularity
from decompose.cluster.placing import ASIDE, Draft, place
from decompose.cluster.refine import refined
from decompose.cluster.roles import Roles
from decompose.cluster.runs import degrees
from decompose.cluster.score import MOST, Chance, chance, evenness, score, torn
from decompose.cluster.settle import homes, settled
from decompose.cluster.units import inner, unit_labels, units
from decompose.cluster.wishes import Wishes, wishes
from decompose.domain.boundary import Boundary
from decompose.domain.clustering import Candidate, Clustering
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.lookup import tables_of
from decompose.domain.model import SystemModel
from decompose.domain.partition import CouplingGraph, Partition
from decompose.ports import Recall, afresh

_FINE = 3.0
_TURNS = 6
_NEAR = 0.05
_LARGE = 2_000
_CLOSER, _CLOSER_OF_MANY = 5, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """What is clustered: the unit of each definition, the graph between units, and the runs."""

    groups: tuple[int, ...]
    net: Net
    apart: frozenset[tuple[int, int]]
    agreed: Consensus


def partition(
    model: SystemModel,
    graph: CouplingGraph,
    boundary: Boundary,
    recall: Recall = afresh,
) -> Clustering:
    """Candidate partitions for several numbers of services, and the chosen one.

    `recall` is asked for what is costly, which depends on graphs alone: on no name and no line.
    Raises UserError for names in `boundary` that nothing has, and for wishes that contradict.
    """
    order = ordered(model, graph)
    wanted = wishes(model, boundary)
    named = frozenset(name for name, _ in (*wanted.pins, *wanted.units))
    aside = roles(model, order, named, recall)
    parts = _units(model, order, aside, wanted, recall)
    whole = inner(order, [group >= 0 for group in parts.groups])
    luck = recall(Chance, chance, whole)
    case = _Case(model=model, order=order, roles=aside, boundary=boundary, pins=dict(wanted.pins),
                 fixed=named, parts=parts, whole=whole, luck=luck)  # fmt: skip
    candidates = _candidates(case, recall)
    free = not parts.apart and not any(service not in ASIDE for service in case.pins.values())
    return Clustering(
        candidates=candidates,
        chosen=_chosen(candidates, boundary.services, free=free),
        z_score=round(luck.z_score, 3),
        agreement=round(parts.agreed.agreement, 4),
        findings=_findings(candidates, boundary.services),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that the candidates of one system have in common."""

    model: SystemModel
    order: Ordered
    roles: Roles
    boundary: Boundary
    pins: Mapping[str, str]
    fixed: frozenset[str]
    parts: _Units
    whole: Net
    luck: Chance


def _candidates(case: _Case, recall: Recall) -> tuple[Candidate, ...]:
    """The best for each number of services; staying one is always among them.

    So is the one service with nothing taken out but what people placed elsewhere, since clustering
    may find no parts at all.
    """
    stages = _stages(case.model, case.order, case.parts, case.boundary.services, recall)
    together = tuple(0 if group >= 0 else -1 for group in case.parts.groups)
    kept = {name: service for name, service in case.pins.items() if service in ASIDE}
    one = _candidate(replace(case, pins=kept, boundary=replace(case.boundary, owners=())), together)
    found = {len(one.partition.services): one}
    drafts = [settled(case.model, case.order, one, case.fixed) for one in _drafts(case, stages)]
    placed = kept != case.pins or case.boundary.owners
    for labels in (*drafts, *([together] if placed else ())):
        made = _candidate(case, labels)
        number = len(made.partition.services)
        if number not in found or (number > 1 and made.score > found[number].score):
            found[number] = made
    return tuple(found[number] for number in sorted(found))


def _drafts(case: _Case, stages: Mapping[int, Labels]) -> Iterator[Labels]:
    """The stages worth a closer look: all of them, or in a large system the best by first score."""
    counts = sorted({*range(2, MOST + 1), case.boundary.services or 2} & stages.keys())
    labels = {count: unit_labels(case.parts.groups, stages[count]) for count in counts}
    if len(case.order.definitions) > _LARGE:
        worth = {count: _promise(case, count, labels[count]) for count in counts}
        most = _CLOSER_OF_MANY if is_large(case.order) else _CLOSER
        best = sorted(counts, key=lambda count: (-worth[count], count))[:most]
        counts = sorted({*best, case.boundary.services} & stages.keys())
    at = {d.id: g for d, g in zip(case.order.definitions, case.parts.groups, strict=True) if g >= 0}
    bonds, housed = between(case.order.bonds, case.parts.groups), homes(case.model, at)
    for count in counts:
        found = refined(case.parts.net, bonds, stages[count], homes=housed, apart=case.parts.apart)
        yield unit_labels(case.parts.groups, found)


def _promise(case: _Case, count: int, labels: Labels) -> float:
    """The score before the last moves, sizes not considered."""
    groups = [label if label >= 0 else len(labels) + i for i, label in enumerate(labels)]
    quality, cut = modularity(case.whole, groups), torn(case.order.bonds, labels)
    return round(score(count, quality, case.luck.expected(count), cut, 1.0), 6)


def _candidate(case: _Case, labels: Labels) -> Candidate:
    draft = Draft(labels=labels, votes=_votes(case.parts, labels))
    made = place(
        case.model,
        case.order,
        draft,
        roles=case.roles,
        boundary=case.boundary,
        pins=case.pins,
        fixed=case.fixed,
    )
    number = len(made.services)
    at = {service.id: i for i, service in enumerate(made.services)}
    final = [at.get(service, -1) for service in _by_definition(case.order, made)]
    groups = [label if label >= 0 else number + i for i, label in enumerate(final)]
    quality, expected = modularity(case.whole, groups), case.luck.expected(number)
    cut = torn(case.order.bonds, final)
    even = evenness([service.lines for service in made.services])
    return Candidate(
        partition=made,
        modularity=abs(round(quality, 6)) if number <= 1 else round(quality, 6),
        expected=round(expected, 6),
        torn=round(cut, 6),
        score=round(score(number, quality, expected, cut, even), 6),
    )


def _by_definition(order: Ordered, made: Partition) -> list[str]:
    place_of = {placement.definition: placement.service for placement in made.placements}
    return [place_of[definition.id] for definition in order.definitions]


def _units(
    model: SystemModel, order: Ordered, aside: Roles, wanted: Wishes, recall: Recall
) -> _Units:
    declaring = set(tables_of(model))
    inside = [d.id not in aside for d in order.definitions]
    alone = dict(wanted.units)
    if is_large(order):
        groups = modules(order, inside, declaring, alone)
    else:
        groups = units(
            order, communities(order, inside, declaring, recall), inside, declaring, alone
        )
    size = max(groups, default=-1) + 1
    net = Net.of(size, between(order.weights, groups))
    number = {alone[d.id]: group for d, group in zip(order.definitions, groups, strict=True)
              if d.id in alone}  # fmt: skip
    apart = {(min(number[a], number[b]), max(number[a], number[b])) for a, b in wanted.apart}
    agreed = recall(Consensus, consensus, net, SEEDS)
    return _Units(groups=groups, net=net, apart=frozenset(apart), agreed=agreed)


def _stages(
    model: SystemModel, order: Ordered, parts: _Units, wanted: int | None, recall: Recall
) -> dict[int, Labels]:
    """Labels of units for every number of services that merging passes through."""
    resolution, found = _FINE, {}
    for _ in range(_TURNS):
        labels = recall(Consensus, consensus, parts.net, QUICK, resolution).labels
        labels = parted(labels, parts.apart)
        found = merges(_clusters(model, order, parts, labels))
        found = {n: tuple(step[label] for label in labels) for n, step in found.items()}
        if max(found, default=0) >= min(wanted or 1, parts.net.size):
            break
        resolution *= 2
    return found


def _clusters(model: SystemModel, order: Ordered, parts: _Units, labels: Labels) -> Clusters:
    groups = unit_labels(parts.groups, labels)
    size = max(labels, default=-1) + 1
    mass = [0.0] * size
    for label, degree in zip(labels, degrees(parts.net), strict=True):
        mass[label] += degree
    at = {d.id: group for d, group in zip(order.definitions, groups, strict=True)}
    apart = {(min(labels[a], labels[b]), max(labels[a], labels[b])) for a, b in parts.apart}
    return Clusters(
        size=size,
        weights=between(order.weights, groups),
        bonds=between(order.bonds, groups),
        mass=tuple(mass),
        homeless=frozenset(range(size)) - homes(model, at),
        apart=frozenset(apart),
    )


def _votes(parts: _Units, labels: Sequence[int]) -> tuple[Mapping[int, float], ...]:
    """Per definition, the share of runs whose community lies mostly in each label."""
    main: dict[int, Counter[int]] = {}
    for group, label in zip(parts.groups, labels, strict=True):
        if group >= 0:
            main.setdefault(group, Counter())[label] += 1
    unit = [max(main[g], key=lambda n: (main[g][n], -n)) for g in range(parts.net.size)]
    mass = degrees(parts.net)
    votes: list[Counter[int]] = [Counter() for _ in unit]
    for run in parts.agreed.runs:
        shares: dict[int, dict[int, float]] = {}
        for community, label, weight in zip(run, unit, mass, strict=True):
            share = shares.setdefault(community, {})
            share[label] = share.get(label, 0.0) + weight
        best = {c: max(s, key=lambda n: (round(s[n], 6), -n)) for c, s in shares.items()}
        for i, community in enumerate(run):
            votes[i][best[community]] += 1
    runs = len(parts.agreed.runs) or 1
    parts_of = [{label: n / runs for label, n in vote.items()} for vote in votes]
    return tuple(parts_of[group] if group >= 0 else {} for group in parts.groups)


def _chosen(candidates: Sequence[Candidate], wanted: int | None, *, free: bool) -> int:
    """The number asked for or the nearest; else the fewest within 5 % of the best score.

    There are two or more where people parted.

    `free` says that no pin and no cannot-link asks for several services.
    """
    sizes = [len(candidate.partition.services) for candidate in candidates]
    if wanted is not None:
        return min(range(len(sizes)), key=lambda i: abs(sizes[i] - wanted))
    fit = [i for i, size in enumerate(sizes) if free or size > 1] or list(range(len(sizes)))
    best = max(candidates[i].score for i in fit)
    return next(i for i in fit if candidates[i].score >= best - _NEAR * abs(best))


def _findings(candidates: Sequence[Candidate], wanted: int | None) -> tuple[Finding, ...]:
    if wanted is None or any(len(c.partition.services) == wanted for c in candidates):
        return ()
    counts = ", ".join(str(len(c.partition.services)) for c in candidates)
    return (
        Finding(
            location=Location(path="."),
            code="services-not-reached",
            severity=Severity.WARNING,
            message=f"{wanted} services were asked for; the code and the boundary allow {counts}.",
            hint="Ask for one of these numbers, or loosen pins, must-link and cannot-link.",
        ),
    )
