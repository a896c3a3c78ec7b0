"""Where the templates are: inside the wheel, or at the top of the source tree."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


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
