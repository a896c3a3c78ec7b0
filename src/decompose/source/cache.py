"""Facts of files that have not changed since the last run, in one file that loads at once.

A cache that is cut off, tampered with, of another version or can't be written is noted and ignored.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from decompose import __version__
from decompose.domain import facts as facts_module
from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceFile
from decompose.ports import Reader
from decompose.source.positions import SHAPES
from decompose.source.sealed import CacheError, read_sealed, write_sealed

_MARK = b"decompose facts\n"
_DECODER = msgspec.msgpack.Decoder(ModuleFacts)


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    shape: str
    entries: dict[bytes, msgspec.Raw]


_STORED = msgspec.msgpack.Decoder(_Stored)


def default_cache_folder(root: Path, environment: Mapping[str, str]) -> Path:
    """The folder for the facts of `root`: below `XDG_CACHE_HOME`, or `~/.cache` without one."""
    given = environment.get("XDG_CACHE_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else _home(environment) / ".cache"
    key = hashlib.blake2b(os.fsencode(root.resolve()), digest_size=8).hexdigest()
    return base / "decompose" / key


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get("HOME") or environment.get("USERPROFILE")
    return Path(home) if home else Path(tempfile.gettempdir())


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsCache:
    """The cache in a folder, which is made when there is something to store."""

    folder: Path

    @property
    def path(self) -> Path:
        """The one file."""
        return self.folder / "facts.bin"

    def load(self) -> dict[bytes, msgspec.Raw]:
        """Encoded facts by key; nothing where there is no cache. Raises CacheError."""
        payload = read_sealed(self.path, _MARK)
        return {} if payload is None else _unpack(payload)

    def store(self, entries: Mapping[bytes, msgspec.Raw | bytes]) -> None:
        """Replaces the file in one step. Raises CacheError where that can't be done."""
        raw = {key: msgspec.Raw(value) for key, value in sorted(entries.items())}
        payload = msgspec.msgpack.encode(_Stored(shape=_shape(), entries=raw))
        write_sealed(self.path, _MARK, payload)


def _unpack(payload: memoryview) -> dict[bytes, msgspec.Raw]:
    try:
        stored = _STORED.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise CacheError("has a form that is not known") from error
    return stored.entries if stored.shape == _shape() else {}


def _shape() -> str:
    """Names the version of the program and the layout of facts; another one is another cache.

    So is that of another Python: what the one can't parse, the other may.
    """
    fields = repr((sys.version_info[:2], SHAPES, sorted(_layout())))
    return f"{__version__} {hashlib.blake2b(fields.encode(), digest_size=16).hexdigest()}"


def _layout() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    for name, member in vars(facts_module).items():
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            tag = str(member.__struct_config__.tag)
            yield name, tag, [(key, str(kind)) for key, kind in member.__annotations__.items()]


def key_of(file: SourceFile, content: bytes, reader: Reader) -> bytes:
    """What the facts of a file depend on: its content, its names and its reader's version."""
    digest = hashlib.blake2b(content, digest_size=24)
    names = (reader.language, str(reader.version), file.module, file.path, str(file.is_package))
    digest.update("\0".join(names).encode())
    return digest.digest()


def decode_facts(encoded: bytes | msgspec.Raw) -> ModuleFacts:
    """One entry's facts. Raises CacheError."""
    try:
        return _DECODER.decode(encoded)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise CacheError("has an entry of a form that is not known") from error


def unusable(error: CacheError, cache: FactsCache) -> Finding:
    """The note that a run goes on without the cache."""
    return Finding(
        location=Location(path=str(cache.path)),
        code="cache-unusable",
        severity=Severity.NOTE,
        message=f"the cache {error}; going on without it",
        hint="Nothing is lost but time. Choose another folder with --cache, or use --no-cache.",
    )
