"""Structure: one definition uses another."""

from __future__ import annotations

from collections import Counter
from math import fsum, log, log2, sqrt

from decompose.domain.finding import Location
from decompose.domain.lookup import inside, uses
from decompose.domain.model import ReferenceKind, SystemModel
from decompose.domain.partition import Evidence, EvidenceKind

WEIGHTS = {
    ReferenceKind.CALL: 1.0,
    ReferenceKind.INHERIT: 0.8,
    ReferenceKind.TEMPLATE: 0.8,
    ReferenceKind.REFERENCE: 0.7,
    ReferenceKind.DECORATE: 0.1,
    ReferenceKind.ANNOTATE: 0.5,
    ReferenceKind.STRING: 0.4,
    ReferenceKind.SIGNAL: 0.3,
    ReferenceKind.IMPORT: 0.1,
}
_VERBS = {
    ReferenceKind.CALL: "calls",
    ReferenceKind.INHERIT: "inherits from",
    ReferenceKind.TEMPLATE: "renders or includes",
    ReferenceKind.DECORATE: "is decorated by",
    ReferenceKind.ANNOTATE: "is annotated with",
    ReferenceKind.STRING: "names",
    ReferenceKind.SIGNAL: "sends or receives",
    ReferenceKind.IMPORT: "imports",
}
HANDED = 0.5  # how much a call counts that only calls a variable
WIDE = 20
_Kind = tuple[ReferenceKind, bool]
_Uses = dict[_Kind, list[Location]]


class Structure:
    """References between top-level definitions, each damped by how many use its target.

    weight(a uses b) = sum over kinds of WEIGHTS[kind] * (1 + log2 n) * idf(b) / sqrt(users(b)),
    idf(b) = ln(N / users(b)) / ln N over the N definitions: what all use pulls nothing. That a
    decorator calls what it decorates says nothing. A call of a variable counts half: whoever
    handed over what it holds uses that, too.
    """

    name = "structure"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """One piece of evidence per direction of use."""
        made = _uses(model)
        users = Counter(target for _, target in made)
        reach = Counter(source for source, _ in made)
        total = max(2, len(set(inside(model).values())))
        found = [
            _evidence(source, target, kinds, damping(users[target], total) * focus(reach[source]))
            for (source, target), kinds in made.items()
        ]
        return tuple(sorted(e for e in found if e.weight > 0))


def damping(users: int, total: int) -> float:
    """How much one use of a definition counts when `users` of `total` definitions use it."""
    return max(0.0, log(total / users) / log(total)) / sqrt(users) if users < total else 0.0


def focus(reach: int) -> float:
    """How much one use counts for a definition that uses so many: a dispatcher belongs nowhere."""
    return min(1.0, WIDE / reach)


def _uses(model: SystemModel) -> dict[tuple[str, str], _Uses]:
    top = inside(model)
    found: dict[tuple[str, str], _Uses] = {}
    for source, reference in uses(model):
        target = top.get(reference.target)
        if reference.external or target is None or source == target:
            continue
        if reference.kind not in WEIGHTS:  # a link works wherever its endpoint is
            continue
        kinds = found.setdefault((source, target), {})
        kinds.setdefault((reference.kind, reference.handed), []).append(reference.location)
    return found


def _worth(kind: _Kind) -> float:
    return WEIGHTS[kind[0]] * (HANDED if kind[1] else 1.0)


def _evidence(source: str, target: str, kinds: _Uses, damp: float) -> Evidence:
    weight = fsum(_worth(kind) * (1 + log2(len(at))) for kind, at in kinds.items()) * damp
    strongest = max(kinds, key=_worth)
    times = len(kinds[strongest])
    verb = _VERBS.get(strongest[0], "uses")
    return Evidence(
        a=min(source, target),
        b=max(source, target),
        kind=EvidenceKind.STRUCTURE,
        weight=round(weight, 9),
        why=f"{source} {verb} {target}" + (f" ({times} times)" if times > 1 else ""),
        location=min(kinds[strongest]),
    )
