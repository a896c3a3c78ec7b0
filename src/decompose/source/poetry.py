"""Poetry's and Pipenv's version ranges as pip writes them."""

from __future__ import annotations

import re

_RANGE = re.compile(r"(\^|~)\s*v?(\d+(?:\.\d+)*)")
_BARE = re.compile(r"v?(\d+(?:\.(?:\d+|\*))*)")


def version_range(text: str) -> str:
    """A range in the words of PEP 440, empty for any version or where it can't be told.

    Caret and tilde as Poetry defines them: `^` lets everything change right of the first digit
    that isn't zero, `~` everything right of the second number.
    """
    found = [_part(part.strip()) for part in text.split(",")]
    return ",".join(part for part in found if part)


def _part(part: str) -> str:
    if match := _RANGE.fullmatch(part):
        numbers = [int(number) for number in match[2].split(".")]
        return f">={match[2]},<{_next(numbers, match[1])}"
    if match := _BARE.fullmatch(part):
        return f"=={match[1]}"
    return part if re.match(r"(?:[<>]=?|===?|!=|~=)\s*\d", part) else ""


def _next(numbers: list[int], sign: str) -> str:
    if sign == "~":
        at = min(1, len(numbers) - 1)
    else:
        at = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:at], numbers[at] + 1]))
