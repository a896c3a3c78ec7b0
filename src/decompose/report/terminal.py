"""The summary on the terminal: it fits a screen."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from decompose.domain.analysis import Advice, Automation
from decompose.domain.summary import ServiceLine, Summary, TieLine, Traced
from decompose.render import escape

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


def show_summary(summary: Summary, console: Console, where: str) -> None:
    """Print what was found and what to do next; `where` is the report's folder as people know it.

    It fits a screen of 40 lines.
    """
    console.print(
        printable(summary.name, "bold"),
        f"{summary.lines:,} lines, {summary.modules:,} modules, "
        f"{summary.endpoints:,} endpoints, {summary.tables:,} tables",
        highlight=False,
    )
    console.print()
    console.print(_services(summary))
    _print_ties(summary, console)
    _print_traced(summary.traced, console)
    _print_verdict(summary, console)
    _print_findings(summary, console)
    _print_next(summary, console, where)


def printable(value: str, style: str = "") -> Text:
    """`value` without markup or control characters."""
    return Text(escape(value, "terminal"), style=style)


def _services(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("service", overflow="ellipsis", no_wrap=True, min_width=8)
    for name in ("endpoints", "tables", "of lines", "confidence"):
        table.add_column(name, justify="right", no_wrap=True)
    for service in summary.services:
        table.add_row(*_service(service))
    if summary.others:
        table.add_row(Text(f"and {summary.others} more", style="dim"))
    return table


def _service(service: ServiceLine) -> tuple[Text, ...]:
    return (
        printable(service.name, "bold"),
        Text(f"{service.endpoints:,}"),
        Text(f"{service.tables:,}"),
        Text(f"{service.share:.0%}"),
        Text(f"{service.confidence:.0%}"),
    )


def _print_ties(summary: Summary, console: Console) -> None:
    total = sum(count for _, count in summary.seams)
    line = Text("\nWhat ties them: ", style="bold")
    line.append(f"{total:,} seams", style="not bold")
    for automation, count in summary.seams:
        if count:
            line.append(f", {count:,} {automation}", style=f"not bold {_STYLES[automation]}")
    console.print(line)
    for tie in summary.ties:
        console.print(indented(_tie(tie)), no_wrap=True, overflow="ellipsis")


def _tie(tie: TieLine) -> Text:
    line = printable(tie.from_name)
    line.append(" → ", style="dim").append_text(printable(tie.to_name))
    return line.append(f"  {tie.kinds}", style=_STYLES[tie.automation])


def indented(text: Text | Table) -> Padding:
    """Something two columns further to the right."""
    return Padding(text, (0, 0, 0, 2))


def _print_traced(seen: Traced | None, console: Console) -> None:
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
        told = Text("never asked: ").append_text(printable(seen.unseen, "yellow"))
        console.print(indented(told), no_wrap=True, overflow="ellipsis")
    for disagreement in seen.disagreements:
        console.print(indented(printable(disagreement)), no_wrap=True, overflow="ellipsis")
    if seen.more:
        told = Text(f"and {seen.more:,} more that the code does not tell", style="dim")
        console.print(indented(told))


def _print_verdict(summary: Summary, console: Console) -> None:
    said = printable(summary.verdict, _ADVICE[summary.advice])
    console.print(Text("\nVerdict: ", style="bold").append_text(said))
    for reason in summary.reasons:
        console.print(indented(printable(f"· {reason}")))


def _print_findings(summary: Summary, console: Console) -> None:
    told = ", ".join(_counted(count, severity) for severity, count in summary.findings if count)
    if told:
        console.print(Text(f"\nFindings: {told} (in the report)"))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _print_next(summary: Summary, console: Console, where: str) -> None:
    console.print(Text("\nNext", style="bold"))
    for step in summary.next_steps:
        console.print(indented(printable(step)))
    page = printable(f"{where.rstrip('/')}/index.html", "underline")
    console.print(indented(Text("Open ").append_text(page)), soft_wrap=True)
