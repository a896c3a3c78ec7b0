"""`graph.json`: every definition, every edge, every table access; one per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from decompose.domain.model import Access, Definition, Reference, SystemModel
from decompose.report.encode import encode

_BATCH = 2000


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A definition, down to methods, nested functions and lambdas, by qualified name."""

    id: str
    module: str
    kind: str
    path: str
    line: int
    end_line: int
    top: Annotated[str, Meta(description="The top-level definition that holds it.")]


class Edge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`source` uses `target`; the target of an external edge is a dotted library path."""

    source: str
    target: str
    kind: Annotated[str, Meta(description="call, import, inherit, decorate, reference, ...")]
    path: str
    line: int
    external: bool


class TableAccess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`definition` itself reads or writes `table`."""

    definition: str
    table: str
    mode: Literal["read", "write"]
    how: Annotated[str, Meta(description="orm, core, raw, relationship, template or cascade.")]
    path: str
    line: int


class Graph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code's graph as `decompose` resolved it, before anything is clustered."""

    version: Literal[1]
    root: Annotated[str, Meta(description="Name of the analysed application.")]
    definitions: tuple[Node, ...]
    edges: tuple[Edge, ...]
    accesses: tuple[TableAccess, ...]


def graph_chunks(model: SystemModel) -> Iterator[bytes]:
    """The document in pieces of a few thousand lines."""
    yield b'{"version":1,"root":' + encode(model.root_name)
    yield from _array("definitions", map(_node, model.definitions))
    yield from _array("edges", map(_edge, model.references))
    yield from _array("accesses", map(_access, model.accesses))
    yield b"}\n"


def _array(name: str, items: Iterable[object]) -> Iterator[bytes]:
    yield b',\n"' + name.encode() + b'":['
    separator = b"\n"
    remaining = iter(items)
    while batch := list(islice(remaining, _BATCH)):
        yield separator + b",\n".join(map(encode, batch))
        separator = b",\n"
    yield b"\n]"


def _node(definition: Definition) -> Node:
    return Node(
        id=definition.id,
        module=definition.module,
        kind=definition.kind,
        path=definition.location.path,
        line=definition.location.line,
        end_line=definition.end_line,
        top=definition.top,
    )


def _edge(reference: Reference) -> Edge:
    return Edge(
        source=reference.source,
        target=reference.target,
        kind=reference.kind,
        path=reference.location.path,
        line=reference.location.line,
        external=reference.external,
    )


def _access(access: Access) -> TableAccess:
    return TableAccess(
        definition=access.definition,
        table=access.table,
        mode=access.mode.value,
        how=access.how,
        path=access.location.path,
        line=access.location.line,
    )
