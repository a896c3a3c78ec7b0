"""Lines taken out of facts and put back into a model: an edit that only moves code changes no more.

Resolution compares lines of one file, and asks no other question of them. So facts that differ in
nothing but lines, in the same order, give models that differ in nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass, replace
from itertools import chain
from typing import Any

import msgspec

from decompose.domain.facts import DefinitionFacts, ModuleFacts
from decompose.domain.finding import Location
from decompose.domain.model import Definition, DefinitionKind, SystemModel

_HANDED_THROUGH = frozenset({"end_line", "lines", "words", "findings"})
_ENCODER = msgspec.msgpack.Encoder()


class ImmovableError(Exception):
    """A model says something of a line in words, or names a line that facts don't."""


class Lines(msgspec.Struct, frozen=True, array_like=True):
    """Every line that the facts of a file name, ascending, and each definition's first and last."""

    named: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """What a file says: a digest of all but the lines, and those."""

    digest: bytes
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where the lines of one file are now, and the last lines of definitions, by first and last."""

    lines: Mapping[int, int]
    ends: Mapping[tuple[int, int], int]


def shape(module: ModuleFacts) -> Shape:
    """The shape of a file; its length, words and findings do not count, as they bind nothing."""
    lines: list[int] = []
    bare = _bare(module, lines)
    named = sorted({0, *lines})
    rank = {line: i for i, line in enumerate(named)}
    digest = hashlib.blake2b(_ENCODER.encode(bare), digest_size=24)
    digest.update(_ENCODER.encode([rank[line] for line in lines]))
    spans = tuple((one.line, one.end_line) for one in module.definitions)
    return Shape(digest=digest.digest(), lines=Lines(named=tuple(named), spans=spans))


def move(before: Lines, now: Lines) -> Move:
    """The way from the lines of a file to those of one of the same shape.

    Raises ImmovableError where definitions that looked alike part.
    """
    ends: dict[tuple[int, int], int] = {}
    for old, (_, end) in zip(before.spans, now.spans, strict=True):
        if ends.setdefault(old, end) != end:
            raise ImmovableError
    return Move(lines=dict(zip(before.named, now.named, strict=True)), ends=ends)


def _bare(node: object, lines: list[int]) -> object:
    """The nested values of facts; every line goes to `lines` instead."""
    if isinstance(node, tuple):
        return [_bare(item, lines) for item in node]
    if not isinstance(node, msgspec.Struct):
        return node
    kept: list[object] = [type(node).__name__]
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if name == "line":
            lines.append(value)
        elif name == "guards":
            lines.extend(chain(*value))
            kept.append(len(value))
        elif isinstance(node, DefinitionFacts) and name == "body":
            kept.append(_bare(node.statements(), lines))
        elif name not in _HANDED_THROUGH:
            kept.append(_bare(value, lines))
    return kept


def moved(model: SystemModel, moves: Mapping[str, Move]) -> SystemModel:
    """A model with all lines of the files in `moves` where they are now.

    Raises ImmovableError where that can't be done.
    """
    found: SystemModel = _moved(model, moves)
    return found


def _moved(value: Any, moves: Mapping[str, Move]) -> Any:
    if isinstance(value, Location):
        return _at(value, moves) if value.path in moves else value
    if isinstance(value, str):
        if any(f"{path}:" in value for path in moves):
            raise ImmovableError
        return value
    if isinstance(value, tuple):
        parts = [_moved(item, moves) for item in value]
        changed = any(new is not old for new, old in zip(parts, value, strict=True))
        return tuple(parts) if changed else value
    return _moved_fields(value, moves) if is_dataclass(value) else value


def _moved_fields(value: Any, moves: Mapping[str, Move]) -> Any:
    changes = {}
    for name in value.__dataclass_fields__:
        old = getattr(value, name)
        new = _moved(old, moves)
        if new is not old:
            changes[name] = new
    if isinstance(value, Definition) and value.location.path in moves:
        changes["end_line"] = _end(value, moves[value.location.path])
    return replace(value, **changes) if changes else value


def _at(where: Location, moves: Mapping[str, Move]) -> Location:
    return replace(where, line=_known(moves[where.path].lines.get(where.line)))


def _end(definition: Definition, by: Move) -> int:
    first, last = definition.location.line, definition.end_line
    if definition.kind is DefinitionKind.VARIABLE:
        return _known(by.lines.get(last))
    return _known(by.ends.get((first, last)))


def _known(line: int | None) -> int:
    if line is None:
        raise ImmovableError
    return line
