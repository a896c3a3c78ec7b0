"""Compares what two sides did, place by place; what the monolith leaves open counts by shape."""

from __future__ import annotations

import re
from collections.abc import Mapping

from decompose.domain.verification import Mismatch
from decompose.verify.places import Answer, Places, answer_places, general

_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z_]+")


def compare_answers(expected: Answer, actual: Answer) -> tuple[Mismatch, ...]:
    """Where `actual` is not what `expected` is, in the order of the places."""
    if expected == actual:
        return ()
    return mismatches(answer_places(expected), answer_places(actual))


def mismatches(expected: Places, actual: Places) -> tuple[Mismatch, ...]:
    """Where two sets of places differ."""
    found = [
        Mismatch(place=place, expected=value, actual=actual.get(place))
        for place, value in expected.items()
        if actual.get(place) != value
    ]
    found += [
        Mismatch(place=place, expected=None, actual=value)
        for place, value in actual.items()
        if place not in expected
    ]
    return tuple(found)


def same_shape(one: str | None, other: str | None) -> bool:
    """Whether two values could be two draws of one thing: two times, two tokens, two numbers."""
    if one is None or other is None:
        return one is other
    return _shape(one) == _shape(other)


def _shape(value: str) -> str:
    """A value with each run of digits and of letters standing for any other.

    Random words mix both, and so count by their length and their punctuation alone.
    """
    words = re.findall(r"\w+", value)
    if any(_is_random(word) for word in words):
        return re.sub(r"\w", "x", value)
    return _DIGITS.sub("9", value)


def _is_random(word: str) -> bool:
    return len(word) >= 8 and bool(_DIGITS.search(word)) and bool(_WORD.search(word))  # noqa: PLR2004


class Unsteadiness:
    """The places at which two runs of the monolith differ, by endpoint."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], Mismatch] = {}

    def learn(self, endpoint: str, found: tuple[Mismatch, ...]) -> None:
        """Take in how a second run of the monolith differed from the first."""
        for mismatch in found:
            self._places.setdefault((endpoint, general(mismatch.place)), mismatch)

    def covers(self, endpoint: str, mismatch: Mismatch) -> bool:
        """Whether the monolith leaves this place open, and the value could be one of its own."""
        known = self._places.get((endpoint, general(mismatch.place)))
        if known is None:
            return False
        if same_shape(known.expected, known.actual):
            return same_shape(mismatch.expected, mismatch.actual)
        return True

    def items(self) -> Mapping[tuple[str, str], Mismatch]:
        """Every such place, with one pair of values as an example."""
        return self._places
