"""Calls a function as soon as a module has been imported, without importing it."""

from __future__ import annotations

import sys
from typing import Any, Callable

_waiting: dict[str, list[Callable[[Any], None]]] = {}


def after_import(name: str, act: Callable[[Any], None]) -> None:
    """Call `act` with the module `name`: now if it is there, else when it comes."""
    if name in sys.modules:
        act(sys.modules[name])
        return
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _waiting.setdefault(name, []).append(act)


class _Finder:
    """Finds a waited-for module by the other finders, and has its loader tell."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the module's spec with a loader that tells, or None to leave it to others."""
        if name not in _waiting:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = None if finder is self or find is None else find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    _tell(spec.loader, name)
                return spec
        return None


def _tell(loader: Any, name: str) -> None:
    run = loader.exec_module

    def exec_module(module: Any) -> None:
        run(module)
        for act in _waiting.pop(name, []):
            act(module)

    loader.exec_module = exec_module
