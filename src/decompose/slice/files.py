"""Files beside the code: static files, translations, data."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceTree

_DATA = {".sql", ".json", ".txt", ".csv", ".tsv", ".yml", ".yaml", ".toml", ".ini", ".cfg",
         ".xml", ".pem", ".key", ".md", ".html", ".graphql",
         ".lua", ".mo", ".po", ".pot"}  # fmt: skip
_NEVER = {"__pycache__", "node_modules", "htmlcov"}
_TESTS = {"tests", "test"}
_KEPT = {"translations", "locale", "locales", "templates"}
"""Folders of which every file counts: what isn't read as a template may be included by one."""

_MIGRATIONS = {"migrations", "alembic"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a slice asks of the files beside its code.

    `folders` hold its modules, `known` are files that are chosen otherwise, `strings` stand in its
    code. `static` are the folders whose files are sent as they are, `serves` tells whether this
    service has them.
    """

    folders: Collection[str]
    known: Collection[str]
    strings: Collection[str]
    static: Collection[str]
    serves: bool


def beside(tree: SourceTree, wanted: Wanted) -> tuple[list[str], list[Finding]]:
    """The files to copy, and what is left out on purpose.

    A file belongs to the nearest folder above it that holds modules. What the code names of it is
    copied, and of a package's the usual kinds of data.
    """
    owners = {file.path.rpartition("/")[0] for file in tree.files if file.language == "python"}
    named = {part for text in wanted.strings for part in text.split("/")}
    found: list[str] = []
    migrations: set[str] = set()
    for path in _walk(tree.root, tree.root, _NEVER | _TESTS):
        *folders, name = path.split("/")
        if gone := _MIGRATIONS & set(folders):
            migrations.add("/".join(folders[: min(map(folders.index, gone)) + 1]))
        elif path not in wanted.known and name.rpartition(".")[2] != "py":
            owner = _owner(path, owners)
            if owner in wanted.folders and _copied(path, owner, wanted, named):
                found.append(path)
    return sorted(found), [_left_out(folder) for folder in sorted(migrations)]


def _owner(path: str, owners: Collection[str]) -> str:
    folder = path.rpartition("/")[0]
    while folder and folder not in owners:
        folder = folder.rpartition("/")[0]
    return folder


def _copied(path: str, owner: str, wanted: Wanted, named: Collection[str]) -> bool:
    """Whether a file of a folder of the slice comes along."""
    inner = path.removeprefix(f"{owner}/")
    if any(f"/{folder}/" in f"/{inner}" for folder in wanted.static):
        return wanted.serves
    first, *others = inner.split("/")
    if first in named:
        return True
    if not owner:
        return first in _KEPT
    kept = bool(_KEPT & {first, *others[:-1]})
    return kept or PurePosixPath(path).suffix.lower() in _DATA


def beside_tests(root: str, tests: Iterable[str]) -> frozenset[str]:
    """The files that are no code in the folders of test files, and below those."""
    folders = {path.rpartition("/")[0] for path in tests} - {""}
    outer = [one for one in folders if not any(one.startswith(f"{o}/") for o in folders)]
    found = (path for one in outer for path in _walk(root, str(Path(root, one)), _NEVER))
    return frozenset(path for path in found if not path.endswith(".py"))


def _walk(root: str, start: str, never: Collection[str]) -> Iterator[str]:
    """Regular files below `start`, seen from `root`, no link followed."""
    for folder, folders, names in os.walk(start, followlinks=False):
        folders[:] = sorted(one for one in folders if one not in never and not _hidden(one))
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
    """The folders that hold these files, and the tree's own."""
    return {"", *(path.rpartition("/")[0] for path in paths)}
