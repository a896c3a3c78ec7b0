"""Which functions of the application ran, and who called them."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Dict, List, Tuple

_LEFT_OUT = (os.sep + "site-packages" + os.sep, os.sep + ".venv" + os.sep, "<")
Place = Tuple[str, int, str]


class Definitions:
    """Follows one thread between `begin` and `end`."""

    def __init__(self, root: str) -> None:
        self._root = root + os.sep
        self._known: Dict[Any, Any] = {}
        self._seen: Dict[Place, Any] = {}
        self._thread = 0
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
        if self._tool is not None:
            sys.monitoring.restart_events()  # type: ignore[attr-defined, unused-ignore]
        else:
            sys.setprofile(self._called)

    def end(self) -> List[List[Any]]:
        """Stop; return `[path, line, name, caller's path, line, name]` of what ran, sorted."""
        self._thread = 0
        if self._tool is None:
            sys.setprofile(None)
        return sorted([*place, *(caller or ("", 0, ""))] for place, caller in self._seen.items())

    def _started(self, code: Any, offset: int) -> Any:
        if self._thread == threading.get_ident():
            place = self._place(code)
            if place is not None:
                self._note(place, sys._getframe(1).f_back)
        return sys.monitoring.DISABLE  # type: ignore[attr-defined, unused-ignore]

    def _called(self, frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            place = self._place(frame.f_code)
            if place is not None and place not in self._seen:
                self._note(place, frame.f_back)

    def _note(self, place: Place, frame: Any) -> None:
        caller = None
        while frame is not None and caller is None:
            caller = self._place(frame.f_code)
            frame = frame.f_back
        self._seen.setdefault(place, caller)

    def _place(self, code: Any) -> Any:
        """Return where the application defines `code`, None if it doesn't."""
        if code not in self._known:
            path = os.path.abspath(code.co_filename)  # before 3.9, a program's own is relative
            inside = path.startswith(self._root) and not any(part in path for part in _LEFT_OUT)
            name = getattr(code, "co_qualname", code.co_name)
            self._known[code] = (
                (path[len(self._root) :].replace(os.sep, "/"), code.co_firstlineno, name)
                if inside
                else None
            )
        return self._known[code]


def _free_tool(monitoring: Any) -> Any:
    """Return the number under which nobody else monitors, None if all are taken."""
    for number in (4, 3):
        if monitoring.get_tool(number) is None:
            monitoring.use_tool_id(number, "decompose")
            return number
    return None
