"""Keeps secrets and personal values off the tape: each becomes a word that stands for it.

The same value becomes the same word everywhere on the tape, so that a masked address which
is posted, stored and shown again still agrees with itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from typing import Any, Callable, Dict, Iterable, List, Mapping, Set

_SHORTEST = 2
_SAFE = 4  # characters from which on a value is replaced inside of words too


class Masks:
    """`names` are those of headers, form and JSON fields, and columns (`name` or `table.name`)."""

    def __init__(self, names: Iterable[str], key: str) -> None:
        self._names = {name.lower() for name in names}
        self._key = key
        self._values: Set[str] = set()
        self._columns: Dict[str, List[str]] = {}

    def __call__(self, event: Mapping[str, Any]) -> Any:
        """Return the event with each masked value replaced."""
        if not self._names:
            return event
        if event["event"] == "schema":
            self._columns = {name: shape["columns"] for name, shape in event["tables"].items()}
        self._collect(event)
        return _mapped(event, self._replaced) if event["event"] != "schema" else event

    def _collect(self, event: Mapping[str, Any]) -> None:
        for table, _, row in [*event.get("changes", ()), *event.get("rows", ())]:
            for column, value in zip(self._columns.get(table, ()), row or ()):
                if {column.lower(), f"{table}.{column}".lower()} & self._names:
                    self._add(value)
        for name, value in event.get("headers", ()):
            if name.lower() in self._names:
                self._add(value)
        body = event.get("body")
        if isinstance(body, str):
            self._collect_fields(body)

    def _collect_fields(self, body: str) -> None:
        try:
            self._collect_json(json.loads(body))
        except ValueError:
            for name, value in urllib.parse.parse_qsl(body):
                if name.lower() in self._names:
                    self._add(value)
                    self._add(urllib.parse.quote_plus(value))

    def _collect_json(self, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name.lower() in self._names:
                    self._add(inner)
                self._collect_json(inner)
        elif isinstance(value, list):
            for inner in value:
                self._collect_json(inner)

    def _add(self, value: Any) -> None:
        if isinstance(value, str) and len(value) >= _SHORTEST:
            self._values.add(value)

    def _replaced(self, text: str) -> str:
        if not self._values:
            return text
        longest_first = sorted(self._values, key=lambda value: (-len(value), value))
        pattern = "|".join(map(_pattern, longest_first))
        return re.sub(pattern, lambda match: self._word(match.group(0)), text)

    def _word(self, value: str) -> str:
        digest = hashlib.sha256((self._key + urllib.parse.unquote_plus(value)).encode())
        return "masked-" + digest.hexdigest()[:12]


def _pattern(value: str) -> str:
    """Return where a value stands: a short one only as a word of its own."""
    text = re.escape(value)
    return text if len(value) >= _SAFE else r"(?<!\w)" + text + r"(?!\w)"


def _mapped(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, (list, tuple)):
        return [_mapped(inner, replace) for inner in value]
    if isinstance(value, dict):
        return {name: _mapped(inner, replace) for name, inner in value.items()}
    return value
