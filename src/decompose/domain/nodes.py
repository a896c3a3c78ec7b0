"""Which fields of facts hold other nodes, and the walk through all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec

from decompose.domain import facts as f

_PLAIN = frozenset({"str", "int", "bool", "bytes", "None", "ParamKind", "ScopeKind", "When"})
_KINDS = (*get_args(f.Expr), *get_args(f.Stmt))
_AROUND = (f.Param, f.ImportFacts, f.DefinitionFacts, f.ModuleFacts)


def _parts(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    types = kind.__annotations__
    return tuple(name for name in types if {*types[name].split(" | ")} - _PLAIN)


PARTS: Mapping[type[object], tuple[str, ...]] = {kind: _parts(kind) for kind in (*_KINDS, *_AROUND)}
"""Of each kind of node, and of what stands around them, the fields that may hold others."""


def walk(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt | f.Expr]:
    """Every statement and expression in a body, in order."""
    stack: list[Any] = [body]
    while stack:
        node = stack.pop()
        parts = PARTS.get(type(node))
        if parts is not None:
            yield node
            stack += [getattr(node, name) for name in reversed(parts)]
        elif isinstance(node, tuple):
            stack += reversed(node)
