"""What a system consists of: the file system.json, read and checked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from runner.failure import Failure

GATEWAY = "gateway"
_COMMANDS = {
    True: ["{python}", "-m", "gunicorn", "--config", "gunicorn.conf.py", "gateway:create_app()"],
    False: ["{python}", "-m", "gunicorn", "--config", "gunicorn.conf.py", "service:app"],
}


class Member(NamedTuple):
    """A service, or the gateway."""

    name: str
    folder: Path
    port: int
    internal_port: int
    command: list[str]
    environment: dict[str, str]


class System(NamedTuple):
    """All that system.json says, with absolute paths. `gateway` is one of `members`, the last."""

    name: str
    root: Path
    data: Path
    logs: Path
    python_path: list[Path]
    python: str
    members: list[Member]


def read_system(path: Path, python: str | None) -> System:
    """Read system.json; `python` goes before what it says about the interpreter."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    if not isinstance(data, dict) or data.get("format") != 1:
        raise Failure(f"{path}: not a system description of format 1")
    try:
        return _system(path.resolve().parent, data, python)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Failure(f"{path}: {type(error).__name__}: {error}") from error


def selected(system: System, only: list[str]) -> list[Member]:
    """Return the members to start; raise if a name is no member's."""
    names = [member.name for member in system.members]
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise Failure("no such service: {} (there are: {})".format(*map(_list, (unknown, names))))
    return [member for member in system.members if not only or member.name in only]


def _system(root: Path, data: dict[str, Any], python: str | None) -> System:
    entries = [*sorted(data["services"].items()), (GATEWAY, data[GATEWAY])]
    return System(
        name=data.get("name", root.name),
        root=root,
        data=root / data.get("data", "data"),
        logs=root / data.get("logs", "logs"),
        python_path=[root / folder for folder in data.get("python_path", ["servicekit"])],
        python=_python(root, python or data.get("python")),
        members=[_member(root, name, entry) for name, entry in entries],
    )


def _member(root: Path, name: str, entry: dict[str, Any]) -> Member:
    member = Member(
        name=name,
        folder=root / entry["folder"],
        port=int(entry["port"]),
        internal_port=int(entry["internal_port"]),
        command=list(entry.get("command") or _COMMANDS[name == GATEWAY]),
        environment=dict(entry.get("environment", {})),
    )
    if not member.folder.is_dir():
        raise Failure(f"{name}: its folder {member.folder} is missing")
    return member


def _python(root: Path, named: str | None) -> str:
    """Return the interpreter to use. It isn't resolved: a link tells Python its environment."""
    beside = root / ".venv" / "bin" / "python"
    if not named:
        return str(beside) if beside.exists() else sys.executable
    path = root / named if os.sep in named else None
    if path is not None and not path.exists():
        raise Failure(f"the interpreter {path} is missing; name one with --python")
    return str(path or named)


def _list(names: list[str]) -> str:
    return ", ".join(names)
