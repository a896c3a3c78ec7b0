"""Files beside the code: static files, translations, data."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceTree

_DATA = {".sql", ".json", ".txt", ".csv", ".tsv", ".yml", ".yaml", ".toml", ".ini", ".cfg",
         ".xml", ".pem", ".key", ".md", ".html", ".graphql",
         ".lua", ".mo", ".po", ".pot"}  # fmt: skip
_NEVER = {"__pycache__", "node_modules", "tests", "test", "htmlcov"}
_STATIC = "static"
_KEPT = {"translations", "locale", "locales", "templates"}
"""Folders of which every file counts: what isn't read as a template may be included by one."""

_MIGRATIONS = {"migrations", "alembic"}


def beside(
    tree: SourceTree, packages: Collection[str], *, static: bool, known: Collection[str]
) -> tuple[list[str], list[Finding]]:
    """The files to copy from the folders of `packages`, and what is left out on purpose.

    `packages` are folders that hold modules of the slice. A file belongs to the nearest folder
    above it that holds modules. `known` are files that are chosen otherwise.
    """
    owners = {path.rpartition("/")[0] for path in _python(tree)}
    found: list[str] = []
    migrations: set[str] = set()
    for path in _walk(tree.root):
        folders = path.split("/")[:-1]
        if gone := _MIGRATIONS & set(folders):
            migrations.add("/".join(folders[: min(map(folders.index, gone)) + 1]))
        elif path not in known and _belongs(path, owners, packages) and _wanted(path, static):
            found.append(path)
    return sorted(found), [_left_out(folder) for folder in sorted(migrations)]


def _python(tree: SourceTree) -> Iterator[str]:
    return (file.path for file in tree.files if file.language == "python")


def _belongs(path: str, owners: Collection[str], packages: Collection[str]) -> bool:
    folder = path.rpartition("/")[0]
    while folder and folder not in owners:
        folder = folder.rpartition("/")[0]
    return bool(folder) and folder in packages


def _wanted(path: str, static: bool) -> bool:
    folders = path.split("/")[:-1]
    if _STATIC in folders:
        return static
    return bool(_KEPT & set(folders)) or PurePosixPath(path).suffix.lower() in _DATA


def _walk(root: str) -> Iterator[str]:
    """Regular files below `root`, no link followed."""
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(one for one in folders if one not in _NEVER and not _hidden(one))
        for name in sorted(names):
            path = Path(folder, name)
            if not _hidden(name) and path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.endswith((".egg-info", ".pyc"))


def _left_out(folder: str) -> Finding:
    return Finding(
        location=Location(path=folder),
        code="slice-without-migrations",
        severity=Severity.NOTE,
        message="migrations describe the whole database; no service gets them",
        hint="Services make their tables from the models; write migrations per service from there.",
    )


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders that hold these files."""
    return {path.rpartition("/")[0] for path in paths}
