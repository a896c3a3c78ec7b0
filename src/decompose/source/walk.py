"""A walk over a folder that ends, stays inside, and says what it left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.finding import Finding, Location, Severity

MAX_BYTES = 5_000_000
"""Larger files are data, not code: they are left out with a finding."""

_NEVER = frozenset(
    {
        "CVS",
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "decompose-report",
        "htmlcov",
        "node_modules",
    }
)
_MARKS = ("pyvenv.cfg", "decomposition.json")  # of a virtual environment, and of our own report
_UNLESS_PACKAGE = frozenset({"build", "dist", "env", "site-packages", "venv", "virtualenv"})
_PROJECT_FILES = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
)
_TEMPLATE_SUFFIXES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".txt", ".xml", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What a walk found: POSIX paths below the root, sorted, and what it left out."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]


def walk(root: Path, ignored: Callable[[str], bool], *, max_bytes: int = MAX_BYTES) -> Walked:
    """All files below `root` that may matter, without following a link to a folder.

    `ignored` says of a path (a folder's ends in `/`) whether a person wants it left out. Links to
    files are followed if they end inside the tree; a folder behind a link is read where it is.
    """
    files: list[str] = []
    findings: list[Finding] = []
    real_root = os.path.realpath(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        entries = _entries(root, folder, findings)
        if folder and any(entry.name in _MARKS for entry in entries):
            continue
        for entry in _named(entries, folder, findings):
            path = folder + entry.name
            if _is_folder(entry):
                if _enter(entry, path, ignored, findings):
                    pending.append(f"{path}/")
            elif _wanted(path) and not ignored(path):
                finding = _refusal(entry, path, real_root, max_bytes)
                if finding is None:
                    files.append(path)
                elif _matters(path):
                    findings.append(finding)
    return Walked(files=tuple(sorted(files)), findings=tuple(sorted(findings)))


def _entries(root: Path, folder: str, findings: list[Finding]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118 - in a long loop
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        findings.append(
            _finding(
                folder.rstrip("/") or ".",
                "unreadable-folder",
                f"this folder can't be read: {error.strerror}",
                "Give yourself the permission to read it, or list it under `ignore`.",
            )
        )
        return []


def _named(
    entries: Iterable[os.DirEntry[str]], folder: str, findings: list[Finding]
) -> Iterator[os.DirEntry[str]]:
    """Those that code could refer to."""
    for entry in entries:
        if _is_text(entry.name):
            yield entry
        else:
            findings.append(
                _finding(
                    folder + os.fsencode(entry.name).decode("utf-8", "backslashreplace"),
                    "unreadable-name",
                    "this name is not UTF-8, so nothing could refer to it; it is left out",
                    "Rename it.",
                )
            )


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _enter(
    entry: os.DirEntry[str],
    path: str,
    ignored: Callable[[str], bool],
    findings: list[Finding],
) -> bool:
    if entry.name in _NEVER or entry.name.startswith(".") or entry.name.endswith(".egg-info"):
        return False
    if ignored(f"{path}/"):
        return False
    if entry.is_symlink():
        findings.append(_linked_folder(entry, path))
        return False
    if entry.name in _UNLESS_PACKAGE and not _exists(Path(entry.path, "__init__.py")):
        if any(_exists(Path(entry.path, mark)) for mark in _MARKS):
            return False
        findings.append(
            _finding(
                path,
                "folder-skipped",
                f"folders named `{entry.name}` hold built or installed code; it is left out",
                "If it holds code of yours, make it a package by adding an `__init__.py`.",
                Severity.NOTE,
            )
        )
        return False
    return True


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _linked_folder(entry: os.DirEntry[str], path: str) -> Finding:
    target = os.path.realpath(entry.path)
    above = os.path.realpath(Path(entry.path).parent)
    if (above + os.sep).startswith(target.rstrip(os.sep) + os.sep):
        return _finding(
            path,
            "link-loop",
            "this link leads to a folder that holds it; it is not followed",
            "",
            Severity.NOTE,
        )
    return _finding(
        path,
        "link-skipped",
        "this link leads to a folder; it is not followed",
        "A folder inside the tree is read where it is; copy in what lies outside.",
        Severity.NOTE,
    )


def _wanted(path: str) -> bool:
    """Whether the file's name says that some part of the tool reads it."""
    name = path.rsplit("/", 1)[-1]
    return (
        name.endswith((".py", ".sql", *_TEMPLATE_SUFFIXES))
        or name in _PROJECT_FILES
        or is_requirements(path)
    )


def _matters(path: str) -> bool:
    """Whether a person would want to know that the file is left out."""
    return not is_template(path) or "templates" in path.split("/")


def is_template(path: str) -> bool:
    """Whether the file's name is that of a template, if it lies in a templates folder."""
    return path.endswith(_TEMPLATE_SUFFIXES)


def is_requirements(path: str) -> bool:
    """Whether it is a requirements file: `requirements*.txt`, or a .txt below `requirements/`."""
    parts = path.split("/")
    if not parts[-1].endswith((".txt", ".in")):
        return False
    return parts[-1].startswith("requirements") or "requirements" in parts[-2:-1]


def _refusal(entry: os.DirEntry[str], path: str, real_root: str, max_bytes: int) -> Finding | None:
    """Why the file is left out, or None."""
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if not target.startswith(real_root.rstrip(os.sep) + os.sep):
            return _finding(
                path,
                "link-outside",
                "this link leads out of the tree; it is not followed",
                "Copy the file into the tree if it belongs to the application.",
            )
    try:
        status = entry.stat()
    except OSError as error:
        return _finding(
            path, "unreadable-file", f"this file can't be read: {error.strerror}", "Mend the link."
        )
    if not stat.S_ISREG(status.st_mode):
        return _finding(path, "not-a-file", "this is no regular file; it is left out", "")
    if status.st_size > max_bytes:
        return _finding(
            path,
            "file-too-large",
            f"this file has {status.st_size:,} bytes; over {max_bytes:,} it is left out as data",
            "Move the data out of the code, or list the file under `ignore`.",
        )
    return None


def _finding(
    path: str, code: str, message: str, hint: str, severity: Severity = Severity.WARNING
) -> Finding:
    return Finding(
        location=Location(path=path), code=code, severity=severity, message=message, hint=hint
    )
