"""Source tree → facts: cached where nothing changed, read by several processes where much did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

import msgspec

from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceFile, SourceTree
from decompose.ports import Progress, Reader
from decompose.source.cache import FactsCache, decode_facts, key_of, unusable
from decompose.source.positions import shaped
from decompose.source.processes import allowed, processes
from decompose.source.sealed import CacheError

_SMALL = 1_500_000  # bytes that one process reads while others would still be starting
_CHUNK = 300_000
_ENCODER = msgspec.msgpack.Encoder()

_Readers = Mapping[str, Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A file with its bytes, to be read in whichever process."""

    file: SourceFile
    content: bytes
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The facts of a task, encoded: that is how they travel and are stored."""

    path: str
    key: bytes
    encoded: bytes


def read_all(
    tree: SourceTree,
    readers: Sequence[Reader],
    cache: FactsCache | None,
    workers: int,
    progress: Progress,
) -> tuple[ModuleFacts, ...]:
    """The facts of every file that a reader knows the language of, in the tree's order.

    The result is the same with any number of `workers` and with or without a `cache`. A file
    that can't be read, or that is nested too deeply, gives facts with a finding. Raises
    UserError where a reading process dies.
    """
    by_language = {reader.language: reader for reader in readers}
    files = [file for file in tree.files if file.language in by_language]
    progress.stage("Reading", len(files))
    facts, tasks = _open(Path(tree.root), files, by_language)
    entries = _remember(cache, tasks, facts, progress)
    progress.advance(len(facts))
    missing = [task for task in tasks if task.file.path not in facts]
    encoded = {}
    for result in _read(missing, by_language, workers, progress):
        encoded[result.path] = entries[result.key] = result.encoded
    if cache is not None and missing:
        _store(cache, entries, progress)
    del tasks, missing, entries  # all that is large goes before what stays is made
    while encoded:
        path, one = encoded.popitem()
        facts[path] = decode_facts(one)
    return tuple(facts[file.path] for file in files)


def _open(
    root: Path, files: Sequence[SourceFile], readers: _Readers
) -> tuple[dict[str, ModuleFacts], list[_Task]]:
    """Tasks for the files that open, facts with a finding for those that don't."""
    facts: dict[str, ModuleFacts] = {}
    tasks: list[_Task] = []
    for file in files:
        try:
            content = (root / file.path).read_bytes()
        except OSError as error:
            message = f"this file can't be read: {error.strerror}"
            facts[file.path] = _failed(file, "unreadable-file", message, "Mend its permissions.")
        else:
            key = key_of(file, content, readers[file.language])
            tasks.append(_Task(file=file, content=content, key=key))
    return facts, tasks


def _failed(file: SourceFile, code: str, message: str, hint: str) -> ModuleFacts:
    finding = Finding(
        location=Location(path=file.path),
        code=code,
        severity=Severity.ERROR,
        message=message,
        hint=hint,
    )
    facts = ModuleFacts(
        name=file.module,
        path=file.path,
        language=file.language,
        lines=0,
        is_package=file.is_package,
        findings=(finding,),
    )
    return shaped(facts)


def _remember(
    cache: FactsCache | None,
    tasks: Sequence[_Task],
    facts: dict[str, ModuleFacts],
    progress: Progress,
) -> dict[bytes, msgspec.Raw | bytes]:
    """Adds to `facts` what the cache holds of `tasks`; returns those entries, encoded."""
    if cache is None:
        return {}
    entries: dict[bytes, msgspec.Raw | bytes] = {}
    try:
        known = cache.load()
        for task in tasks:
            if task.key in known:
                facts[task.file.path] = decode_facts(known[task.key])
                entries[task.key] = known[task.key]
    except CacheError as error:
        progress.note(unusable(error, cache))
    return entries


def _store(
    cache: FactsCache, entries: Mapping[bytes, msgspec.Raw | bytes], progress: Progress
) -> None:
    try:
        cache.store(entries)
    except CacheError as error:
        progress.note(unusable(error, cache))


def _read(
    tasks: Sequence[_Task], readers: _Readers, workers: int, progress: Progress
) -> Iterator[_Result]:
    """Results in any order."""
    chunks = list(_chunks(tasks))
    if allowed(workers) > 1 and sum(len(task.content) for task in tasks) > _SMALL:
        yield from _read_apart(chunks, readers, min(workers, len(chunks)), progress)
        return
    for chunk in chunks:
        yield from _read_chunk(chunk, readers)
        progress.advance(len(chunk))


def _chunks(tasks: Sequence[_Task]) -> Iterator[list[_Task]]:
    """Tasks in lots of about the same size, the largest files first so that none comes last."""
    chunk: list[_Task] = []
    size = 0
    for task in sorted(tasks, key=lambda task: len(task.content), reverse=True):
        chunk.append(task)
        size += len(task.content)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read_apart(
    chunks: Sequence[list[_Task]], readers: _Readers, workers: int, progress: Progress
) -> Iterator[_Result]:
    with processes(workers) as pool:
        futures = {pool.submit(_read_chunk, chunk, readers): len(chunk) for chunk in chunks}
        for future in as_completed(futures):
            yield from future.result()
            progress.advance(futures[future])


def _read_chunk(chunk: Sequence[_Task], readers: _Readers) -> list[_Result]:
    return [_read_one(task, readers[task.file.language]) for task in chunk]


def _read_one(task: _Task, reader: Reader) -> _Result:
    try:
        encoded = _ENCODER.encode(shaped(reader.read(task.file, task.content)))
        decode_facts(encoded)
    except (RecursionError, MemoryError, CacheError):
        message = "this file is nested too deeply, or too large, to be read"
        hint = "List it under `ignore` if it is generated data."
        encoded = _ENCODER.encode(_failed(task.file, "nesting-too-deep", message, hint))
    except (OverflowError, UnicodeEncodeError) as error:
        message = f"this file holds a value that can't be stored: {error}"
        encoded = _ENCODER.encode(_failed(task.file, "unstorable-value", message, ""))
    return _Result(path=task.file.path, key=task.key, encoded=encoded)
