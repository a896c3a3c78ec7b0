"""Compares what two sides did, place by place; what the monolith leaves open counts by shape."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from decompose.domain.verification import Mismatch
from decompose.verify.places import Answer, Places, answer_places, general

_PEM = re.compile(r"(?<=-----)[A-Za-z0-9+/=\\\s]+(?=-----END )")
_BASE64 = re.compile(r"[A-Za-z0-9+/]")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z_]+")
_DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")


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


def _shape(value: str) -> str:
    """A value with each number, and the days and months of dates, standing for any other.

    Random words mix letters and digits; they count by their length and punctuation alone. In
    keys and certificates (PEM), which are Base64, `+` and `/` are like letters.
    """
    value = _PEM.sub(lambda found: _BASE64.sub("x", found[0]), value)
    words = re.findall(r"\w+", value)
    if any(_is_random(word) for word in words):
        return re.sub(r"\w", "x", value)
    return _DIGITS.sub("9", _MONTH.sub("Jan", _DAY.sub("Mon", value)))


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

    def unexplained(self, endpoint: str, found: tuple[Mismatch, ...]) -> tuple[Mismatch, ...]:
        """Those of the mismatches that are not what the monolith leaves open.

        A value has to have the shape of one that the monolith gave at this place, now or at the
        step that showed it. Where something is there on one side only (rows under random keys), as
        many of the same shape must have come as have gone.
        """
        kept: list[Mismatch] = []
        halves: defaultdict[str, list[Mismatch]] = defaultdict(list)
        for mismatch in found:
            known = self._places.get((endpoint, general(mismatch.place)))
            if known is None:
                kept.append(mismatch)
            elif mismatch.expected is None or mismatch.actual is None:
                halves[general(mismatch.place)].append(mismatch)
            elif _shape(mismatch.actual) not in _shapes(
                known.expected, known.actual, mismatch.expected
            ):
                kept.append(mismatch)
        for group in halves.values():
            gone = _shapes(*(m.expected for m in group))
            come = _shapes(*(m.actual for m in group))
            kept += group if gone != come else ()
        return tuple(kept)

    def items(self) -> Mapping[tuple[str, str], Mismatch]:
        """Every such place, with one pair of values as an example."""
        return self._places


def _shapes(*values: str | None) -> Counter[str]:
    return Counter(_shape(value) for value in values if value is not None)
