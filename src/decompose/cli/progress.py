"""What a person sees while a run is under way."""

from __future__ import annotations

from threading import Timer
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from decompose.domain.finding import Finding

_PATIENCE = 1.0  # seconds; a run that is over sooner needs no bar


class ScreenProgress:
    """A bar on stderr, shown to a person at a terminal once a run takes a while.

    Used as a context manager, so that the bar is gone before anything else is printed.
    """

    def __init__(self, console: Console, *, quiet: bool, patience: float = _PATIENCE) -> None:
        """`quiet` shows no bar, only notes; a bar waits `patience` seconds before it appears."""
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._timer = Timer(patience, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> ScreenProgress:
        """Starts the clock; the bar waits."""
        if not self._bar.disable:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes the bar away."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()
        self._bar.stop()

    def stage(self, name: str, total: int) -> None:
        """Starts the bar anew under another name; a `total` of 0 means that it is not known."""
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total or None)

    def advance(self, steps: int) -> None:
        """Moves the bar on."""
        self._bar.advance(self._task, steps)

    def note(self, finding: Finding) -> None:
        """Prints the note above the bar."""
        text = Text(f"{finding.severity.value}: {finding.location}: {finding.message}")
        self._console.print(text, soft_wrap=True)
        if finding.hint:
            self._console.print(Text(f"hint: {finding.hint}"), soft_wrap=True)
