"""Drops elements of lists, tuples, sets and dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from decompose.slice.transformation import Transformation


class DropElements(Transformation):
    """Elements of outermost displays go whose leftmost name is in `edits.elements`."""

    def leave_List(  # noqa: N802 - libcst's own convention
        self, original_node: cst.List, updated_node: cst.List
    ) -> cst.BaseExpression:
        """An empty list stays one."""
        kept = self._kept_elements(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=kept)

    def leave_Dict(  # noqa: N802
        self, original_node: cst.Dict, updated_node: cst.Dict
    ) -> cst.BaseExpression:
        """An empty dict stays one."""
        kept = self._kept_elements(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=kept)

    def leave_Tuple(  # noqa: N802
        self, original_node: cst.Tuple, updated_node: cst.Tuple
    ) -> cst.BaseExpression:
        """An empty tuple needs its parentheses, one with a single element its comma."""
        kept = self._kept_elements(original_node.elements, updated_node.elements)
        if len(kept) == len(updated_node.elements):
            return updated_node
        if not kept:
            return cst.Tuple(elements=[])
        if len(kept) == 1 and kept[0].comma is cst.MaybeSentinel.DEFAULT:
            kept = [kept[0].with_changes(comma=cst.Comma())]
        return updated_node.with_changes(elements=kept)

    def leave_Set(  # noqa: N802
        self, original_node: cst.Set, updated_node: cst.Set
    ) -> cst.BaseExpression:
        """An empty set has no display."""
        kept = self._kept_elements(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=kept) if kept else cst.Call(func=cst.Name("set"))

    def _kept_elements(self, originals: Sequence[Any], elements: Sequence[Any]) -> list[Any]:
        """The elements that stay, the last without a comma unless it had one."""
        pairs = zip(originals, elements, strict=True)
        kept = [new for old, new in pairs if self.first(old) not in self.edits.elements]
        if kept and kept[-1] is not elements[-1]:
            kept[-1] = kept[-1].with_changes(comma=elements[-1].comma)
        return kept
