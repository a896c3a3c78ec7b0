"""Drops names from import statements, and statements that lose all of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import libcst as cst

from decompose.slice.transformation import Transformation


class DropImports(Transformation):
    """Imported names at the places of `edits.imports` go."""

    def leave_Import(  # noqa: N802 - libcst's own convention
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.RemovalSentinel:
        """Keeps the other names."""
        kept = self._kept_names(original_node.names, updated_node.names)
        return updated_node.with_changes(names=kept) if kept else cst.RemoveFromParent()

    def leave_ImportFrom(  # noqa: N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        """Keeps the other names."""
        old = original_node.names
        if isinstance(old, cst.ImportStar):
            return cst.RemoveFromParent() if self.at(old) in self.edits.imports else updated_node
        new = cast("Sequence[cst.ImportAlias]", updated_node.names)  # no star, as before
        kept = self._kept_names(old, new)
        if len(kept) == len(old):
            return updated_node
        return _unwrapped(updated_node.with_changes(names=kept)) if kept else cst.RemoveFromParent()

    def _kept_names(
        self, originals: Sequence[cst.ImportAlias], names: Sequence[cst.ImportAlias]
    ) -> list[cst.ImportAlias]:
        pairs = zip(originals, names, strict=True)
        kept = [new for old, new in pairs if self.at(old) not in self.edits.imports]
        if kept and kept[-1] is not names[-1]:
            kept[-1] = kept[-1].with_changes(comma=names[-1].comma)
        return kept


def _unwrapped(node: cst.ImportFrom) -> cst.ImportFrom:
    """A single name needs no parentheses, unless a comment stands in them."""
    names = node.names
    if isinstance(names, cst.ImportStar) or len(names) > 1 or node.lpar is None:
        return node
    if "#" in cst.Module(body=[cst.SimpleStatementLine(body=[node])]).code:
        return node
    only = names[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=[only], lpar=None, rpar=None)
