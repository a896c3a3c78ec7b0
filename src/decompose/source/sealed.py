"""Files of the cache: a mark, a checksum of the rest and one msgpack value, replaced in one step.

A cache is never needed: what is cut off, tampered with or of another program raises CacheError.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_DIGEST = 32


class CacheError(Exception):
    """A cache, or an entry of one, that can't be used; says why."""


def read_sealed(path: Path, mark: bytes) -> memoryview | None:
    """What was written to `path`, None where there is no file. Raises CacheError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CacheError(f"can't be read: {error.strerror}") from error
    if not content.startswith(mark):
        raise CacheError("is not a cache of this program")
    start = len(mark) + _DIGEST
    payload = memoryview(content)[start:]
    if content[len(mark) : start] != _digest(payload):
        raise CacheError("is cut off or was changed")
    return payload


def write_sealed(path: Path, mark: bytes, payload: bytes) -> None:
    """Replaces the file, and makes its folder where there is none. Raises CacheError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, mark, payload)
    except OSError as error:
        raise CacheError(f"can't be written: {error.strerror}") from error


def _replace(path: Path, mark: bytes, payload: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((mark, _digest(payload), payload))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()
