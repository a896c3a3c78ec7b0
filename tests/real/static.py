"""Runs `decompose analyze` on a source tree and reads what it found."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .compare import Access, Route
from .workspace import run_checked

AUTOMATIC_METHODS = {"HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the static analysis says of an application."""

    routes: frozenset[Route]
    tables: frozenset[str]
    accesses: frozenset[Access]


def analyze(source: Path, output: Path) -> Found:
    """Analyse a source tree with the command line, as its users do."""
    command = [sys.executable, "-m", "decompose", "analyze", source, "--output", output]
    run_checked([*command, "--format", "json", "--no-history", "--fail-on", "never"])
    return read(json.loads((output / "decomposition.json").read_text(encoding="utf-8")))


def read(document: dict[str, list[dict[str, object]]]) -> Found:
    """Take routes, tables and accesses out of a `decomposition.json`."""
    return Found(
        routes=frozenset(
            Route(
                rule=route["rule"],
                methods=tuple(sorted(set(route["methods"]) - AUTOMATIC_METHODS)),
                endpoint=route["endpoint"],
            )
            for route in document["routes"]
        ),
        tables=frozenset(table["name"] for table in document["tables"]),
        accesses=frozenset(_accesses(document["endpoints"])),
    )


def _accesses(entries: list[dict[str, object]]) -> Iterator[Access]:
    """An endpoint's own accesses, and those of the hooks that run around it.

    Hooks stand beside the endpoints as entries of their own, named `KIND:HANDLER`.
    """
    hooks: dict[str, list[dict[str, str]]] = {}
    for entry in entries:
        if ":" in entry["name"]:
            hooks.setdefault(entry["handler"], []).extend(entry["effects"])
    for entry in entries:
        around = [effect for hook in entry["hooks"] for effect in hooks.get(hook, [])]
        for effect in [*entry["effects"], *around]:
            yield Access(endpoint=entry["name"], table=effect["table"], mode=effect["mode"])
