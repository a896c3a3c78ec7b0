"""The verdict: split, extract, or keep it one; plain sentences, by the stop rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from decompose.assess.view import View
from decompose.domain.analysis import Advice, Automation, Seam, Verdict
from decompose.domain.clustering import Clustering

BUDGET = 0.2
CHANCE = 2.0
SMALL = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """Two services and the share of their endpoints that forward or can't be done between them."""

    one: str
    two: str
    share: float


def strains(seen: View, found: Sequence[Seam]) -> tuple[Strain, ...]:
    """Every pair with forwarded or refused seams, heaviest first."""
    hosts = {endpoint.name: seen.host(endpoint) for endpoint in seen.endpoints}
    hard: dict[tuple[str, str], set[str]] = {}
    for seam in found:
        if seam.automation is not Automation.AUTOMATIC:
            pair = (
                min(seam.from_service, seam.to_service),
                max(seam.from_service, seam.to_service),
            )
            hard.setdefault(pair, set()).update(e for e in seam.endpoints if hosts.get(e) in pair)
    strain = []
    for pair, names in hard.items():
        total = sum(host in pair for host in hosts.values())
        share = len(names) / total if total else 0.0
        strain.append(Strain(one=pair[0], two=pair[1], share=share))
    return tuple(sorted(strain, key=lambda s: (-s.share, s.one, s.two)))


def verdict(clustering: Clustering, seen: View, found: Sequence[Seam], lines: int) -> Verdict:
    """Keep it one where the graph is no better than chance, small, or too tied; else split."""
    services = seen.services
    hard = [strain for strain in strains(seen, found) if strain.share > BUDGET]
    strained = {name for strain in hard for name in (strain.one, strain.two)}
    free = [name for name in services if name not in strained]
    reasons = [_sentence(strain) for strain in hard]
    if len(services) < 2:  # noqa: PLR2004 - one service is no split
        return _keep(["No split scores better than one service."])
    if clustering.z_score < CHANCE:
        reasons.insert(0, "Its parts hang together hardly better than in a random graph of "
                       f"the same degrees (z = {clustering.z_score:.1f}).")  # fmt: skip
        return _keep(reasons)
    if lines < SMALL:
        reasons.insert(0, f"With {lines:,} lines it is small: the running of several services "
                       "would cost more than it saves.")  # fmt: skip
        return _keep(reasons)
    if not hard:
        reasons.append(f"{len(services)} services own their tables, and no pair of them "
                       f"exceeds {BUDGET:.0%} forwarded or refused endpoints.")  # fmt: skip
        summary = f"Split into {len(services)} services."
        return _go(Advice.SPLIT, summary, reasons, _steps(services[0], found))
    if not free:
        return _keep(reasons)
    reasons.append(f"{_listed(free)} can go without exceeding the budget.")
    summary = f"Extract {_listed(free)}; keep the rest together."
    return _go(Advice.EXTRACT, summary, reasons, _steps(free[0], found))


def _go(advice: Advice, summary: str, reasons: Sequence[str], steps: tuple[str, ...]) -> Verdict:
    return Verdict(advice=advice, summary=summary, reasons=tuple(reasons), next_steps=steps)


def _sentence(strain: Strain) -> str:
    return (
        f"{strain.share:.0%} of the endpoints of {strain.one} and {strain.two} write each other's"
        f" tables without a function in between: better one service (budget {BUDGET:.0%})."
    )


def _keep(reasons: Sequence[str]) -> Verdict:
    return Verdict(
        advice=Advice.KEEP,
        summary="Keep it one deployable, and make it modular.",
        reasons=tuple(reasons),
        next_steps=(
            "Use the candidate services as packages with import rules between them.",
            "Put each write of another package's tables behind a function of that package.",
            "Run the analysis again: the seams that are left say what a split would cost.",
        ),
    )


def _steps(first: str, found: Sequence[Seam]) -> tuple[str, ...]:
    debt = [s for s in found if s.automation is not Automation.AUTOMATIC]
    steps = [
        f"Look through the boundary file, starting with {first}, and pin what you disagree with."
    ]
    if debt:
        more = f", and {len(debt) - 1} more like it" if len(debt) > 1 else ""
        steps.append(
            f"Give the owner of {debt[0].target} a function for the write at "
            f"{debt[0].location}{more}."
        )
    steps.append("Ask `decompose explain NAME` about whatever surprises you.")
    return tuple(steps)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
