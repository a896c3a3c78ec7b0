"""What a request sends besides its answer: signals and tasks."""

from __future__ import annotations

from typing import Any, Callable

from decompose_recorder.imports import after_import

_FRAMEWORK = ("request-", "appcontext-", "template-", "before-render-", "got-request-", "message-")
Heard = Callable[[str, str], None]


def watch(heard: Heard) -> None:
    """Call `heard` with the kind and the name of each message."""
    after_import("blinker.base", lambda module: _signals(module.Signal, heard))
    after_import("celery.app.task", lambda module: _tasks(module.Task, "apply_async", heard))
    after_import("rq.queue", lambda module: _tasks(module.Queue, "enqueue_call", heard))


def _signals(kind: Any, heard: Heard) -> None:
    send = kind.send

    def watched(self: Any, *arguments: Any, **named: Any) -> Any:
        name = str(getattr(self, "name", ""))
        if self.receivers and name and not name.startswith(_FRAMEWORK):
            heard("signal", name)
        return send(self, *arguments, **named)

    kind.send = watched


def _tasks(kind: Any, method: str, heard: Heard) -> None:
    original = getattr(kind, method)

    def watched(self: Any, *arguments: Any, **named: Any) -> Any:
        function = arguments[0] if method == "enqueue_call" and arguments else self
        heard("task", str(getattr(function, "name", None) or getattr(function, "__name__", "")))
        return original(self, *arguments, **named)

    setattr(kind, method, watched)
