"""The answer to `decompose explain NAME` on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from decompose.domain.analysis import Analysis, Seam
from decompose.domain.explanation import Explanation, Pull
from decompose.domain.partition import Evidence
from decompose.report.survey import Survey, survey
from decompose.report.terminal import indented, printable

_MOST_EVIDENCE = 12
_MOST_SENTENCES = 6
_MOST_SEAMS = 8
_MOST_PULLS = 5


def explanation(explained: Explanation, analysis: Analysis, console: Console) -> None:
    """Print why something is where it is: evidence ranked, runner-up, what would move it."""
    seen = survey(analysis)
    console.print(_heading(explained, seen))
    _sentences("", explained.reasons, console)
    _print_pulls(explained.pulls, seen, console)
    _print_evidence(explained.evidence, console)
    _print_seams(explained.seams, seen, console)
    _sentences("What would move it", explained.moves, console)


def _heading(explained: Explanation, seen: Survey) -> Text:
    line = printable(explained.name, "bold")
    line.append_text(printable(f" ({explained.kind}) is in ", "not bold"))
    line.append_text(printable(seen.name(explained.service), "bold"))
    line.append(f", confidence {explained.confidence:.0%}")
    if explained.split:
        line.append(", and split: its definitions belong to several", style="yellow")
    if explained.runner_up:
        line.append("; runner-up ").append_text(printable(seen.name(explained.runner_up)))
    return line


def _sentences(title: str, sentences: tuple[str, ...], console: Console) -> None:
    if title and sentences:
        _print_title(title, console)
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(indented(printable(f"· {sentence}")))
    if len(sentences) > _MOST_SENTENCES:
        more = Text(f"· and {len(sentences) - _MOST_SENTENCES} more", style="dim")
        console.print(indented(more))


def _print_title(title: str, console: Console) -> None:
    console.print(Text(f"\n{title}", style="bold"))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for name in columns:
        table.add_column(name, justify="right" if name in {"weight", "share"} else "left")
    return table


def _print_pulls(pulls: tuple[Pull, ...], seen: Survey, console: Console) -> None:
    if not pulls:
        return
    _print_title("What draws it where", console)
    table = _table("share", "service")
    for pull in pulls[:_MOST_PULLS]:
        table.add_row(Text(f"{pull.share:.0%}"), printable(seen.name(pull.service)))
    console.print(indented(table))


def _print_evidence(evidence: tuple[Evidence, ...], console: Console) -> None:
    if not evidence:
        return
    _print_title(_counted("Evidence", len(evidence), _MOST_EVIDENCE), console)
    table = _table("weight", "kind", "why")
    for item in evidence[:_MOST_EVIDENCE]:
        why = printable(item.why).append(f"  {printable(str(item.location))}", style="dim")
        table.add_row(Text(f"{item.weight:.2f}"), Text(item.kind, style="cyan"), why)
    console.print(indented(table))


def _print_seams(seams: tuple[Seam, ...], seen: Survey, console: Console) -> None:
    if not seams:
        return
    _print_title(_counted("Seams", len(seams), _MOST_SEAMS), console)
    table = _table("kind", "between", "what")
    for seam in seams[:_MOST_SEAMS]:
        between = printable(f"{seen.name(seam.from_service)} → {seen.name(seam.to_service)}")
        what = printable(f"{seam.source} → {seam.target}")
        what.append(f"  {printable(str(seam.location))}", style="dim")
        table.add_row(Text(f"{seam.kind}, {seam.automation}"), between, what)
    console.print(indented(table))


def _counted(title: str, found: int, shown: int) -> str:
    return f"{title} (the first {shown} of {found})" if found > shown else title
