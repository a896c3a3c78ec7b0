"""Lines taken out of facts and put back into a model: an edit that only moves code changes no more.

Resolution compares lines of one file, and asks no other question of them. So facts that differ in
nothing but lines, in the same order, give models that differ in nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from decompose.domain.facts import DefinitionFacts, ModuleFacts, Shape
from decompose.domain.finding import Location
from decompose.domain.model import Definition, DefinitionKind, SystemModel
from decompose.domain.nodes import PARTS

SHAPES = 2
"""The version of what a shape is: one that is kept is no other's."""

_APART = frozenset({"end_line", "lines", "words", "findings", "shape", "guards", "body"})
_UNSTORABLE = (UnicodeEncodeError, OverflowError, RecursionError)
_ENCODER = msgspec.msgpack.Encoder()


class ImmovableError(Exception):
    """A model says something of a line in words, or names a line that facts don't."""


class Lines(msgspec.Struct, frozen=True, array_like=True):
    """Every line that the facts of a file name, ascending, and each definition's first and last."""

    named: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


_LINES = msgspec.msgpack.Decoder(Lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where the lines of one file are now, and the last lines of definitions, by first and last."""

    lines: Mapping[int, int]
    ends: Mapping[tuple[int, int], int]


def shaped(module: ModuleFacts) -> ModuleFacts:
    """The facts with their shape, if it can be taken."""
    try:
        return msgspec.structs.replace(module, shape=_shape(module))
    except _UNSTORABLE:
        return module


def _shape(module: ModuleFacts) -> Shape:
    """The shape of a file; its length, words and findings do not count, as they bind nothing."""
    lines: list[int] = []
    bare: list[object] = []
    _flatten(module, bare, lines)
    named = sorted({0, *lines})
    rank = {line: i for i, line in enumerate(named)}
    digest = hashlib.blake2b(_ENCODER.encode(bare), digest_size=24)
    digest.update(_ENCODER.encode([rank[line] for line in lines]))
    spans = tuple((one.line, one.end_line) for one in module.definitions)
    return Shape(digest=digest.digest(), lines=_ENCODER.encode(Lines(tuple(named), spans)))


def move(encoded_before: bytes, encoded_now: bytes) -> Move:
    """The way from the lines of a file to those of one of the same shape.

    Raises ImmovableError where definitions that looked alike part.
    """
    before, now = _LINES.decode(encoded_before), _LINES.decode(encoded_now)
    ends: dict[tuple[int, int], int] = {}
    for old, (_, end) in zip(before.spans, now.spans, strict=True):
        if ends.setdefault(old, end) != end:
            raise ImmovableError
    return Move(lines=dict(zip(before.named, now.named, strict=True)), ends=ends)


def _flatten(node: Any, bare: list[object], lines: list[int]) -> None:
    """Adds the values of facts to `bare` in a fixed order; every line goes to `lines` instead."""
    kind: type[object] = type(node)
    if kind is tuple:
        bare.append(len(node))
        for item in node:
            if type(item) is str:
                bare.append(item)
            else:
                _flatten(item, bare, lines)
        return
    fields = _FIELDS.get(kind)
    if fields is None:
        bare.append(node)
        return
    label, has_line, plain, parts = fields
    bare.append(label)
    if has_line:
        lines.append(node.line)
    if plain is not None:
        bare += plain(node)
    for name in parts:
        _flatten(getattr(node, name), bare, lines)
    if kind is DefinitionFacts:
        lines.extend(chain(*node.guards))
        bare.append(len(node.guards))
        _flatten(node.statements(), bare, lines)


class _Fields(NamedTuple):
    """Of a kind of node: what gets the fields that bind something, and those that hold nodes."""

    label: str
    has_line: bool
    plain: Callable[[object], tuple[object, ...]] | None
    parts: tuple[str, ...]


def _fields(kind: type[object], inner: tuple[str, ...]) -> _Fields:
    names = kind.__annotations__
    parts = tuple(name for name in inner if name not in _APART)
    plain = [name for name in names if name not in (*parts, *_APART, "line")]
    # One name alone would give its value without a tuple around it.
    getter = attrgetter(*plain, plain[-1]) if plain else None
    return _Fields(kind.__name__, "line" in names, getter, parts)


_FIELDS = {kind: _fields(kind, inner) for kind, inner in PARTS.items()}


def moved(model: SystemModel, moves: Mapping[str, Move]) -> SystemModel:
    """A model with all lines of the files in `moves` where they are now.

    Raises ImmovableError where that can't be done.
    """
    found: SystemModel = _Mover(moves).moved(model)
    return found


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """A dataclass's fields; other values have none."""
    return tuple(getattr(kind, "__dataclass_fields__", ()))


class _Mover:
    """Copies what names a line of a moved file; all else stays the same object."""

    def __init__(self, moves: Mapping[str, Move]) -> None:
        self._moves = moves
        self._marks = [f"{path}:" for path in moves]

    def moved(self, value: Any) -> Any:
        """The value, or what it is now."""
        kind = type(value)
        if kind is str:
            for mark in self._marks:
                if mark in value:
                    raise ImmovableError
            return value
        if kind is Location:
            return self._at(value) if value.path in self._moves else value
        if kind is tuple:
            parts = [self.moved(item) for item in value]
            changed = any(new is not old for new, old in zip(parts, value, strict=True))
            return tuple(parts) if changed else value
        return self._in_fields(value, kind)

    def _in_fields(self, value: Any, kind: type) -> Any:
        changes = {}
        for name in _field_names(kind):
            old = getattr(value, name)
            new = self.moved(old)
            if new is not old:
                changes[name] = new
        if kind is Definition and value.location.path in self._moves:
            changes["end_line"] = self._end(value)
        return replace(value, **changes) if changes else value

    def _at(self, where: Location) -> Location:
        return replace(where, line=_known(self._moves[where.path].lines.get(where.line)))

    def _end(self, definition: Definition) -> int:
        first, last = definition.location.line, definition.end_line
        by = self._moves[definition.location.path]
        if definition.kind is DefinitionKind.VARIABLE:
            return _known(by.lines.get(last))
        return _known(by.ends.get((first, last)))


def _known(line: int | None) -> int:
    if line is None:
        raise ImmovableError
    return line
