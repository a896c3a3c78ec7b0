"""Drops statements that stand for their effect: registrations, loops, whole blocks."""

from __future__ import annotations

import libcst as cst

from decompose.slice.transformation import Transformation

_EFFECTS = (cst.Expr, cst.Assert, cst.Del, cst.Raise, cst.If, cst.For, cst.While, cst.With,
            cst.Try, cst.TryStar, cst.Match)  # fmt: skip


class DropRegistrations(Transformation):
    """Statements that bind no name go."""

    def goes(self, original: cst.CSTNode) -> bool:
        """Statements at the places of `edits.statements`."""
        if isinstance(original, _EFFECTS) and self.at(original) in self.edits.statements:
            return True
        return super().goes(original)
