"""The system model of facts that have not changed since the last run, but for where they stand.

Resolution is most of an analysis, and depends on facts and the project's metadata alone: a
change of `decompose.toml`, of a comment or of how code is laid out needs no new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import msgspec

from decompose.domain.facts import ModuleFacts, Shape
from decompose.domain.model import SystemModel
from decompose.domain.source import SourceTree
from decompose.source.cache import FactsCache
from decompose.source.positions import ImmovableError, move, moved
from decompose.source.program import program_state
from decompose.source.sealed import CacheError, read_sealed, write_sealed

_MARK = b"decompose model\n"
_FILE = "model.bin"
_ENCODER = msgspec.msgpack.Encoder()
_UNSTORABLE = (UnicodeEncodeError, OverflowError, RecursionError)

_Resolve = Callable[[SourceTree, tuple[ModuleFacts, ...]], SystemModel]


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    lines: dict[str, bytes]
    model: msgspec.Raw


_KEPT = msgspec.msgpack.Decoder(_Kept)


def resolved(
    tree: SourceTree, facts: tuple[ModuleFacts, ...], cache: FactsCache | None, resolve: _Resolve
) -> SystemModel:
    """What `resolve` makes of the facts, or made of the same ones at the last run."""
    shapes = {module.path: module.shape for module in facts if module.shape is not None}
    if cache is None or len(shapes) < len(facts):
        return resolve(tree, facts)
    key = _key(tree, shapes)
    lines = {path: one.lines for path, one in shapes.items()}
    model = _load(cache, key, lines)
    if model is not None:
        return _renewed(model, {module.path: module for module in facts})
    model = resolve(tree, facts)
    with suppress(CacheError):  # nothing is lost but time
        _store(cache, key, lines, model)
    return model


def _key(tree: SourceTree, shapes: Mapping[str, Shape]) -> bytes:
    words = (program_state(), tree.name, tree.entry_points, tree.requirements)
    digest = hashlib.blake2b(repr(words).encode("utf-8", "backslashreplace"), digest_size=24)
    for one in shapes.values():
        digest.update(one.digest)
    return digest.digest()


def _load(cache: FactsCache, key: bytes, lines: Mapping[str, bytes]) -> SystemModel | None:
    try:
        payload = read_sealed(cache.folder / _FILE, _MARK)
        kept = None if payload is None else _KEPT.decode(payload)
        if kept is None or kept.key != key:
            return None
        moves = {path: move(before, lines[path])
                 for path, before in kept.lines.items() if before != lines[path]}  # fmt: skip
        model = msgspec.msgpack.decode(kept.model, type=SystemModel)
        return moved(model, moves) if moves else model
    except (CacheError, ImmovableError, msgspec.MsgspecError, RecursionError):
        return None  # reading the facts tells of a cache that can't be used


def _store(cache: FactsCache, key: bytes, lines: dict[str, bytes], model: SystemModel) -> None:
    try:
        payload = _ENCODER.encode((key, lines, model))  # in one go: it can be 100 MB
    except _UNSTORABLE as error:
        raise CacheError("can't hold this model") from error
    write_sealed(cache.folder / _FILE, _MARK, payload)


def _renewed(model: SystemModel, now: Mapping[str, ModuleFacts]) -> SystemModel:
    """The model with what resolution hands through as it is now."""
    modules = (
        replace(m, lines=now[m.path].lines, words=now[m.path].counted_words())
        for m in model.modules
    )
    return replace(model, modules=tuple(modules))
