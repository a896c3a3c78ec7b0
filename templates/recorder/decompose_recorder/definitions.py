"""Which functions of the application ran, and who called them."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Dict, List, Set, Tuple

_LEFT_OUT = (os.sep + "site-packages" + os.sep, os.sep + ".venv" + os.sep, "<")
Place = Tuple[str, int, str]


class Definitions:
    """Follows one thread between `begin` and `end`."""

    def __init__(self, root: str) -> None:
        self._root = root + os.sep
        self._inside: Dict[str, str] = {}
        self._outside: Set[str] = set()
        self._seen: Dict[Place, Any] = {}
        self._thread = 0
        self._follow: Any = None
        monitoring: Any = getattr(sys, "monitoring", None)
        self._tool = _free_tool(monitoring) if monitoring else None
        if self._tool is not None:
            event = monitoring.events.PY_START
            monitoring.register_callback(self._tool, event, self._started)
            monitoring.set_events(self._tool, event)

    def begin(self) -> None:
        """Follow this thread from now on."""
        self._seen = {}
        self._thread = threading.get_ident()
        if self._tool is None:
            # Tracing tells of calls only, but those who measure coverage may have it.
            self._follow = sys.setprofile if sys.gettrace() else sys.settrace
            self._follow(self._follower())

    def end(self) -> List[List[Any]]:
        """Stop; return `[path, line, name, caller's path, line, name]` of what ran, sorted."""
        self._thread = 0
        if self._tool is None:
            self._follow(None)
        return sorted([*place, *(caller or ("", 0, ""))] for place, caller in self._seen.items())

    def _started(self, code: Any, offset: int) -> Any:
        place = self._place(code)
        if place is None:
            return sys.monitoring.DISABLE  # type: ignore[attr-defined, unused-ignore]
        if self._thread == threading.get_ident() and place not in self._seen:
            self._note(place, sys._getframe(1).f_back)
        return None

    def _follower(self) -> Any:
        """Return what Python calls at every call, of libraries too: it has to be short."""
        outside, seen, note, placed = self._outside, self._seen, self._note, self._place

        def called(frame: Any, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code.co_filename not in outside:
                place = placed(frame.f_code)
                if place is not None and place not in seen:
                    note(place, frame.f_back)

        return called

    def _note(self, place: Place, frame: Any) -> None:
        caller = None
        while frame is not None and caller is None:
            caller = self._place(frame.f_code)
            frame = frame.f_back
        self._seen.setdefault(place, caller)

    def _place(self, code: Any) -> Any:
        """Return where the application defines `code`, None if it doesn't.

        What is known is known by file: the hash of code is made of all that it holds, each time.
        """
        file = code.co_filename
        if file in self._outside:
            return None
        if file not in self._inside:
            path = os.path.abspath(file)  # before 3.9, a program's own is relative
            if not path.startswith(self._root) or any(part in path for part in _LEFT_OUT):
                self._outside.add(file)
                return None
            self._inside[file] = path[len(self._root) :].replace(os.sep, "/")
        name = getattr(code, "co_qualname", code.co_name)
        return self._inside[file], code.co_firstlineno, name


def _free_tool(monitoring: Any) -> Any:
    """Return the number under which nobody else monitors, None if all are taken."""
    for number in (4, 3):
        if monitoring.get_tool(number) is None:
            monitoring.use_tool_id(number, "decompose")
            return number
    return None
