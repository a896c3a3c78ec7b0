"""Which definitions of the application ran, and who called them."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Dict, List, Optional, Tuple

from decompose_recorder.following import Monitoring, Notes, Tracing, free_tool

_LEFT_OUT = (os.sep + "site-packages" + os.sep, os.sep + ".venv" + os.sep, "<")
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
"""Part of the function that holds them, as from Python 3.12 on most of them are."""
Place = Tuple[str, int, str]


class Definitions:
    """Follows one thread between `begin` and `end`."""

    def __init__(self, root: str) -> None:
        self._root = root + os.sep
        self._paths: Dict[str, Optional[str]] = {}
        self._seen: Dict[Place, Any] = {}
        self._thread = 0
        tool = free_tool()
        self._way: Any = (
            Notes(self.path, self.ran, Tracing(self.path, self.ran))
            if tool is None
            else Monitoring(tool, self.ran)
        )

    def begin(self) -> None:
        """Follow this thread from now on."""
        self._seen = {}
        self._thread = threading.get_ident()
        self._way.begin()

    def end(self) -> List[List[Any]]:
        """Stop; return `[path, line, name, caller's path, line, name]` of what ran, sorted."""
        self._thread = 0
        self._way.end()
        return sorted([*place, *(caller or ("", 0, ""))] for place, caller in self._seen.items())

    def ran(self, code: Any) -> bool:
        """Return whether code is the application's; who calls this was called as that began."""
        place = None if code.co_name in _COMPREHENSIONS else self._place(code)
        if place is None:
            return False
        if self._thread == threading.get_ident() and place not in self._seen:
            self._seen.setdefault(place, self._caller(sys._getframe(2).f_back))
        return True

    def path(self, file: str) -> Optional[str]:
        """Return the path of a file below the root, None where it isn't the application's."""
        if file not in self._paths:
            path = os.path.abspath(file)  # before 3.9, a program's own is relative
            inside = path.startswith(self._root) and not any(part in path for part in _LEFT_OUT)
            self._paths[file] = path[len(self._root) :].replace(os.sep, "/") if inside else None
        return self._paths[file]

    def _caller(self, frame: Any) -> Any:
        caller = None
        while frame is not None and caller is None:
            caller = self._place(frame.f_code)
            frame = frame.f_back
        return caller

    def _place(self, code: Any) -> Any:
        """Return where the application defines `code`, None if it doesn't.

        What is known is known by file: the hash of code is made of all that it holds, each time.
        """
        path = self.path(code.co_filename)
        if path is None:
            return None
        return path, code.co_firstlineno, getattr(code, "co_qualname", code.co_name)
