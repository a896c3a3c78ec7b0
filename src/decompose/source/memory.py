"""What costly functions gave at the last run, kept by everything that they were given.

The functions are pure and their arguments values: a key is a digest of those and of the program,
so nothing that a result depends on can be left out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import msgspec

from decompose.ports import Arguments, Recall, Result, Spread, at_once, computing
from decompose.source.cache import FactsCache
from decompose.source.program import program_state
from decompose.source.sealed import CacheError, read_sealed, write_sealed

_MARK = b"decompose results\n"
_FILE = "results.bin"
_ENCODER = msgspec.msgpack.Encoder()
_ENTRIES = msgspec.msgpack.Decoder(dict[bytes, msgspec.Raw])


@contextmanager
def remembering(cache: FactsCache | None, spread: Spread = at_once) -> Iterator[Recall]:
    """Recalls what the last run computed; what this one asked for is kept for the next.

    Without a cache everything is computed.
    """
    if cache is None:
        yield computing(spread)
        return
    memory = _Memory(_load(cache), spread)
    yield memory.recall
    if memory.used.keys() != memory.known.keys():
        with suppress(CacheError):  # nothing is lost but time
            write_sealed(
                cache.folder / _FILE, _MARK, _ENCODER.encode(dict(sorted(memory.used.items())))
            )


class _Memory:
    def __init__(self, known: Mapping[bytes, msgspec.Raw], spread: Spread) -> None:
        self.known = known
        self.spread = spread
        self.used: dict[bytes, msgspec.Raw] = {}

    def recall(
        self,
        kind: type[Result],
        function: Callable[[Spread, *Arguments], Result],
        *arguments: *Arguments,
    ) -> Result:
        """What the function gives for these arguments: a value of `kind`."""
        key = _key(function, arguments)
        if key in self.known:
            with suppress(msgspec.MsgspecError):
                found = msgspec.msgpack.decode(self.known[key], type=kind)
                self.used[key] = self.known[key]
                return found
        made = function(self.spread, *arguments)
        self.used[key] = msgspec.Raw(_ENCODER.encode(made))
        return made


def _key(function: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    words = repr((program_state(), function.__module__, function.__qualname__))
    digest = hashlib.blake2b(words.encode("utf-8", "backslashreplace"), digest_size=24)
    digest.update(_ENCODER.encode(arguments))
    return digest.digest()


def _load(cache: FactsCache) -> dict[bytes, msgspec.Raw]:
    try:
        payload = read_sealed(cache.folder / _FILE, _MARK)
        return {} if payload is None else _ENTRIES.decode(payload)
    except (CacheError, msgspec.MsgspecError, RecursionError):
        return {}  # reading the facts tells of a cache that can't be used
