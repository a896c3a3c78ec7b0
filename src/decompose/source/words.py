"""Identifiers → the words that people read in them, counted for the vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from decompose.domain.facts import pack

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORTEST_WORD = 3


@lru_cache(maxsize=65536)
def split_words(identifier: str) -> tuple[str, ...]:
    """The lower-case words of an identifier in any case style, leaving out the very short."""
    words = (word.lower() for word in _WORD.findall(identifier))
    return tuple(word for word in words if len(word) >= _SHORTEST_WORD)


def count_words(identifiers: Iterable[str]) -> bytes:
    """How often each word occurs in the identifiers, sorted by word, packed."""
    counts: Counter[str] = Counter()
    for identifier, count in Counter(identifiers).items():
        for word in split_words(identifier):
            counts[word] += count
    return pack(sorted(counts.items()))
