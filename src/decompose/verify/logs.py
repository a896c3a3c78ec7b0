"""Keeps what the services of a split wrote while a step went wrong."""

from __future__ import annotations

from pathlib import Path

from decompose.domain.verification import FaultStep


class Logs:
    """The log files in `folder`; their ends are kept below `kept`, nothing if that is None."""

    def __init__(self, folder: Path, kept: Path | None) -> None:
        self._folder = folder
        self._kept = kept
        self._sizes: dict[Path, int] = {}

    def mark(self) -> None:
        """A step begins here."""
        self._sizes = {path: path.stat().st_size for path in self._folder.glob("*.log")}

    def keep(self, step: FaultStep) -> None:
        """Keep what was written since the mark, if the step went wrong."""
        if self._kept is None or step.outcome != "wrong":
            return
        folder = self._kept / f"seed-{step.seed}-step-{step.step}"
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._folder.glob("*.log")):
            with path.open("rb") as file:
                file.seek(self._sizes.get(path, 0))
                (folder / path.name).write_bytes(file.read())
