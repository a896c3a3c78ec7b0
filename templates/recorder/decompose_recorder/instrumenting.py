"""Compiles Python with a note in each definition, by which it says that it runs.

A note is `NUMBER in SEEN or RAN(NUMBER)`, after the docstring, on the line of the next statement.
Both names are among the builtins. Lines, docstrings and what `inspect` tells stay as they were.
"""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator, List, Set, Tuple

SEEN, RAN = "__decompose_seen__", "__decompose_ran__"
_BODIES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Instrumented:
    """What has been compiled; templates are compiled anew for every application of a test suite."""

    def __init__(self) -> None:
        self._count = 0
        self._codes: Dict[Tuple[str, Any], Any] = {}

    def compile(self, source: Any, filename: str, **options: Any) -> Any:
        """Compile source, or its syntax tree, to a module's code."""
        if isinstance(source, ast.AST):
            return compile(self._noting(source), filename, "exec", **options)
        if (filename, source) not in self._codes:
            tree = self._noting(ast.parse(source, filename))
            self._codes[filename, source] = compile(tree, filename, "exec", **options)
        return self._codes[filename, source]

    def _noting(self, tree: Any) -> Any:
        texts = set(_texts(tree))
        for node in list(ast.walk(tree)):
            if isinstance(node, _BODIES):
                self._note_body(node)
            elif isinstance(node, ast.Lambda) and id(node) not in texts:
                noted = ast.BoolOp(op=ast.And(), values=[self._note(node.body.lineno), node.body])
                node.body = ast.copy_location(noted, node.body)
        return tree

    def _note_body(self, node: Any) -> None:
        first = _first(node)
        after = node.body[first : first + 1] or node.body[-1:] or [node]
        line = min(
            getattr(one, "lineno", 1) for one in [*after, *getattr(after[0], "decorator_list", [])]
        )
        note: List[Any] = [ast.Expr(value=self._note(line), **_at(line))]
        if isinstance(node, ast.ClassDef):  # a metaclass may look names up in its own way
            note.insert(0, ast.Global(names=[SEEN, RAN], **_at(line)))
        node.body[first:first] = note

    def _note(self, line: int) -> Any:
        self._count += 1
        at = _at(line)
        number = ast.Constant(value=self._count, kind=None, **at)
        seen, ran = (ast.Name(id=name, ctx=ast.Load(), **at) for name in (SEEN, RAN))
        known = ast.Compare(left=number, ops=[ast.In()], comparators=[seen], **at)
        told = ast.Call(func=ran, args=[number], keywords=[], **at)
        return ast.BoolOp(op=ast.Or(), values=[known, told], **at)


def _at(line: int) -> Dict[str, Any]:
    return {"lineno": line, "col_offset": 0, "end_lineno": line, "end_col_offset": 0}


def _first(node: Any) -> int:
    """Return where a body's own statements begin: after its docstring, and the future's imports."""
    first = int(ast.get_docstring(node, clean=False) is not None)
    while first < len(node.body) and getattr(node.body[first], "module", "") == "__future__":
        first += 1
    return first


def _texts(tree: Any) -> Iterator[int]:
    """Yield the nodes of annotations that stay text, as `from __future__` can have it."""
    futures: Set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            futures.update(alias.name for alias in node.names)
    if "annotations" in futures:
        for node in ast.walk(tree):
            for field in ("annotation", "returns"):
                if isinstance(getattr(node, field, None), ast.AST):
                    yield from map(id, ast.walk(getattr(node, field)))
