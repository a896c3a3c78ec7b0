"""Notices what a test has put its own in the place of, by unittest.mock or pytest's monkeypatch.

A request that was answered then can't be played: nobody else has what the test put there.
"""

from __future__ import annotations

import os
import types
import weakref
from typing import Any, Dict, List, MutableSet

from decompose_recorder.imports import after_import

_MOCKS = ("unittest.mock", "mock.mock")
_OF_TOOLS = ("_pytest.", "flask.app.Flask.response_class")
"""What pytest and pytest-flask replace at every test: of their own, or by what does the same."""


class Replacing:
    """What is replaced at the moment, in this process."""

    def __init__(self) -> None:
        self._patches: Dict[int, str] = {}
        self._monkeys: MutableSet[Any] = weakref.WeakSet()

    def install(self) -> None:
        """Watch these libraries when they are imported."""
        for name in _MOCKS:
            after_import(name, self._mock)
        after_import("_pytest.monkeypatch", self._monkeypatch)

    def names(self) -> List[str]:
        """Return the names of what is replaced, sorted."""
        found = set(self._patches.values())
        for monkey in self._monkeys:
            found.update(f"{_name(target)}.{name}" for target, name, _ in monkey._setattr)
            found.update(_item(target, name) for target, name, _ in monkey._setitem)
        return sorted(name for name in found if not name.startswith(_OF_TOOLS))

    def _mock(self, module: Any) -> None:
        self._surround(module._patch, lambda one: f"{_name(one.target)}.{one.attribute}")
        self._surround(module._patch_dict, lambda one: _name(one.in_dict))

    def _surround(self, kind: Any, told: Any) -> None:
        """Note each patch from when it is made until it is taken back."""
        enter, leave = kind.__enter__, kind.__exit__

        def entered(patch: Any) -> Any:
            result = enter(patch)
            self._patches[id(patch)] = told(patch)
            return result

        def left(patch: Any, *details: Any) -> Any:
            self._patches.pop(id(patch), None)
            return leave(patch, *details)

        kind.__enter__, kind.__exit__ = entered, left

    def _monkeypatch(self, module: Any) -> None:
        make = module.MonkeyPatch.__init__

        def made(monkey: Any) -> None:
            make(monkey)
            self._monkeys.add(monkey)

        module.MonkeyPatch.__init__ = made


def _item(target: Any, name: Any) -> str:
    return f"{_name(target)}[{name!r}]"


def _name(thing: Any) -> str:
    """Return a name by which people know an object; never its value."""
    if isinstance(thing, str):
        return thing
    if thing is os.environ:
        return "os.environ"
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    kind = thing if isinstance(thing, type) else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"
