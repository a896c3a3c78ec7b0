"""A verification on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from decompose.domain.verification import Difference, Suspect, Verification
from decompose.report.terminal import indented, printable
from decompose.report.verification_parts import advice, by_service, short, side_by_side

_MOST_DIFFERENCES = 10
_MOST_MISMATCHES = 8
_MOST_SUSPECTS = 5
_MOST_UNSTEADY = 10


def verification_summary(found: Verification, console: Console) -> None:
    """Print what is equal, each difference with what may be behind it, and what nobody tried."""
    console.print(_services(found))
    for difference in found.differences[:_MOST_DIFFERENCES]:
        _print_difference(difference, console)
    hidden = len(found.differences) - _MOST_DIFFERENCES
    if hidden > 0:
        console.print(Text(f"\n{hidden:,} more differences are in verify.json", style="dim"))
    _print_unplayable(found, console)
    _print_unsteady(found, console)
    _print_steps("the monolith itself does otherwise than recorded", found.drifted, console)
    _print_steps("an owner was slow, so the split was asked again", found.late, console)
    _print_names("\nNo request asked for:", found.untouched, console)
    for finding in found.findings:
        line = printable(finding.message, "yellow").append(". ")
        console.print(line.append_text(printable(finding.hint, "dim")))
    _print_verdict(found, console)


def _services(found: Verification) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("service", no_wrap=True, overflow="ellipsis", min_width=8)
    for name in ("endpoints", "requests", "equal", "different"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in by_service(found):
        counts = (result.endpoints, result.requests, result.equal, result.different)
        cells = [Text(f"{n:,}") for n in counts]
        cells[-1].stylize("red" if result.different else "green")
        table.add_row(printable(result.service, "bold"), *cells)
    return table


def _print_difference(difference: Difference, console: Console) -> None:
    line = Text(f"\nstep {difference.step} ", style="red")
    line.append_text(printable(f"{difference.method} {difference.target}", "bold"))
    line.append_text(printable(f"  {difference.endpoint} in {difference.service}", "dim"))
    console.print(line)
    for mismatch in difference.mismatches[:_MOST_MISMATCHES]:
        told = printable(short(mismatch.place))
        told.append(": monolith ").append_text(_value(mismatch.expected, "green"))
        told.append(", split ").append_text(_value(mismatch.actual, "red"))
        console.print(indented(told))
    if len(difference.mismatches) > _MOST_MISMATCHES:
        count = len(difference.mismatches) - _MOST_MISMATCHES
        console.print(indented(Text(f"and {count:,} more places", style="dim")))
    _print_sides(difference, console)
    for suspect in difference.suspects[:_MOST_SUSPECTS]:
        _print_suspect(suspect, console)
    hidden = len(difference.suspects) - _MOST_SUSPECTS
    if hidden > 0:
        console.print(indented(Text(f"and {hidden:,} more seams and findings", style="dim")))


def _value(value: str | None, style: str) -> Text:
    return Text("nothing", style="dim") if value is None else printable(short(value), style)


def _print_sides(difference: Difference, console: Console) -> None:
    """The differing lines of both answers beside each other."""
    table = Table(box=None, padding=(0, 2, 0, 2), header_style="dim")
    table.add_column("monolith", ratio=1, overflow="fold")
    table.add_column("split", ratio=1, overflow="fold")
    rows = list(side_by_side(difference))
    for one, other in rows[: 2 * _MOST_MISMATCHES]:
        table.add_row(printable(short(one), "green"), printable(short(other), "red"))
    if rows:
        console.print(table)


def _print_suspect(suspect: Suspect, console: Console) -> None:
    line = Text(f"{suspect.technique} ", style="yellow")
    line.append_text(printable(f"{suspect.location}: {suspect.reason}. "))
    line.append_text(printable(advice(suspect.technique), "dim"))
    console.print(indented(line))


def _print_unplayable(found: Verification, console: Console) -> None:
    if not found.unplayable:
        return
    count = len(found.unplayable)
    console.print(Text(f"\n{count:,} requests can't be played: the monolith itself needs what a"))
    console.print(Text("test had supplied. They count neither as equal nor as different:"))
    for step in found.unplayable[:_MOST_UNSTEADY]:
        told = Text(f"step {step.step} ").append_text(printable(f"{step.method} {step.target} "))
        told.append_text(printable(short(", ".join(step.supplied)), "dim"))
        worst = step.mismatches[0]
        told.append_text(printable(f": {short(worst.place)} was ")).append_text(
            _value(worst.expected, "green")
        )
        told.append(", is ").append_text(_value(worst.actual, "yellow"))
        console.print(indented(told))


def _print_unsteady(found: Verification, console: Console) -> None:
    if not found.unsteady:
        return
    count = len(found.unsteady)
    console.print(Text(f"\n{count:,} places differ between two runs of the monolith itself;"))
    console.print(Text("there the split's values are compared by shape:"))
    for unsteady in found.unsteady[:_MOST_UNSTEADY]:
        told = printable(f"{unsteady.endpoint} {short(unsteady.place)}: ")
        told.append_text(printable(f"{short(unsteady.one)} / {short(unsteady.other)}", "dim"))
        console.print(indented(told))


def _print_steps(told: str, steps: tuple[int, ...], console: Console) -> None:
    if steps:
        shown = ", ".join(map(str, steps[:_MOST_UNSTEADY]))
        console.print(Text(f"\nAt {len(steps):,} steps {told}: {shown}", style="yellow"))


def _print_names(label: str, names: tuple[str, ...], console: Console) -> None:
    if names:
        console.print(Text(f"{label} ").append_text(printable(", ".join(names), "yellow")))


def _print_verdict(found: Verification, console: Console) -> None:
    share = found.equal / found.requests if found.requests else 0.0
    asked = len({r.endpoint for r in found.endpoints})
    style = "bold green" if found.passed else "bold red"
    line = Text(
        f"\n{found.equal:,} of {found.requests:,} requests equal ({share:.1%})", style=style
    )
    left_out = f", {len(found.unplayable):,} can't be played" if found.unplayable else ""
    told = f"{left_out}, {found.rows:,} rows compared, {asked} endpoints tried"
    if found.clients > 1:
        told += f" by {found.clients} clients at once; answers were not compared"
    line.append(told, style="not bold")
    console.print(line)
