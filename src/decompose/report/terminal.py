"""The summary on the terminal: it fits a screen."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from decompose.domain.analysis import Advice, Analysis, Automation, Seam
from decompose.domain.finding import Severity
from decompose.domain.partition import Service
from decompose.render import escape
from decompose.report.observed import Coverage, coverage
from decompose.report.survey import Survey, Tie, confidence, survey, ties

_MOST_SERVICES = 12
_MOST_TIES = 4
_MOST_DISAGREEMENTS = 3
_MOST_REASONS = 2
_MOST_STEPS = 3
_ADVICE = {
    Advice.SPLIT: "bold green",
    Advice.EXTRACT: "bold yellow",
    Advice.KEEP: "bold cyan",
}
_STYLES = {
    Automation.AUTOMATIC: "green",
    Automation.FORWARDED: "yellow",
    Automation.REFUSED: "red",
}


def summary(analysis: Analysis, console: Console, where: str) -> None:
    """Print what was found and what to do next; `where` is the report's folder as people know it.

    It fits a screen of 40 lines.
    """
    seen = survey(analysis)
    model = analysis.model
    console.print(
        printable(model.root_name, "bold"),
        f"{seen.total_lines:,} lines, {len(model.modules):,} modules, "
        f"{len({r.endpoint for r in model.routes}):,} endpoints, {len(model.tables):,} tables",
        highlight=False,
    )
    console.print()
    console.print(_services(analysis, seen))
    _print_ties(analysis.seams, seen, console)
    _print_coverage(coverage(analysis), console)
    _print_verdict(analysis, console)
    _print_findings(analysis, console)
    _print_next(analysis, console, where)


def printable(value: str, style: str = "") -> Text:
    """`value` without markup or control characters."""
    return Text(escape(value, "terminal"), style=style)


def _services(analysis: Analysis, seen: Survey) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("service", overflow="ellipsis", no_wrap=True, min_width=8)
    for name in ("endpoints", "tables", "of lines", "confidence"):
        table.add_column(name, justify="right", no_wrap=True)
    largest = sorted(analysis.partition.services, key=lambda s: (-s.lines, s.name, s.id))
    for service in largest[:_MOST_SERVICES]:
        table.add_row(*_service(service, seen))
    if len(largest) > _MOST_SERVICES:
        table.add_row(Text(f"and {len(largest) - _MOST_SERVICES} more", style="dim"))
    return table


def _service(service: Service, seen: Survey) -> tuple[Text, ...]:
    sure = confidence(service, seen)
    return (
        printable(service.name, "bold"),
        Text(f"{len(service.endpoints):,}"),
        Text(f"{len(service.tables):,}"),
        Text(f"{seen.share(service.lines):.0%}"),
        Text(f"{sure:.0%}"),
    )


def _print_ties(seams: tuple[Seam, ...], seen: Survey, console: Console) -> None:
    counts = {a: sum(seam.automation is a for seam in seams) for a in Automation}
    line = Text("\nWhat ties them: ", style="bold")
    line.append(f"{len(seams):,} seams", style="not bold")
    for automation, count in counts.items():
        if count:
            line.append(f", {count:,} {automation}", style=f"not bold {_STYLES[automation]}")
    console.print(line)
    for tie in ties(seams)[:_MOST_TIES]:
        console.print(indented(_tie(tie, seen)), no_wrap=True, overflow="ellipsis")


def _tie(tie: Tie, seen: Survey) -> Text:
    line = printable(seen.name(tie.from_service))
    line.append(" → ", style="dim").append_text(printable(seen.name(tie.to_service)))
    return line.append(f"  {tie.kinds}", style=_STYLES[tie.automation])


def indented(text: Text | Table) -> Padding:
    """Something two columns further to the right."""
    return Padding(text, (0, 0, 0, 2))


def _print_coverage(seen: Coverage | None, console: Console) -> None:
    """What the tape shows: how much was seen, and where it disagrees with the code."""
    if seen is None:
        return
    line = Text("\nOn the tape: ", style="bold")
    line.append(
        f"{seen.requests:,} requests to {seen.asked:,} of {seen.endpoints:,} endpoints;"
        f" {seen.confirmed:,} of {seen.accesses:,} accesses happened",
        style="not bold",
    )
    console.print(line)
    if seen.unseen:
        names = ", ".join(name for name, _ in seen.unseen)
        told = Text("never asked: ").append_text(printable(names, "yellow"))
        console.print(indented(told), no_wrap=True, overflow="ellipsis")
    for finding in seen.disagreements[:_MOST_DISAGREEMENTS]:
        told = printable(f"{finding.location}: {finding.message}")
        console.print(indented(told), no_wrap=True, overflow="ellipsis")
    more = len(seen.disagreements) - _MOST_DISAGREEMENTS
    if more > 0:
        console.print(indented(Text(f"and {more:,} more that the code does not tell", style="dim")))


def _print_verdict(analysis: Analysis, console: Console) -> None:
    said = printable(analysis.verdict.summary, _ADVICE[analysis.verdict.advice])
    console.print(Text("\nVerdict: ", style="bold").append_text(said))
    for reason in analysis.verdict.reasons[:_MOST_REASONS]:
        console.print(indented(printable(f"· {reason}")))


def _print_findings(analysis: Analysis, console: Console) -> None:
    counts = {s: sum(f.severity is s for f in analysis.findings) for s in Severity}
    told = ", ".join(_counted(count, severity) for severity, count in counts.items() if count)
    if told:
        console.print(Text(f"\nFindings: {told} (in the report)"))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _print_next(analysis: Analysis, console: Console, where: str) -> None:
    console.print(Text("\nNext", style="bold"))
    for step in analysis.verdict.next_steps[:_MOST_STEPS]:
        console.print(indented(printable(step)))
    page = printable(f"{where.rstrip('/')}/index.html", "underline")
    console.print(indented(Text("Open ").append_text(page)), soft_wrap=True)
