"""Ways to be told that a definition of the application begins to run.

Python 3.12 and newer tell it at little cost. An older one can be told to trace, which it does in
all libraries too, so there the application's own code is compiled with a note in each definition,
and traced only where it came to be without us.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.machinery
import sys
import threading
from types import CodeType
from typing import Any, Callable, Optional, Set

from decompose_recorder.imports import after_import
from decompose_recorder.instrumenting import RAN, SEEN, Instrumented

Path = Callable[[str], Optional[str]]
Ran = Callable[[Any], bool]
_COMPILING = ("_pytest.assertion.rewrite", "flask.config", "jinja2.environment")
"""Modules that compile the application's code themselves: tests, settings, templates."""


class Monitoring:
    """By `sys.monitoring`, from Python 3.12 on."""

    def __init__(self, tool: int, ran: Ran) -> None:
        self._ran = ran
        monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - older ones don't have it
        self._disable = monitoring.DISABLE
        event = monitoring.events.PY_START
        monitoring.register_callback(tool, event, self._started)
        monitoring.set_events(tool, event)

    def begin(self) -> None:
        """Nothing: what this costs outside of requests isn't worth to be switched."""

    def end(self) -> None:
        """Nothing, as above."""

    def _started(self, code: Any, offset: int) -> Any:
        return None if self._ran(code) else self._disable


def free_tool() -> Optional[int]:
    """Return the number under which nobody else monitors, None without any."""
    monitoring: Any = getattr(sys, "monitoring", None)
    for number in (4, 3) if monitoring else ():
        if monitoring.get_tool(number) is None:
            monitoring.use_tool_id(number, "decompose")
            return number
    return None


class Tracing:
    """By `sys.settrace`, or `sys.setprofile` where somebody else traces to measure coverage."""

    def __init__(self, path: Path, ran: Ran) -> None:
        self._path = path
        self._ran = ran
        self._follow: Any = None

    def begin(self) -> None:
        """Be told of calls in this thread."""
        self._follow = sys.setprofile if sys.gettrace() else sys.settrace
        self._follow(self._follower())

    def end(self) -> None:
        """Leave this thread alone."""
        if self._follow is not None:
            self._follow(None)
            self._follow = None

    def _follower(self) -> Any:
        """Return what Python calls at every call, of libraries too: it has to be short."""
        path, ran = self._path, self._ran

        def called(frame: Any, event: str, argument: Any) -> None:
            if event == "call" and path(frame.f_code.co_filename) is not None:
                ran(frame.f_code)

        return called


class Notes:
    """By a note in each definition that is compiled from now on.

    What is not imported from a source file, as a program's own file is not, has none. While there
    is such a module of the application, everything is traced as well.
    """

    def __init__(self, path: Path, ran: Ran, tracing: Tracing) -> None:
        self._path = path
        self._ran = ran
        self._tracing = tracing
        self._turn = threading.RLock()
        self._thread = 0
        self._seen: Set[int] = set()
        self._instrumented = Instrumented()
        self._compiled: Set[str] = set()
        self._modules = 0
        self._others = False
        setattr(builtins, SEEN, self._seen)
        setattr(builtins, RAN, self._noted)
        loader: Any = importlib.machinery.SourceFileLoader
        loader.get_code = self._imported(loader.get_code)
        for name in _COMPILING:
            after_import(name, lambda module: setattr(module, "compile", self._compile))
        after_import("_pytest.assertion.rewrite", self._rewrite_anew)
        after_import("jinja2.bccache", _keep_nothing)

    def begin(self) -> None:
        """Have each definition be noted once more."""
        with self._turn:
            self._thread = threading.get_ident()
            self._seen.clear()
        if self._others or self._has_others():
            self._tracing.begin()

    def end(self) -> None:
        """Go on; what runs outside of a request is noted once, and that is all."""
        self._tracing.end()
        self._thread = 0

    def _noted(self, number: int) -> bool:
        with self._turn:
            if self._thread in (0, threading.get_ident()):
                self._seen.add(number)
                self._ran(sys._getframe(1).f_code)
        return True

    def _imported(self, original: Any) -> Any:
        def get_code(loader: Any, name: str) -> Any:
            path = loader.get_filename(name)
            if self._path(path) is not None:
                with contextlib.suppress(Exception):  # the original says what is wrong with it
                    return self._compile(loader.get_data(path), path)
            return original(loader, name)

        return get_code

    def _compile(self, source: Any, filename: Any, mode: str = "exec", **options: Any) -> Any:
        """Compile as Python does, with notes where it is the application's."""
        options["dont_inherit"] = True
        path = self._path(filename) if isinstance(filename, str) and mode == "exec" else None
        if path is None:
            return compile(source, filename, mode, **options)
        code = self._instrumented.compile(source, filename, **options)
        self._compiled.add(path)
        return code

    def _rewrite_anew(self, module: Any) -> None:
        """Have pytest compile the application's tests, whatever it has kept of them."""
        read = module._read_pyc

        def read_pyc(source: Any, *arguments: Any) -> Any:
            return None if self._path(str(source)) is not None else read(source, *arguments)

        module._read_pyc = read_pyc

    def _has_others(self) -> bool:
        """Return whether a module of the application has no notes, and has what could be noted."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            files = [getattr(m, "__dict__", {}).get("__file__") for m in list(sys.modules.values())]
            self._others = any(isinstance(file, str) and self._is_other(file) for file in files)
        return self._others

    def _is_other(self, file: str) -> bool:
        path = self._path(file)
        compiled = path is None or path in self._compiled
        native = file.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
        return not compiled and not native and _defines(file)


def _keep_nothing(module: Any) -> None:
    """Have Jinja compile each template: others must not find our notes in what it kept."""
    module.BytecodeCache.get_bucket = lambda cache, environment, *rest: module.Bucket(
        environment, "", ""
    )
    module.BytecodeCache.set_bucket = lambda cache, bucket: None


def _defines(file: str) -> bool:
    """Return whether a file has functions, as far as it can be read."""
    try:
        with open(file, "rb") as source:
            code = compile(source.read(), file, "exec", dont_inherit=True)
    except (OSError, ValueError, SyntaxError):
        return True
    return any(isinstance(constant, CodeType) for constant in code.co_consts)
