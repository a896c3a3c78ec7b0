"""Which name each template would be rendered by."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

_TEMPLATE_FOLDER = re.compile(rb"""template_folder\s*=\s*(["'])([^"'\n]+)\1""")


def declared_folders(path: str, source: bytes) -> Iterable[str]:
    """Folders below the root that a Python file gives as a literal `template_folder`.

    As in Flask, they are relative to the folder of that file.
    """
    for _, value in _TEMPLATE_FOLDER.findall(source):
        folder = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), value.decode("utf-8", "replace"))
        )
        if folder not in {".", ".."} and not folder.startswith(("../", "/")):
            yield folder


def template_folder(path: str, declared: frozenset[str]) -> str | None:
    """The outermost templates folder that holds the file, or None."""
    parts = path.split("/")[:-1]
    for length, name in enumerate(parts, start=1):
        folder = "/".join(parts[:length])
        if name == "templates" or folder in declared:
            return folder
    return None


def template_names(folders: Mapping[str, str]) -> dict[str, str]:
    """`template:NAME` for each path; `folders` gives the templates folder of each.

    NAME is the path below the templates folder. Where two folders hold one NAME, Flask renders
    the application's before any blueprint's: the one in the shallowest folder (the first by
    name, among equals) keeps it, and each other is called `template:NAME@FOLDER`.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(folders, key=lambda item: (folders[item].count("/"), folders[item], item)):
        folder = folders[path]
        name = f"template:{path[len(folder) + 1 :]}"
        names[path] = f"{name}@{folder}" if name in taken else name
        taken.add(name)
    return names
