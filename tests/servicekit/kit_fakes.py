"""A data plane that only remembers what it was asked, and folders of small services."""

from __future__ import annotations

import contextlib
import json
import textwrap
from pathlib import Path
from typing import Any

from servicekit.errors import Refused

SECRET = "a-key-that-is-long-enough"  # noqa: S105 - protects nothing


class FakeScope:
    """What the kit sees of one request."""

    def __init__(self) -> None:
        self.stale: dict[str, Any] = {}
        self.committed = False
        self.waited: list[Any] = []
        self.seen: dict[str, int] = {}

    def wait_for(self, positions: Any) -> None:
        self.waited.append(positions)

    def positions(self) -> dict[str, int]:
        return self.seen


class FakeData:
    """The data plane's interface, with its calls in a list."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.calls: list[Any] = []
        self.requests: list[Any] = []
        self.scopes: list[FakeScope] = []
        self.next_scope: Any = FakeScope
        self.on_open: Any = None
        self.copying: list[str] = []

    def install_hooks(self) -> None:
        self.calls.append("install_hooks")

    def alone(self) -> Any:
        return contextlib.nullcontext()

    def prepare(self) -> None:
        self.calls.append("prepare")

    def operations(self) -> dict[str, Any]:
        return {"echo": lambda payload: {"said": payload}, "decline": _decline, "fail": _fail}

    @contextlib.contextmanager
    def request(self, tables: Any, *, writes: bool = False) -> Any:
        self.requests.append(tuple(tables))
        if self.on_open:
            self.on_open()
        scope = self.next_scope()
        self.scopes.append(scope)
        self.calls.append("open")
        yield scope
        self.calls.append("close")

    def start_background(self) -> None:
        self.calls.append("start_background")

    def stop(self) -> None:
        self.calls.append("stop")

    def lag(self) -> dict[str, Any]:
        return {"accounts": {"position": 3, "age": 0.5, "copying": self.copying}}


def _decline(payload: Any) -> Any:
    raise Refused("conflict", {"table": "users"})


def _fail(payload: Any) -> Any:
    raise RuntimeError("a bug")


def description(**changes: Any) -> dict[str, Any]:
    """Return the content of a service.json."""
    return {
        "format": 1,
        "name": "orders",
        "application": {"target": "app:create_app", "kind": "factory"},
        "database": {"config": "SQLALCHEMY_DATABASE_URI", "style": "url"},
        "secret": {"config": "SECRET_KEY"},
        "models": [],
        "schema": None,
        "owned": [],
        "replicas": {},
        "declared": {},
        "endpoints": {},
        "build_only": [],
        "peers": [],
        "level": "strong",
        "levels": {},
        "owner_down": "stale",
        **changes,
    }


def write(folder: Path, files: dict[str, str], **changes: Any) -> Path:
    """Write a service's folder; return the path of its service.json."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    path = folder / "service.json"
    path.write_text(json.dumps(description(**changes)), encoding="utf-8")
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a service's process."""
    return {
        "DATABASE_URL": "sqlite:///{}".format(folder / "service.db"),
        "SECRET_KEY": "public secret",
        "SERVICEKIT_SECRET": SECRET,
        **more,
    }
