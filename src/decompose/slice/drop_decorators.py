"""Drops decorators."""

from __future__ import annotations

from typing import TypeVar

import libcst as cst

from decompose.slice.transformation import Transformation

_Decorated = TypeVar("_Decorated", cst.FunctionDef, cst.ClassDef)


class DropDecorators(Transformation):
    """Decorators go whose expressions are at the places of `edits.decorators`."""

    def leave_FunctionDef(  # noqa: N802 - libcst's own convention
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement:
        """The function stays."""
        return self._plain(original_node, updated_node)

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.BaseStatement:
        """The class stays."""
        return self._plain(original_node, updated_node)

    def _plain(self, original: _Decorated, updated: _Decorated) -> _Decorated:
        pairs = zip(original.decorators, updated.decorators, strict=True)
        kept = [new for old, new in pairs if self.first(old) not in self.edits.decorators]
        return updated.with_changes(decorators=kept)
