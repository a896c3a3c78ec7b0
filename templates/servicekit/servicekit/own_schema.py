"""Where an application makes or migrates its whole database, the kit makes the service's part."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from typing import Any, Callable, Iterator, List

_MAKERS = (
    ("sqlalchemy", "MetaData", "create_all"),
    ("alembic.command", "", "upgrade"),
    ("alembic.command", "", "stamp"),
)
"""Module, class in it, and function: what creates tables when an application starts."""


@contextlib.contextmanager
def replaced(make: Callable[[], None]) -> Iterator[None]:
    """Within the block, what would create or migrate tables calls `make` instead.

    What `make` itself calls of it does what it always does.
    """
    inside: List[bool] = []
    places = [(_place(module, owner), name) for module, owner, name in _MAKERS if _has(module)]
    originals = [(place, name, getattr(place, name)) for place, name in places]

    def standing_in(original: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **named: Any) -> Any:
            if inside:
                return original(*arguments, **named)
            inside.append(True)
            try:
                make()
            finally:
                inside.pop()
            return None

        return instead

    try:
        for place, name, original in originals:
            setattr(place, name, standing_in(original))
        yield
    finally:
        for place, name, original in originals:
            setattr(place, name, original)


def _has(module: str) -> bool:
    return importlib.util.find_spec(module.partition(".")[0]) is not None


def _place(module: str, owner: str) -> Any:
    found = importlib.import_module(module)
    return getattr(found, owner) if owner else found
