"""Records a tape: starts a program with the recorder on its path, in the monolith's folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceTree
from decompose.errors import UserError
from decompose.verify.start import write_recorder
from decompose.verify.tape import FORMAT, Survey, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What to record: `command` in the folder `root`; `masks` are names of fields and columns."""

    root: Path
    tape: Path
    command: tuple[str, ...]
    python: str | None
    masks: tuple[str, ...]
    limit: int
    tool: str


def record(recording: Recording, tree: SourceTree) -> tuple[int, Survey]:
    """Run the command; its exit code, and what is on the tape then.

    Raises UserError where the command can't be started, or no request was recorded.
    """
    _begin(recording, tree)
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_recorder(Path(scratch) / "recorder")
        settings = Path(scratch) / "settings.json"
        settings.write_text(json.dumps(_settings(recording)), encoding="utf-8")
        status = _run(recording, _environment(recording, folder, settings))
    return status, survey(recording.tape)


def code_digest(tree: SourceTree) -> str:
    """What tells one version of the code from another: the bytes of its Python files."""
    digest = sha256()
    for file in tree.files:
        if file.path.endswith(".py"):
            content = (Path(tree.root) / file.path).read_bytes()
            digest.update(f"{file.path}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
    return digest.hexdigest()


def of_other_code(tape: Survey, tree: SourceTree) -> tuple[Finding, ...]:
    """A finding if the tape was recorded from other code than what is there now."""
    if tape.code == code_digest(tree):
        return ()
    finding = Finding(
        location=Location(path="."),
        code="tape-of-other-code",
        severity=Severity.WARNING,
        message="The tape was recorded from other code than what is there now",
        hint="Record it anew if the monolith has changed in what it does.",
    )
    return (finding,)


def _begin(recording: Recording, tree: SourceTree) -> None:
    header = {
        "event": "tape",
        "format": FORMAT,
        "tool": recording.tool,
        "code": code_digest(tree),
    }
    try:
        recording.tape.parent.mkdir(parents=True, exist_ok=True)
        recording.tape.write_text(json.dumps(header) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{recording.tape} can't be written: {error.strerror}.") from error


def _settings(recording: Recording) -> dict[str, object]:
    return {
        "mode": "record",
        "tape": str(recording.tape.absolute()),
        "limit": recording.limit,
        "masks": list(recording.masks),
        "key": secrets.token_hex(16),
        "root": str(recording.root.resolve()),
    }


def _environment(recording: Recording, folder: Path, settings: Path) -> dict[str, str]:
    """The environment of the command; the interpreter's own commands are found first."""
    path = os.environ.get("PATH", os.defpath)
    python = Path(recording.python or recording.root / ".venv" / "bin" / "python")
    if python.exists():
        path = f"{python.absolute().parent}{os.pathsep}{path}"
    also = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(folder), also])),
        "DECOMPOSE_RECORDER": str(settings),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def _run(recording: Recording, environment: dict[str, str]) -> int:
    program = shutil.which(recording.command[0], path=environment["PATH"])
    if program is None:
        raise UserError(
            f"{recording.command[0]} was not found.",
            hint="Name the monolith's interpreter with --python; its commands are found then.",
        )
    process = subprocess.Popen(  # noqa: S603 - the user's own command
        [str(Path(program).absolute()), *recording.command[1:]],
        cwd=recording.root,
        env=environment,
    )
    try:
        return process.wait()
    except KeyboardInterrupt:  # how a server is ended; it has got the signal too
        return process.wait()
