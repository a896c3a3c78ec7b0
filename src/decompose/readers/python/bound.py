"""Which names a piece of code may bind."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def bound_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Names that the nodes bind, those of inner scopes included: more is safe, less is not."""
    return frozenset(name for node in nodes for child in ast.walk(node) for name in _names(child))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
