"""Values to JSON bytes."""

from __future__ import annotations

import json
import math

import msgspec


def encode(value: object, *, indent: int = -1) -> bytes:
    """JSON of `value`, on one line unless indented, ending in a line break when indented.

    Lone surrogates (file names that are no Unicode) are written as escapes.
    """
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        builtins = msgspec.to_builtins(value)
        text = json.dumps(builtins, separators=(",", ":")).encode("ascii")
    return text if indent < 0 else msgspec.json.format(text, indent=indent) + b"\n"


def number(value: float) -> float | None:
    """A measured value, rounded to six digits; None where there is no finite one."""
    return round(value, 6) if math.isfinite(value) else None
