"""Finds what of the tests' own the application still keeps in memory: a plugin that one registered.

The application that a tape is played against has never had it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import types
from typing import Any, Dict, Iterator, List, Set, Tuple

_TESTS = {"tests", "test", "testing"}
_MOST = 20_000
_DEEPEST = 5
_NAMED = (type, types.FunctionType)  # asked of an object's type: what it says of itself may fail


def kept(root: str) -> List[List[str]]:
    """Return `[what, by]`: a class or function of a test file, and the file of what keeps it.

    It may be kept by its dotted path. Looked through are the variables of the application's
    modules: containers, and what instances of its own classes have. Paths are those below `root`.
    """
    found: Set[Tuple[str, str]] = set()
    seen: Set[int] = set()
    files = {name: _path(module, root) for name, module in list(sys.modules.items())}
    for name, path in sorted(files.items()):
        if path and not _is_test(path):
            for value in list(vars(sys.modules[name]).values()):
                with contextlib.suppress(Exception):  # an object may do anything when looked at
                    found.update(_within(value, path, files, seen, 0))
    return [list(one) for one in sorted(found)]


def _within(
    value: Any, keeper: str, files: Dict[str, str], seen: Set[int], depth: int
) -> Iterator[Tuple[str, str]]:
    """What a value holds of the tests', down to a depth; `keeper` is the file that has it."""
    if depth > _DEEPEST or len(seen) > _MOST or id(value) in seen:
        return
    module, name = _origin(value)
    home = files.get(module, "")
    if home and _is_test(home):
        yield f"{name} of {home}", keeper
    elif issubclass(type(value), (dict, list, tuple, set, frozenset)):
        seen.add(id(value))
        for item in [*value, *(value.values() if issubclass(type(value), dict) else ())]:
            yield from _within(item, keeper, files, seen, depth + 1)
    elif home and not issubclass(type(value), (str, *_NAMED)):
        seen.add(id(value))
        for item in list(getattr(value, "__dict__", {}).values()):
            yield from _within(item, home, files, seen, depth + 1)


def _origin(value: Any) -> Tuple[str, str]:
    """Return module and name of a class or function, of an instance's class, of a dotted path."""
    if issubclass(type(value), str):
        module, _, name = value.rpartition(".")
        return module, name
    kind = value if issubclass(type(value), _NAMED) else type(value)
    return kind.__module__, kind.__qualname__


def _path(module: Any, root: str) -> str:
    """Return the path of a module of the application, empty for any other."""
    path = os.path.abspath(getattr(module, "__file__", None) or os.sep)
    inside = path.startswith(root + os.sep) and "site-packages" not in path
    return path[len(root) + 1 :].replace(os.sep, "/") if inside else ""


def _is_test(path: str) -> bool:
    folders, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    named = stem == "conftest" or stem.startswith("test_") or stem.endswith("_test")
    return named or bool(_TESTS & set(folders.split("/")))
