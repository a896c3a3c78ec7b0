"""Drops branches with nothing left in them, and puts `pass` where Python wants a statement."""

from __future__ import annotations

import libcst as cst

from decompose.slice.transformation import Transformation

_PASS = cst.SimpleStatementLine(body=[cst.Pass()])


class DropEmpty(Transformation):
    """Empty `else` and `finally` branches go; other empty blocks get a `pass`."""

    def leave_IndentedBlock(  # noqa: N802 - libcst's own convention
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.BaseSuite:
        """Python wants a statement."""
        block = super().leave_IndentedBlock(original_node, updated_node)
        return block if block.body else block.with_changes(body=[_PASS])

    def leave_SimpleStatementSuite(  # noqa: N802
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.BaseSuite:
        """Python wants a statement."""
        suite = super().leave_SimpleStatementSuite(original_node, updated_node)
        return suite if suite.body else suite.with_changes(body=[cst.Pass()])

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.BaseStatement:  # noqa: N802
        """An empty `else` says nothing; an `elif` that goes, goes with what follows it."""
        branch = original_node.orelse
        if _emptied(updated_node.orelse) or (branch is not None and self.goes(branch)):
            return updated_node.with_changes(orelse=None)
        return updated_node

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.BaseStatement:  # noqa: N802
        """An empty `else` says nothing, nor does an empty `finally` beside a handler."""
        if _emptied(updated_node.orelse):
            updated_node = updated_node.with_changes(orelse=None)
        if updated_node.handlers and _emptied(updated_node.finalbody):
            updated_node = updated_node.with_changes(finalbody=None)
        return updated_node


def _emptied(branch: cst.CSTNode | None) -> bool:
    if not isinstance(branch, cst.Else | cst.Finally):
        return False
    return bool(branch.body.body) and branch.body.body[0] is _PASS
