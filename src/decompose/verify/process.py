"""A process that a replay starts, and ends with everything that it started itself."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from decompose.errors import UserError

_LAST_LINES = 15
_GRACE = 20.0


class Server:
    """A running program that says where it serves by a line `serving ADDRESS` on its output."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._name = name
        self._said: deque[str] = deque(maxlen=_LAST_LINES)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own code, which they asked to run
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise UserError(f"{name} can't be started: {error}.") from error

    def wait(self) -> str:
        """The address that it serves; raises UserError with its last lines if it ends before."""
        for line in self._process.stdout or ():
            self._said.append(line.rstrip())
            if line.startswith("serving "):
                Thread(target=self._drain, daemon=True).start()
                return line.split()[1]
        self.stop()
        raise UserError(
            f"{self._name} does not start. Its last lines:\n" + "\n".join(self._said),
            hint="It must start with the interpreter given by --python; see its requirements.",
        )

    def _drain(self) -> None:
        """Keep reading, so that it never waits for a reader."""
        for line in self._process.stdout or ():
            self._said.append(line.rstrip())

    def stop(self) -> None:
        """Ask it to end, and end it and its children if it doesn't."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
