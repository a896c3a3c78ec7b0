"""Drops functions, classes and assignments."""

from __future__ import annotations

import libcst as cst

from decompose.slice.transformation import Transformation

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef, cst.Assign, cst.AnnAssign, cst.AugAssign)


class DropDefinitions(Transformation):
    """Statements that bind names go."""

    def goes(self, original: cst.CSTNode) -> bool:
        """Definitions at the places of `edits.statements`."""
        if isinstance(original, _DEFINITIONS) and self.at(original) in self.edits.statements:
            return True
        return super().goes(original)
