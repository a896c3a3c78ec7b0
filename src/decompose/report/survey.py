"""Look-ups and sums over an analysis that several documents show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from decompose.domain.analysis import Analysis, Automation, Seam
from decompose.domain.model import Definition, DefinitionKind
from decompose.domain.partition import KERNEL, ROOT, Placement, Service

_PLACES = {KERNEL: "shared kernel", ROOT: "composition root", "": "nowhere"}
_COSTLY_FIRST = (Automation.REFUSED, Automation.FORWARDED, Automation.AUTOMATIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlacement:
    """Where a module's definitions go, weighed by their lines.

    `service` has most of them, `split` lists every place when there are several (services
    first by share), `confidence` is their mean, `runner_up` and `reason` the largest one's.
    """

    service: str
    split: tuple[str, ...]
    confidence: float
    runner_up: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """All seams from one service to another."""

    from_service: str
    to_service: str
    seams: tuple[Seam, ...]

    @property
    def automation(self) -> Automation:
        """The costliest of its seams."""
        return min((s.automation for s in self.seams), key=_COSTLY_FIRST.index)

    @property
    def kinds(self) -> str:
        """Its seams by kind, most first: `3 read, 1 command`."""
        counts = Counter(seam.kind.value for seam in self.seams)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{count} {kind}" for kind, count in ranked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The look-ups, made once per analysis; `lines` are those of each placed definition alone."""

    names: Mapping[str, str]
    placements: Mapping[str, Placement]
    definitions: Mapping[str, Definition]
    modules: Mapping[str, ModulePlacement]
    endpoints: Mapping[str, str]
    lines: Mapping[str, int]
    total_lines: int

    def name(self, service: str) -> str:
        """What people call a service, the kernel or the root."""
        return self.names.get(service, service)

    def holds(self, service: str, module: str) -> bool:
        """Whether anything of `module` goes to `service`."""
        placed = self.modules.get(module)
        return placed is not None and service in (placed.service, *placed.split)

    def share(self, lines: int) -> float:
        """A part of all lines."""
        return lines / self.total_lines if self.total_lines else 0.0


def survey(analysis: Analysis) -> Survey:
    """The look-ups of `analysis`."""
    placements = {p.definition: p for p in analysis.partition.placements}
    definitions = {d.id: d for d in analysis.model.definitions}
    lines = _own_lines(placements, definitions)
    return Survey(
        names=_PLACES | {s.id: s.name for s in analysis.partition.services},
        placements=placements,
        definitions=definitions,
        modules=_modules(placements, definitions, lines),
        endpoints=_endpoints(analysis, placements, definitions),
        lines=lines,
        total_lines=sum(module.lines for module in analysis.model.modules),
    )


def ties(seams: Iterable[Seam]) -> tuple[Tie, ...]:
    """Seams gathered by pair of services: refused ones first, then by number."""
    pairs: defaultdict[tuple[str, str], list[Seam]] = defaultdict(list)
    for seam in seams:
        pairs[seam.from_service, seam.to_service].append(seam)
    found = (Tie(from_service=a, to_service=b, seams=tuple(s)) for (a, b), s in pairs.items())
    return tuple(sorted(found, key=_cost))


def confidence(service: Service, seen: Survey) -> float:
    """The mean confidence of a service's definitions, weighed by their lines."""
    return _mean([seen.placements[d] for d in service.definitions], seen.lines)


def _cost(tie: Tie) -> tuple[int, int, str, str]:
    return _COSTLY_FIRST.index(tie.automation), -len(tie.seams), tie.from_service, tie.to_service


def _endpoints(
    analysis: Analysis,
    placements: Mapping[str, Placement],
    definitions: Mapping[str, Definition],
) -> dict[str, str]:
    """Service of each endpoint: the one that lists it, or else its handler's."""
    found = {}
    for endpoint in analysis.model.endpoints:
        handler = definitions.get(endpoint.handler)
        placement = placements.get(handler.top) if handler else None
        found[endpoint.name] = placement.service if placement else ""
    listed = {name: s.id for s in analysis.partition.services for name in s.endpoints}
    return found | listed


def _own_lines(
    placements: Mapping[str, Placement], definitions: Mapping[str, Definition]
) -> dict[str, int]:
    """Lines of each placed definition; a module's own code has what the others leave of it."""
    known = [definitions[name] for name in placements if name in definitions]
    taken: Counter[str] = Counter()
    for definition in known:
        if definition.kind is not DefinitionKind.MODULE:
            taken[definition.module] += definition.lines
    return {
        d.id: max(1, d.lines - (taken[d.module] if d.kind is DefinitionKind.MODULE else 0))
        for d in known
    }


def _modules(
    placements: Mapping[str, Placement],
    definitions: Mapping[str, Definition],
    lines: Mapping[str, int],
) -> dict[str, ModulePlacement]:
    members: defaultdict[str, list[Placement]] = defaultdict(list)
    for name, placement in placements.items():
        if name in definitions:
            members[definitions[name].module].append(placement)
    return {module: _placed(found, lines) for module, found in members.items()}


def _placed(members: list[Placement], lines: Mapping[str, int]) -> ModulePlacement:
    shares: Counter[str] = Counter()
    for placement in members:
        shares[placement.service] += lines[placement.definition]
    ranked = sorted(shares, key=lambda place: (-shares[place], place))
    largest = max(
        (p for p in members if p.service == ranked[0]),
        key=lambda p: (lines[p.definition], p.definition),
    )
    return ModulePlacement(
        service=ranked[0],
        split=tuple(ranked) if len(ranked) > 1 else (),
        confidence=_mean(members, lines),
        runner_up=largest.runner_up,
        reason=largest.reason,
    )


def _mean(members: Iterable[Placement], lines: Mapping[str, int]) -> float:
    weighed = [(lines.get(p.definition, 1), p.confidence) for p in members]
    total = sum(weight for weight, _ in weighed)
    return sum(weight * value for weight, value in weighed) / total if total else 0.0
