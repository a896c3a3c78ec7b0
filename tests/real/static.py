"""Runs `decompose analyze` on a source tree and reads what it found."""

from __future__ import annotations

import json
import sys
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
        accesses=frozenset(
            Access(endpoint=endpoint["name"], table=effect["table"], mode=effect["mode"])
            for endpoint in document["endpoints"]
            for effect in endpoint["effects"]
        ),
    )
