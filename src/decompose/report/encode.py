"""Values to JSON bytes."""

from __future__ import annotations

import json
import math
import re

import msgspec

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(value: object, *, indent: int = -1) -> bytes:
    """JSON of `value`, on one line unless indented, ending in a line break when indented."""
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = _spelled(value)
    return text if indent < 0 else msgspec.json.format(text, indent=indent) + b"\n"


def _spelled(value: object) -> bytes:
    """JSON in which lone surrogates (of file names that are no Unicode) are spelled out."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
    return _LONE_SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text).encode()


def number(value: float) -> float | None:
    """A measured value, rounded to six digits; None where there is no finite one."""
    return round(value, 6) if math.isfinite(value) else None
