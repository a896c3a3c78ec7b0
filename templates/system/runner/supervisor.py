"""All processes together: started at once, watched, started again, stopped in order."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from runner.failure import Failure
from runner.output import Output, last_lines
from runner.process import Process
from runner.system import GATEWAY

_TICK = 0.05
_ASK = 0.3  # seconds between questions whether all is ready


class Supervisor:
    """Runs processes until it is told to stop, by a signal or by its caller."""

    def __init__(self, processes: list[Process], output: Output, grace: float) -> None:
        self._processes = processes
        self._output = output
        self._grace = grace
        self._due: dict[Process, float] = {}
        self._signals = 0
        self._asked = threading.Event()

    def listen(self) -> None:
        """Take Ctrl-C and SIGTERM as the wish to stop, and a second one as to stop at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal came."""
        return self._asked.is_set()

    def start(self, wait: float) -> None:
        """Start everything at once and return when all is ready, or a signal came.

        Raises `Failure` if a process ends before, or isn't ready after `wait` seconds.
        """
        for process in self._processes:
            process.start()
        until = time.monotonic() + wait
        waiting = list(self._processes)
        with ThreadPoolExecutor(len(waiting)) as pool:
            while waiting and not self.asked_to_stop:
                self._refuse_ended()
                ready = list(pool.map(Process.is_ready, waiting))
                waiting = [process for process, is_ready in zip(waiting, ready) if not is_ready]
                if waiting and time.monotonic() > until:
                    raise Failure("\n".join(_not_ready(process, wait) for process in waiting))
                self._asked.wait(_ASK if waiting else 0)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until a signal comes or `until` says so."""
        while not self.asked_to_stop and not until():
            for process in self._processes:
                self._revive(process)
            self._asked.wait(_TICK)

    def stop(self) -> None:
        """Stop the gateway, so that nothing new comes in, and then the services."""
        gateways = [p for p in self._processes if p.launch.member.name == GATEWAY]
        others = [p for p in self._processes if p.launch.member.name != GATEWAY]
        until = time.monotonic() + self._grace
        for group in (gateways, others):
            for process in group:
                process.ask_to_stop()
            while not all(process.wait(0) for process in group):
                if time.monotonic() > until or self._signals > 1:
                    break
                time.sleep(_TICK)
        for process in self._processes:
            if not process.wait(0):
                self._output.say(f"{process.launch.name} did not stop in time and was killed")
            process.kill()
            process.read_to_end()

    def _note(self, number: int, frame: object) -> None:
        self._signals += 1
        self._asked.set()

    def _refuse_ended(self) -> None:
        ended = [process for process in self._processes if process.exit_status is not None]
        if ended:
            raise Failure("\n".join(map(_ended, ended)))

    def _revive(self, process: Process) -> None:
        if process in self._due:
            if time.monotonic() > self._due[process]:
                del self._due[process]
                process.kill()
                process.start()
        elif process.exit_status is not None:
            self._due[process] = process.restart_after()
            pause = self._due[process] - time.monotonic()
            self._output.say(
                f"{process.launch.name} ended ({_status(process.exit_status)}); "
                f"it is started again in {pause:.0f} s. See {process.log}"
            )


def _ended(process: Process) -> str:
    process.read_to_end()
    status = _status(process.exit_status or 0)
    lines = last_lines(process.log)
    return f"{process.launch.name} ended while starting ({status}). Its last lines:\n{lines}"


def _not_ready(process: Process, wait: float) -> str:
    lines = last_lines(process.log)
    name = process.launch.name
    return f"{name} is not ready after {wait:.0f} s: {process.health}. Its last lines:\n{lines}"


def _status(status: int) -> str:
    return f"exit code {status}" if status >= 0 else signal.Signals(-status).name
