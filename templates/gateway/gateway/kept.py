"""Comparisons kept in a file, for `decompose verify --shadow` to judge and to report."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping

from gateway import log

LIMIT = 512 * 1024 * 1024


class Kept:
    """A JSON object for each comparison; several gateways may share a file.

    It holds answers as they were, so only its owner may read it. It grows up to `LIMIT` bytes.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._is_full = False

    def add(self, facts: Mapping[str, Any]) -> None:
        """Keep a comparison, unless the file is full."""
        if self._is_full:
            return
        line = json.dumps(facts) + "\n"
        try:
            with open(self._path, "ab", buffering=0, opener=_private) as file:
                self._is_full = file.tell() + len(line) > LIMIT
                file.write(b'{"full": true}\n' if self._is_full else line.encode())
        except OSError as error:
            log.event("shadow_file", {"error": str(error)})


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
