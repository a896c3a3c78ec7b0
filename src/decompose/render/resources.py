"""Where the templates are: inside the wheel, or at the top of the source tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
"""What tools leave behind in a folder of sources."""


@cache
def templates() -> Traversable:
    """The folder of templates."""
    packaged = files("decompose") / "templates"
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parents[3] / "templates"


def read(name: str) -> str:
    """The text of the template file `name`, a path below the folder of templates."""
    return templates().joinpath(*name.split("/")).read_text(encoding="utf-8")


def tree(folder: str) -> Iterator[tuple[str, bytes]]:
    """All files below a folder of templates, sorted, with their paths in it and their bytes."""
    yield from _below(templates().joinpath(*folder.split("/")), "")


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name in _LEFT_OUT:
            continue
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_bytes()
