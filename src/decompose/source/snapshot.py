"""The state of files: by their stamps, as git does, or by content where a stamp proves nothing."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

_SURE = 2_000_000_000  # nanoseconds after which a write gives a file another time, on any disk
_MISSING = (-1, -1, -1, -1)


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """What the disk says of a file (size, times of its content and itself, inode), and a digest."""

    status: tuple[int, int, int, int]
    digest: bytes = b""


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """Files by their path, at a moment (`taken`, in nanoseconds)."""

    taken: int
    files: dict[str, Stamp]

    def same(self, other: Snapshot) -> bool:
        """Whether both hold the same files with the same content."""
        return self.files.keys() == other.files.keys() and all(
            stamp.digest == other.files[path].digest for path, stamp in self.files.items()
        )

    def sure(self, path: str, status: tuple[int, int, int, int]) -> Stamp | None:
        """What is known of a file whose status is still the same, unless that proves nothing."""
        stamp = self.files.get(path)
        if stamp is None or stamp.status != status or max(status[1:3]) > self.taken - _SURE:
            return None
        return stamp


def snapshot(root: Path, paths: Iterable[str], known: Snapshot | None) -> Snapshot:
    """The files now; those that have the stamps of `known` are not read.

    A file that can't be read has no digest, one that is missing has no status either.
    """
    before = known or Snapshot(taken=0, files={})
    taken = time.time_ns()
    files = {}
    for path in paths:
        full = os.path.join(root, path)  # noqa: PTH118 - ten thousand paths, each made once
        status = status_of(full)
        files[path] = before.sure(path, status) or Stamp(status=status, digest=_digest(full))
    return Snapshot(taken=taken, files=files)


def status_of(path: str | Path) -> tuple[int, int, int, int]:
    """What the disk says of a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return _MISSING
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return hashlib.blake2b(file.read(), digest_size=24).digest()
    except OSError:
        return b""
