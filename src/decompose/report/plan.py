"""The cut plan on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.plan import CutPlan, SeamDecision, ServicePlan, Technique
from decompose.domain.slicing import Slice, Sliced
from decompose.report.terminal import indented, printable

_DEBT = {Technique.FORWARD: "yellow", Technique.REFUSE: "red"}
"""Techniques that work, or don't, at a price: their seams are named one by one."""

_REASONS = 5
"""How many places that keep tests from running in a service are shown."""

_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def plan_summary(
    plan: CutPlan, sliced: Sliced, findings: Sequence[Finding], console: Console
) -> None:
    """Print what each service gets, what becomes of the seams and why, and what is refused."""
    console.print(_services(plan, sliced.slices))
    for service, cut in zip(plan.services, sliced.slices, strict=True):
        _print_service(plan, service, cut, console)
    _print_seams(plan, console)
    if sliced.tests:
        _print_tests(sliced, console)
    _print_findings(findings, console)


def _services(plan: CutPlan, slices: Sequence[Slice]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("service", overflow="ellipsis", no_wrap=True, min_width=8)
    for name in ("endpoints", "tables", "replicas", "forwards", "sagas", "tests", "of lines"):
        table.add_column(name, justify="right", no_wrap=True)
    for service, cut in zip(plan.services, slices, strict=True):
        written = sum(f.written for f in service.foreign)
        counts = (
            len(service.endpoints),
            len(service.tables),
            len(service.foreign),
            written,
            sum(bool(e.owners) for e in service.endpoints),
            len(cut.tests.names),
        )
        cells = [Text(f"{count:,}") for count in counts]
        table.add_row(printable(service.name, "bold"), *cells, Text(f"{cut.share:.0%}"))
    return table


def _print_service(plan: CutPlan, service: ServicePlan, cut: Slice, console: Console) -> None:
    name = {other.id: other.name for other in plan.services}
    console.print(Text("\n").append_text(printable(service.name, "bold")))
    _print_names("owns", service.tables, console)
    _print_names("copies", [f"{f.table} ({name[f.owner]})" for f in service.foreign], console)
    forwarded = [f"{f.table} ({name[f.owner]})" for f in service.foreign if f.written]
    _print_names("forwards writes of", forwarded, console, style="yellow")
    sagas = [f"{e.name} ({', '.join(name.get(o, o) for o in e.owners)})"
             for e in service.endpoints if e.owners]  # fmt: skip
    _print_names("commits with others in", sagas, console, style="yellow")
    _print_names("commands", service.commands, console)
    _print_names("imports", [one.name for one in cut.imports], console)


def _print_names(label: str, names: Iterable[str], console: Console, style: str = "") -> None:
    listed = ", ".join(names)
    if listed:
        line = Text(f"{label} ", style="dim").append_text(printable(listed, style or "default"))
        console.print(indented(line))


def _print_seams(plan: CutPlan, console: Console) -> None:
    """How many seams each technique takes and why; those that are debt one by one."""
    console.print(Text("\nSeams", style="bold"))
    counts = Counter((d.technique, d.reason) for d in plan.decisions)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for (technique, reason), count in sorted(counts.items()):
        table.add_row(Text(f"{count:,}"), Text(technique.value), printable(reason))
    console.print(table)
    for location, decisions in groupby(plan.decisions, key=lambda d: d.location):
        told = [d for d in decisions if d.technique in _DEBT]
        if told:
            console.print(indented(_debt(location, told, plan)))


def _debt(location: Location, decisions: Sequence[SeamDecision], plan: CutPlan) -> Text:
    """One place of the monolith, and where its writes go."""
    name = {service.id: service.name for service in plan.services}
    ends = sorted({(name.get(d.from_service, ""), name.get(d.to_service, "")) for d in decisions})
    style = _DEBT[max((d.technique for d in decisions), key=list(_DEBT).index)]
    line = printable(str(location), style).append(": ")
    return line.append_text(printable(", ".join(f"{one} → {other}" for one, other in ends)))


def _print_tests(sliced: Sliced, console: Console) -> None:
    """How many of the monolith's tests run in a service, and what most of the others need."""
    console.print(Text("\nTests", style="bold"))
    placed = sliced.tests - len(sliced.left)
    console.print(
        f"{placed:,} of the monolith's {sliced.tests:,} tests run in the services that have all "
        "they need; `decompose verify` plays the others.",
        highlight=False,
    )
    reasons = Counter((one.location, one.reason) for one in sliced.left)
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    for (location, reason), count in ranked[:_REASONS]:
        line = printable(f"{count:,} at {location}", "dim").append(": ")
        console.print(indented(line.append_text(printable(reason))))
    if len(ranked) > _REASONS:
        console.print(Text(f"  and {len(ranked) - _REASONS:,} more reasons, in plan.json", "dim"))


def _print_findings(findings: Iterable[Finding], console: Console) -> None:
    for finding in sorted(findings):
        line = printable(str(finding.location), _SEVERITY[finding.severity])
        line.append(": ").append_text(printable(finding.message))
        if finding.hint:
            line.append(" ").append_text(printable(finding.hint, "dim"))
        console.print(line)
