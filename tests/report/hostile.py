"""The store again, with every name as hostile as names can be."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar

from decompose.domain.analysis import Analysis
from report.store import store

_T = TypeVar("_T")

NASTY = (
    "\"'`</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "{{ 7*7 }}{% raw %}${7*7}|]]>\\<!--&amp;\n\r\t\u2028\u2029\x1b[31m\u202e#*_~@someone"
)
_KEPT = {"(kernel)", "(root)", "higher", "lower", "read", "write"}


def hostile() -> Analysis:
    """Every text of the store with the nasty string behind it."""
    return spoil(store())


def spoil(value: _T) -> _T:
    """`value` with the nasty string behind every text in it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return value if value in _KEPT or not value else value + NASTY  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(spoil(item) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        spoiled = {f.name: spoil(getattr(value, f.name)) for f in fields(value)}
        return replace(value, **spoiled)
    return value
