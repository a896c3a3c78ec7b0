"""Starts the sides of a replay, each on databases of its own in a scratch folder."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Container, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from decompose.errors import UserError
from decompose.verify.process import Server
from decompose.verify.rows import SEQUENCES
from decompose.verify.side import Side
from decompose.verify.store import Databases, Store
from decompose.verify.system import System
from decompose.verify.tape import Shape, Survey

_WAITING = (
    "import os, sys; print('serving', os.environ['GATEWAY_URL'], flush=True); sys.stdin.read()"
)
_NOT_DEPLOYED = (".git", ".hg", ".svn", ".venv", "venv", ".tox", "node_modules", "__pycache__")
_OF_RUNS = frozenset({"data", "logs", ".venv", ".decompose"})


Open = Callable[[str, Mapping[str, Shape]], Store]
"""Opens the database of a service, of which these tables count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where and with what sides are started; `scratch` is an empty folder that goes afterwards."""

    root: Path
    system: System
    tape: Survey
    python: str
    scratch: Path
    databases: Databases
    closing: ExitStack

    @property
    def fault(self) -> Path:
        """The file by which a service is told to fail."""
        return self.scratch / "fault.json"

    @property
    def logs(self) -> Path:
        """The folder with the logs of the split."""
        return self.scratch / "split" / "logs"


def serve_command(python: str, target: str, port: int) -> tuple[str, ...]:
    """The command that serves the application `module:name`; port 0 takes any free one."""
    return (python, "-m", "decompose_recorder.serve", target, str(port))


def write_recorder(folder: Path) -> Path:
    """Write what runs inside the applications, and return where."""
    from decompose.render import tree  # noqa: PLC0415 - `--help` doesn't wait for its library

    for path, content in tree("recorder"):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def start_again(stage: Stage) -> Side:
    """A second monolith, from a copy of its code.

    As after every deployment, paths and times of files are others. Answers that depend on them
    differ between the two monoliths, so that they are no fault of the split.
    """
    folder = stage.scratch / "copy" / stage.root.name
    shutil.copytree(
        stage.root,
        folder,
        symlinks=True,
        ignore=shutil.ignore_patterns(*_NOT_DEPLOYED),
        copy_function=shutil.copy,
    )
    return start_monolith(replace(stage, root=folder), "again")


def start_monolith(stage: Stage, name: str) -> Side:
    """A server of the monolith; `name` tells several apart."""
    folder = stage.scratch / name
    folder.mkdir()
    stage.databases.create(name, stage.tape.sql)
    pinned, environment = _database(stage.system, stage.databases.url(name))
    settings = _settings(stage, folder, monolith=True, pinned=pinned)
    command = serve_command(stage.python, stage.system.target, 0)
    server = Server(
        "The monolith", command, stage.root, {**_environment(stage, settings), **environment}
    )
    stage.closing.callback(server.stop)
    store = stage.databases.open(name, stage.tape.tables)
    return Side(f"http://127.0.0.1:{server.wait()}", [store])


def _left_behind(system: Path) -> Callable[[str, list[str]], set[str]]:
    """What a copy of a split goes without: what its runs left at its top, and compiled code."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        of_runs = _OF_RUNS if Path(folder) == system else frozenset()
        return {name for name in names if name in of_runs or name == "__pycache__"}

    return ignored


def start_split(stage: Stage, *, failing: bool = False) -> Side:
    """The whole split, from a copy of its folder: data and logs of its own stay untouched.

    With `failing`, its services fail when the stage's file tells them to.
    """
    folder = stage.scratch / "split"
    shutil.copytree(stage.system.folder, folder, ignore=_left_behind(stage.system.folder))
    environment = {
        f"DATABASE_URL_{name.upper().replace('-', '_')}": stage.databases.url(_database_of(name))
        for name in stage.system.owned
    }
    environment |= {"SERVICEKIT_SECRET": secrets.token_urlsafe(32), "SECRET_KEY": key(stage.tape)}
    faults = stage.fault if failing else None
    settings = _settings(stage, folder, monolith=False, pinned={}, faults=faults)
    command = [
        *(stage.python, "run.py", "--free-ports", "--quiet", "--python", stage.python),
        *("--", stage.python, "-c", _WAITING),
    ]
    server = Server("The split", command, folder, {**_environment(stage, settings), **environment})
    stage.closing.callback(server.stop)
    address = server.wait()

    def opened(name: str, shapes: Mapping[str, Shape]) -> Store:
        return stage.databases.open(_database_of(name), shapes)

    return Side(address, *open_split(stage.system, stage.tape, opened))


def open_split(system: System, tape: Survey, opened: Open) -> tuple[list[Store], dict[str, Store]]:
    """What services own, and what they copy, each with its recorded tables."""
    owned = [
        opened(name, _shapes(tape, (*tables, *SEQUENCES))) for name, tables in system.owned.items()
    ]
    copied = {
        name: opened(name, _shapes(tape, tables))
        for name, tables in system.copied.items()
        if tables
    }
    return owned, copied


def _database_of(service: str) -> str:
    """A name that no side of the monolith has."""
    return f"service-{service}"


def _shapes(tape: Survey, names: Container[str]) -> dict[str, Shape]:
    return {name: shape for name, shape in tape.tables.items() if name in names}


def _database(system: System, url: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The setting that names the monolith's database: in its configuration, or its environment."""
    value = url.removeprefix("sqlite:///") if system.database_is_path else url
    if system.database_in_environment:
        return {}, {system.database_key: value}
    return {system.database_key: value}, {}


def key(tape: Survey) -> str:
    """The key that the recorded sessions are signed with."""
    value = tape.config.get("SECRET_KEY", {}).get("value")
    return value if isinstance(value, str) and value else secrets.token_urlsafe(32)


def _settings(
    stage: Stage,
    folder: Path,
    *,
    monolith: bool,
    pinned: Mapping[str, Any],
    faults: Path | None = None,
) -> Path:
    files = folder / "files"
    files.mkdir()
    path = folder / "decompose-replay.json"
    settings = {**replay_settings(stage.tape, stage.system, str(files)), "monolith": monolith}
    settings |= {"pinned": dict(pinned), "faults": str(faults or "")}
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


def replay_settings(tape: Survey, system: System, files: str) -> dict[str, Any]:
    """What a service that replays is told; the paths of its configuration lie in `files`."""
    config = {k: v for k, v in tape.config.items() if k != system.database_key}
    told = {"mode": "replay", "monolith": False, "config": config, "pinned": {}}
    return {**told, "files": files, "faults": ""}


def _environment(stage: Stage, settings: Path) -> dict[str, str]:
    return {
        "DECOMPOSE_RECORDER": str(settings),
        "PYTHONPATH": str(stage.scratch / "recorder"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def find_python(root: Path, out: Path, named: str | None) -> str:
    """The interpreter that has what the monolith and the split need."""
    if named:
        found = shutil.which(named)
        if found is None:
            raise UserError(f"--python {named}: there is no such interpreter.")
        return str(Path(found).absolute())
    for folder in (out, root):
        path = folder / ".venv" / "bin" / "python"
        if path.exists():
            return str(path.absolute())
    raise UserError(
        "No environment was found in which the monolith and its split can run.",
        hint="Name its interpreter: --python path/to/environment/bin/python. "
        "It needs the monolith's requirements and those of the split's requirements.txt.",
    )
