"""Fetches applications and makes their environments, everything pinned by hash.

All of it lands in one folder (`DECOMPOSE_REAL_WORK`, or `real/.work` in the repository), and
what is there already is used again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .apps import REPOSITORY, App, Archive

VERSION = (3, 11)


class HarnessError(RuntimeError):
    """The harness cannot go on; says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An application that is ready to run: its source, its interpreter, a folder to write to."""

    app: App
    source: Path
    python: Path
    run: Path


def work_folder() -> Path:
    """Return the folder that holds everything fetched and installed."""
    return Path(os.environ.get("DECOMPOSE_REAL_WORK") or REPOSITORY / "real" / ".work").resolve()


def install(app: App) -> Installed:
    """Fetch an application and install what it needs, once for all processes."""
    folder = work_folder() / app.name
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = _environment(app.requirements, folder / "env")
        source = _source(app, python, folder)
    for name in app.folders:
        (source / name).mkdir(exist_ok=True)
    (run / "settings.cfg").write_text(app.settings, encoding="utf-8")
    return Installed(app=app, source=source, python=python, run=run)


def run_checked(command: list[str | Path], **keywords: object) -> str:
    """Run a command and return its output; its errors become part of a `HarnessError`."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **keywords)
    if done.returncode:
        words = " ".join(map(str, command[:6]))
        tail = (done.stdout + done.stderr)[-2000:]
        raise HarnessError(f"`{words} ...` ended with {done.returncode}:\n{tail}")
    return done.stdout


def _source(app: App, python: Path, folder: Path) -> Path:
    if app.archive is None:
        source = REPOSITORY / app.local
        if not source.is_dir():
            raise HarnessError(f"{app.name}: the folder {app.local} is missing")
        return source
    return unpack(app.archive, python, folder / "source") / app.archive.folder


def unpack(archive: Archive, python: Path, target: Path) -> Path:
    """Fetch an archive into `target`, unpack it there and return its only folder (a wheel: all)."""
    stamp = target / ".stamp"
    if not (stamp.exists() and stamp.read_text() == archive.requirement):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        _extract(_download(archive, python, target), target / "tree")
        stamp.write_text(archive.requirement)
    return target / "tree" if archive.wheel else next((target / "tree").iterdir())


def _extract(packed: Path, target: Path) -> None:
    if packed.suffix == ".whl":
        with zipfile.ZipFile(packed) as wheel:
            wheel.extractall(target)  # noqa: S202 - checked by its hash
    else:
        with tarfile.open(packed) as archive:
            archive.extractall(target, filter="data")


def _download(archive: Archive, python: Path, target: Path) -> Path:
    """Let pip fetch the archive; pip checks the hash before it looks inside."""
    wanted = target / "archive.txt"
    wanted.write_text(archive.requirement + "\n", encoding="utf-8")
    pip = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    kind = ["--only-binary" if archive.wheel else "--no-binary", archive.project]
    if archive.python:
        kind += ["--python-version", archive.python]
    run_checked([*pip, *kind, "-r", wanted, "-d", target / "archive"])
    return next((target / "archive").iterdir())


def _environment(requirements: Path, folder: Path) -> Path:
    """Make a virtual environment of exactly these requirements; return its interpreter."""
    python = folder / "bin" / "python"
    stamp = folder / ".stamp"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        run_checked([find_python(), "-m", "venv", folder])
        pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        run_checked([*pip, "-r", requirements])
        stamp.write_text(wanted)
    return python


def find_python() -> str:
    """Return an interpreter of the version that the requirements are pinned for."""
    if sys.version_info[:2] == VERSION:
        return sys.executable
    name = "python{}.{}".format(*VERSION)
    found = shutil.which(name) or _ask_uv("{}.{}".format(*VERSION))
    if not found:
        raise HarnessError(f"{name} is needed to run the applications; install it")
    return found


def _ask_uv(version: str) -> str:
    if not (uv := shutil.which("uv")):
        return ""
    asked = [uv, "python", "find", version]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
