"""Why something is where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import fsum

from decompose.domain.analysis import Seam
from decompose.domain.explanation import Explanation, Pull
from decompose.domain.lookup import hubs, tops, unknown
from decompose.domain.model import SystemModel
from decompose.domain.partition import CouplingGraph, Evidence, Partition, Placement


def explain(
    model: SystemModel,
    graph: CouplingGraph,
    partition: Partition,
    seams: Sequence[Seam],
    name: str,
) -> Explanation:
    """Explain a module, definition, table, endpoint name or route rule.

    Raises UserError with near matches where nothing has that name.
    """
    kind, members = _subject(model, name)
    placements = tuple(p for p in partition.placements if p.definition in members)
    evidence = tuple(sorted((e for e in graph.evidence if (e.a in members) != (e.b in members)),
                            key=lambda e: (-abs(e.weight), e)))  # fmt: skip
    pulls = _pulls(evidence, members, partition)
    service = _service(placements, partition, kind, name)
    rival = next((pull for pull in pulls if pull.service != service), None)
    runners = Counter(p.runner_up for p in placements if p.runner_up)
    return Explanation(
        name=name,
        kind=kind,
        service=service,
        split=len({p.service for p in placements}) > 1,
        confidence=fsum(p.confidence for p in placements) / len(placements) if placements else 1.0,
        runner_up=min(runners, key=lambda r: (-runners[r], r)) if runners else "",
        placements=placements,
        evidence=evidence,
        pulls=pulls,
        seams=tuple(s for s in seams if members & _ends(model, s) or s.target == name),
        reasons=_reasons(placements, partition, kind, name),
        moves=_moves(kind, name, service, rival, evidence),
    )


def _subject(model: SystemModel, name: str) -> tuple[str, frozenset[str]]:
    top, hub = tops(model), hubs(model)
    if any(module.name == name for module in model.modules):
        return "module", frozenset(top[d.id] for d in model.definitions if d.module == name)
    if name in top:
        return "definition", frozenset({top[name]})
    if any(table.name == name for table in model.tables):
        return "table", frozenset({hub[name]} if name in hub else ())
    named = [endpoint for endpoint in model.endpoints if endpoint.name == name]
    handlers = [e.handler for e in named] + [r.handler for r in model.routes if r.endpoint == name]
    if handlers:
        return "endpoint", frozenset(top[h] for h in handlers if h in top)
    ruled = [route.handler for route in model.routes if route.rule == name]
    if ruled:
        return "route", frozenset(top[h] for h in ruled if h in top)
    known = {*top, *(m.name for m in model.modules), *(t.name for t in model.tables),
             *(r.endpoint for r in model.routes), *(r.rule for r in model.routes)}  # fmt: skip
    raise unknown("module, definition, table, endpoint or route", name, known)


def _pulls(
    evidence: Sequence[Evidence], members: frozenset[str], partition: Partition
) -> tuple[Pull, ...]:
    home = {p.definition: p.service for p in partition.placements}
    weights: dict[str, list[float]] = {}
    for item in evidence:
        other = item.b if item.a in members else item.a
        weights.setdefault(home[other], []).append(item.weight)
    sums = {service: fsum(values) for service, values in weights.items()}
    whole = fsum(sums.values())
    return tuple(Pull(service=service, weight=round(sums[service], 6),
                      share=round(sums[service] / whole, 6) if whole else 0.0)
                 for service in sorted(sums, key=lambda s: (-sums[s], s)))  # fmt: skip


def _service(placements: Sequence[Placement], partition: Partition, kind: str, name: str) -> str:
    if kind == "table":
        return next(owner.owner for owner in partition.owners if owner.table == name)
    counts = Counter(placement.service for placement in placements)
    return min(counts, key=lambda s: (-counts[s], s)) if counts else ""


def _ends(model: SystemModel, seam: Seam) -> set[str]:
    top = tops(model)
    return {top.get(seam.source, ""), top.get(seam.target, "")}


def _reasons(
    placements: Sequence[Placement], partition: Partition, kind: str, name: str
) -> tuple[str, ...]:
    found = [f"{p.definition} is in {p.service}: {p.reason}." for p in placements]
    if kind == "table":
        owner = next(owner for owner in partition.owners if owner.table == name)
        writers = ", ".join(owner.writers) or "nobody"
        found.insert(0, f"{owner.owner} owns it; {writers} writes it"
                     + (", equally often." if owner.tied else "."))  # fmt: skip
    return tuple(found)


def _decision(kind: str, name: str) -> str:
    """What a person can write into the boundary file."""
    if kind == "table":
        return f"An owner in the boundary file: {name!r} to the service you want."
    if kind in ("endpoint", "route"):
        return "A pin of its handler in the boundary file to the service you want."
    return f"A pin in the boundary file: {name!r} to the service you want."


def _moves(
    kind: str, name: str, service: str, rival: Pull | None, evidence: Sequence[Evidence]
) -> tuple[str, ...]:
    moves = [_decision(kind, name)]
    if rival is not None:
        moves.insert(0, f"Without its strongest ties to {service}, {rival.service} would be next: "
                     f"it holds {rival.share:.0%} of the evidence.")  # fmt: skip
    if evidence:
        moves.insert(
            0, f"The tie that counts most is at {evidence[0].location}: {evidence[0].why}."
        )
    return tuple(moves)
