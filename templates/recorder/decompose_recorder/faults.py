"""Makes a service fail where a replay asks for it: once, at the place that a file names."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import Any, Callable, Dict, Iterable

from decompose_recorder.imports import after_import

_DURING_REQUESTS = ("feed", "apply")
"""Operations that count only when a request asks for them: the kit also pulls in the background."""


class Faults:
    """`path` is the file; whichever process takes it away first has the fault."""

    def __init__(self, path: str, service: str) -> None:
        self._path = path
        self._service = service

    def install(self) -> None:
        """Stand before the operations that other services ask for."""
        after_import("servicekit.internal", lambda module: self._patch(module.Internal))

    def met(self, place: str) -> Dict[str, Any]:
        """Return the fault for this place, nothing if there is none or another process has it."""
        try:
            with open(self._path, encoding="utf-8") as file:
                fault: Dict[str, Any] = json.load(file)
            if fault["place"] != place or fault["service"] not in ("", self._service):
                return {}
            os.rename(self._path, self._path + ".met")
        except FileNotFoundError:
            return {}
        return fault

    def around(self, place: str, answer: Callable[[], Iterable[bytes]]) -> Iterable[bytes]:
        """Answer, and be killed before, meanwhile or afterwards if that was asked for."""
        fault = self.met(place)
        act = fault.get("act")
        if act == "kill-before":
            _die()
        if act == "kill-during":
            threading.Timer(fault["seconds"], _die).start()
        if act == "delay":
            time.sleep(fault["seconds"])
        answered = list(answer())
        if act == "kill-after":
            _die()
        if act == "drop":
            raise Dropped
        return answered

    def _patch(self, kind: Any) -> None:
        original = kind.__call__

        def call(internal: Any, environ: Dict[str, Any], start_response: Any) -> Iterable[bytes]:
            place = environ.get("PATH_INFO", "").rpartition("/")[2]
            if place in _DURING_REQUESTS and "HTTP_TRACEPARENT" not in environ:
                answered: Iterable[bytes] = original(internal, environ, start_response)
                return answered
            started: Any = []

            def start(*arguments: Any) -> None:
                started[:] = arguments

            try:
                body = self.around(place, lambda: original(internal, environ, start))
            except Dropped:
                start_response("504 Gateway Timeout", [("Content-Length", "0")])
                return []
            start_response(*started)
            return body

        kind.__call__ = call


class Dropped(Exception):
    """The work is done, and its answer gets lost."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
