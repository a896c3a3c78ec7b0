"""Which dotted name each Python file would be imported by."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)
_PROJECT_MARKS = frozenset(
    {"Pipfile", "manage.py", "pyproject.toml", "requirements.txt", "setup.cfg", "setup.py"}
)


def imported_names(head: bytes) -> Iterable[str]:
    """The dotted names after `import` and `from` in the beginning of a source file."""
    return (match.decode("ascii", "replace") for match in _IMPORT.findall(head))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that has Python below it: the names directly in it that can be imported."""

    is_package: bool
    files: frozenset[str]
    folders: frozenset[str]

    @property
    def children(self) -> frozenset[str]:
        """Names of the modules and packages directly in it."""
        modules = {name[:-3] for name in self.files if name.endswith(".py")}
        return frozenset(modules | self.folders) - {"__init__", "__main__"}


def python_folders(paths: Collection[str]) -> dict[str, Folder]:
    """Every folder that has Python below it, by path (the root's is empty)."""
    files: dict[str, set[str]] = {"": set()}
    folders: dict[str, set[str]] = {"": set()}
    for path in (path for path in paths if path.endswith(".py")):
        folder = path.rpartition("/")[0]
        while folder not in files:
            files[folder] = set()
            folders[folder] = set()
            folder = folder.rpartition("/")[0]
    for path in files:
        if path:
            parent, _, child = path.rpartition("/")
            folders[parent].add(child)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder in files:
            files[folder].add(name)
    return {
        path: Folder(
            is_package="__init__.py" in files[path],
            files=frozenset(files[path]),
            folders=frozenset(folders[path]),
        )
        for path in sorted(files)
    }


def folder_names(
    folders: Mapping[str, Folder], imports: Counter[str], above: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """The dotted name of every folder, as a tuple; that of an import root is empty.

    `imports` counts the dotted names that the tree's files import, `above` is the dotted name of
    the tree's root (not empty where the root lies inside a package). A folder in a package
    belongs to it. A folder with a name that no import could say is an import root. Any other
    folder without `__init__.py` is a namespace package if files import it by its own name, and
    an import root if they import what is in it; where none do, one with a project's marks or
    the name `src` is a root.
    """
    names = {"": above}
    for path in sorted(folders, key=lambda item: (item.count("/"), item)):
        if path:
            parent, _, name = path.rpartition("/")
            names[path] = _folder_name(folders, imports, path, names[parent], parent, name)
    return names


def _folder_name(
    folders: Mapping[str, Folder],
    imports: Counter[str],
    path: str,
    prefix: tuple[str, ...],
    parent: str,
    name: str,
) -> tuple[str, ...]:
    folder = folders[path]
    if not name.isidentifier():
        return ()
    if folder.is_package or folders[parent].is_package:
        return (*prefix, name)
    own = imports[".".join((*prefix, name))]
    elsewhere = folders[""].children | folders[parent].children | sys.stdlib_module_names
    inside = sum(imports[child] for child in folder.children - elsewhere)
    if own or inside:
        return (*prefix, name) if own >= inside else ()
    if name == "src" or folder.files & _PROJECT_MARKS:
        return ()
    return (*prefix, name)


def prefix_counts(names: Iterable[str]) -> Counter[str]:
    """How often each dotted name is imported, itself or something below it."""
    counts: Counter[str] = Counter()
    for name, count in Counter(names).items():
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            counts[".".join(parts[:length])] += count
    return counts


def module_name(path: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """The dotted name of a Python file; a lone `__init__.py` in an import root keeps its name."""
    folder, _, file = path.rpartition("/")
    stem = file[:-3]
    parts = names[folder] if stem == "__init__" and names[folder] else (*names[folder], stem)
    return ".".join(parts)


def packages_above(root: Path) -> tuple[str, ...]:
    """The dotted name of the root itself, where it lies inside a package."""
    names: list[str] = []
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        names.append(root.name)
        root = root.parent
    return tuple(reversed(names))
