"""One process: started in a group of its own, and ended when this program ends, however it does."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Callable

from runner.launch import Launch
from runner.output import Output

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY = 20.0


class Process:
    """A launch and the process that it is at the moment. Must be used from one thread.

    Linux ends a process with the *thread* that started it, so that has to be one that lives on.
    """

    def __init__(
        self,
        launch: Launch,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        output: Output,
    ) -> None:
        self.launch = launch
        self.log = log
        self.health = "it has not answered yet"
        self._command = command
        self._environment = environment
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._started = 0.0
        self._pause = _FIRST_PAUSE

    def start(self) -> None:
        """Start it; its output goes to its log and the screen."""
        self._started = time.monotonic()
        self._process = self._spawn()
        if self._process.stdout is not None:
            self._reader = self._output.follow(self.launch.name, self._process.stdout, self.log)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            cwd=str(self.launch.member.folder),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it makes one system call
        )

    @property
    def exit_status(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.poll() if self._process else None

    def restart_after(self) -> float:
        """Return when to start it again: later each time, unless it ran steadily before."""
        now = time.monotonic()
        steady = now - self._started > _STEADY
        self._pause = _FIRST_PAUSE if steady else min(_LONGEST_PAUSE, self._pause * 2)
        return now + self._pause

    def is_ready(self, timeout: float = 2.0) -> bool:
        """Ask it whether it is ready, and keep what it says."""
        url = self.launch.internal_url + "/readyz"
        try:
            with urllib.request.build_opener(_NO_PROXY).open(url, timeout=timeout):
                self.health = "ready"
                return True
        except urllib.error.HTTPError as error:
            self.health = f"{url} says {error.code}: {_text(error)}"
        except OSError as error:
            self.health = f"{url} does not answer ({error})"
        return False

    def ask_to_stop(self) -> None:
        """Let it finish what it does and end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def wait(self, timeout: float) -> bool:
        """Whether it ends in time."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, timeout))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # nothing of the group is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def read_to_end(self) -> None:
        """Wait until its last lines are in the log."""
        if self._reader:
            self._reader.join(1.0)


_NO_PROXY = urllib.request.ProxyHandler({})


def _text(error: urllib.error.HTTPError) -> str:
    return error.read(2000).decode("utf-8", "replace").strip()


def dies_with_parent() -> Callable[[], None] | None:
    """Return what a child does first so that it gets SIGTERM when this program is gone."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before the line above
            os.kill(os.getpid(), signal.SIGTERM)

    return arrange
