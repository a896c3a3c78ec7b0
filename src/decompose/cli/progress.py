"""What a person sees while a run is under way."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from decompose.domain.finding import Finding

_PATIENCE = 1.0  # seconds; a run that is over sooner needs no bar


class ScreenProgress:
    """A bar on stderr, shown to a person at a terminal once a run takes a while.

    Used as a context manager, so that the bar is gone before anything else is printed.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        """`quiet` shows no bar; notes are printed all the same."""
        self._console = console
        self._started = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> ScreenProgress:
        """Starts the clock; the bar waits."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes the bar away."""
        self._bar.stop()

    def stage(self, name: str, total: int) -> None:
        """Starts the bar anew under another name."""
        self._bar.reset(self._task, total=total or None, description=name)
        self._show()

    def advance(self, steps: int) -> None:
        """Moves the bar on."""
        self._bar.advance(self._task, steps)
        self._show()

    def note(self, finding: Finding) -> None:
        """Prints the note above the bar."""
        text = Text(f"{finding.severity.value}: {finding.location}: {finding.message}")
        self._console.print(text, soft_wrap=True)
        if finding.hint:
            self._console.print(Text(f"hint: {finding.hint}"), soft_wrap=True)

    def _show(self) -> None:
        if not self._bar.live.is_started and time.monotonic() - self._started > _PATIENCE:
            self._bar.start()
