"""What finished code says: its imports, paths of files, static folders."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_STATIC = "static"
_READ_STATIC = {"static_folder", "send_static_file"}
_NO_PATH = {"url_for", "startswith", "endswith"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What one or several modules say.

    `imports` are top-level modules, `eager` those imported outside functions, `paths` strings that
    may be relative paths of files, `static` the folders whose files the application or a blueprint
    sends as they are, `reads_static` tells whether the code itself asks for one of these folders or
    files.
    """

    imports: frozenset[str] = frozenset()
    eager: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset({_STATIC})
    reads_static: bool = False

    def third_party(self, own: Collection[str]) -> tuple[str, ...]:
        """The modules imported that are neither the application's `own` nor Python's."""
        return tuple(sorted(self.imports - {*own} - sys.stdlib_module_names))

    @property
    def opens_static(self) -> bool:
        """Whether the code names a static folder otherwise than to declare or link to it."""
        names = {folder.rpartition("/")[2] for folder in self.static}
        return self.reads_static or any(names & {*path.split("/")} for path in self.paths)


def contents(tree: ast.Module) -> Contents:
    """What a module says."""
    static: set[str] = {_STATIC}
    return Contents(
        imports=frozenset(name for name, _ in _imports(ast.walk(tree))),
        eager=frozenset(name for name, _ in _imports(_outside_functions(tree))),
        paths=frozenset(text for text in _strings(tree, static) if not text.startswith("/")),
        static=frozenset(static),
        reads_static=any(getattr(node, "attr", "") in _READ_STATIC for node in ast.walk(tree)),
    )


def together(every: Iterable[Contents]) -> Contents:
    """What several modules say."""
    every = list(every)
    return Contents(
        imports=frozenset().union(*(one.imports for one in every)),
        eager=frozenset().union(*(one.eager for one in every)),
        paths=frozenset().union(*(one.paths for one in every)),
        static=frozenset({_STATIC}).union(*(one.static for one in every)),
        reads_static=any(one.reads_static for one in every),
    )


def lines_of_imports(tree: ast.Module) -> dict[str, int]:
    """The first line on which a module imports each top-level module."""
    found: dict[str, int] = {}
    for name, line in _imports(ast.walk(tree)):
        found[name] = min(line, found.get(name, line))
    return found


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it that runs when its module is imported."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _strings(node: ast.AST, static: set[str]) -> Iterator[str]:
    """Strings that are no endpoints, nor compared with something; notes static folders."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.keyword) and node.arg == "static_folder":
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            static.add(node.value.value.strip("./"))
    elif not isinstance(node, ast.Compare) and not _takes_no_path(node):
        for child in ast.iter_child_nodes(node):
            yield from _strings(child, static)


def _takes_no_path(node: ast.AST) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _NO_PATH
