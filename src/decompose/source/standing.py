"""A report that still stands: nothing that it was made of has changed, nor has anything in it.

What is kept is no second report: only the state of all that went in and came out, and the summary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from decompose.domain.finding import Finding
from decompose.domain.summary import Summary
from decompose.source.discover import folder_of, matcher
from decompose.source.roots import packages_above
from decompose.source.sealed import CacheError, read_sealed, write_sealed
from decompose.source.snapshot import Snapshot, snapshot, status_of
from decompose.source.walk import walk

_MARK = b"decompose report\n"
_FILE = "report.bin"


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    inputs: Snapshot
    documents: dict[str, tuple[int, int, int, int]]
    summary: Summary


_KEPT = msgspec.msgpack.Decoder(_Kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The inputs of a report, and the summary of the one before if that still stands.

    `key` says what the report depends on besides files, where it goes included.
    """

    path: Path
    key: bytes
    inputs: Snapshot
    summary: Summary | None

    def keep(self, summary: Summary, documents: Iterable[Path]) -> None:
        """Remembers a report that was made of these inputs. Raises CacheError."""
        _store(
            self.path,
            _Kept(
                key=self.key,
                inputs=self.inputs,
                documents={str(path.absolute()): status_of(path) for path in documents},
                summary=summary,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an analysis would start from, unread: paths are relative to `root`."""

    root: Path
    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    packages_above: tuple[str, ...]


def look_at(root: Path, ignore: tuple[str, ...]) -> Seen:
    """The files that an analysis would read. Raises UserError where it would."""
    folder = folder_of(root)
    walked = walk(folder, matcher(ignore))
    return Seen(
        root=folder,
        files=walked.files,
        findings=walked.findings,
        packages_above=packages_above(folder),
    )


def standing(folder: Path, key: bytes, root: Path, paths: Iterable[str]) -> Standing:
    """Looks at the files at `paths`, relative to `root`, and at the report that was kept last."""
    path = folder / _FILE
    kept = _load(path)
    inputs = snapshot(root, paths, kept.inputs if kept else None)
    if kept is None or not _stands(kept, key, inputs):
        return Standing(path=path, key=key, inputs=inputs, summary=None)
    if inputs.files != kept.inputs.files or not _settled(kept.inputs):
        _renew(path, kept, inputs)
    return Standing(path=path, key=key, inputs=inputs, summary=kept.summary)


def _stands(kept: _Kept, key: bytes, inputs: Snapshot) -> bool:
    return (
        kept.key == key
        and kept.inputs.same(inputs)
        and all(status_of(path) == status for path, status in kept.documents.items())
    )


def _settled(inputs: Snapshot) -> bool:
    """Whether no file was written so shortly before that its stamp proves nothing."""
    return all(inputs.sure(path, stamp.status) for path, stamp in inputs.files.items())


def _renew(path: Path, kept: _Kept, inputs: Snapshot) -> None:
    """Keeps newer stamps of the same content, so that the next run need not read it."""
    try:
        _store(path, msgspec.structs.replace(kept, inputs=inputs))
    except CacheError:
        return  # nothing is lost but time


def _load(path: Path) -> _Kept | None:
    try:
        payload = read_sealed(path, _MARK)
        return None if payload is None else _KEPT.decode(payload)
    except (CacheError, msgspec.MsgspecError, RecursionError):
        return None  # reading the facts tells of a cache that can't be used


def _store(path: Path, kept: _Kept) -> None:
    try:
        payload = msgspec.msgpack.encode(kept)
    except UnicodeEncodeError as error:
        raise CacheError("can't hold a name that is not Unicode") from error
    write_sealed(path, _MARK, payload)
