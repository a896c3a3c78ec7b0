"""What the code of a finished slice says: its imports, paths of files, static folders."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator

_DEFAULT = "static"


def third_party(trees: Iterable[ast.Module], own: Collection[str]) -> tuple[str, ...]:
    """The top-level modules that are imported, neither of the application's `own` nor Python's."""
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return tuple(sorted(found - {name.partition(".")[0] for name in own} - sys.stdlib_module_names))


def paths(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Strings that may be relative paths of files that the code opens."""
    return frozenset(text for tree in trees for text in _strings(tree) if not text.startswith("/"))


def _strings(node: ast.AST) -> Iterator[str]:
    """Strings, but neither the endpoints of links nor the declarations of static folders."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not (isinstance(node, ast.keyword) and node.arg == "static_folder"):
        skipped = node.args[:1] if isinstance(node, ast.Call) and _name(node) == "url_for" else ()
        for child in ast.iter_child_nodes(node):
            if child not in skipped:
                yield from _strings(child)


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def static_folders(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The names of the folders whose files the application or a blueprint sends as they are."""
    declared = (
        node.value.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "static_folder"
        and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )  # fmt: skip
    return frozenset({_DEFAULT, *(name.rstrip("/").rpartition("/")[2] for name in declared)})
