"""What all transformations share: what is to change, by its place in the source."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst
from libcst.metadata import CodeRange

from decompose.slice.blocks import Statement, without

Position = tuple[int, int]
Positions = Mapping[cst.CSTNode, CodeRange]
_GONE = cst.Pass()  # stands in a line with nothing left, since libcst drops empty lines itself
_Block = TypeVar("_Block", cst.Module, cst.IndentedBlock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What goes from a file, by the places (line, column) where it starts.

    An element's place is that of its leftmost name or constant. `additions` are modules to import
    above the imported names at their places.
    """

    statements: frozenset[Position] = frozenset()
    imports: frozenset[Position] = frozenset()
    elements: frozenset[Position] = frozenset()
    decorators: frozenset[Position] = frozenset()
    additions: tuple[tuple[Position, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places)

    @property
    def places(self) -> frozenset[Position]:
        """All places where something changes."""
        added = (place for place, _ in self.additions)
        return self.statements | self.imports | self.elements | self.decorators | {*added}


class Transformation(cst.CSTTransformer):
    """The base of all: a block without the statements that go, their comments gone with them.

    Transformations are put together by inheritance, so that one walk does all; each hands on what
    it is given. Nothing but a block removes a line of statements.
    """

    def __init__(self, positions: Positions, edits: Edits) -> None:
        super().__init__()
        self.edits = edits
        self._positions = positions
        self._lines = sorted({line for line, _ in edits.places})

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Statements in which nothing changes are not looked into."""
        if isinstance(node, Statement):
            first, last = self._positions[node].start.line, self._positions[node].end.line
            for decorator in getattr(node, "decorators", ()):
                first = min(first, self.at(decorator)[0])
            index = bisect_left(self._lines, first)
            if index == len(self._lines) or self._lines[index] > last:
                return False
        return super().on_visit(node)

    def at(self, node: cst.CSTNode) -> Position:
        """Where a node of the original tree starts."""
        start = self._positions[node].start
        return start.line, start.column

    def first(self, node: cst.CSTNode) -> Position:
        """Where the leftmost name or constant of a node of the original tree starts."""
        return min(self._leaves(node), default=self.at(node))

    def goes(self, original: cst.CSTNode) -> bool:
        """Whether a statement goes."""
        return False

    def added(self, original: cst.CSTNode) -> list[Statement]:
        """Statements to put above one."""
        return []

    def leave_SimpleStatementLine(  # noqa: N802 - libcst's own convention
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        """Some of several statements in a line."""
        if len(updated_node.body) < len(original_node.body):
            return updated_node if updated_node.body else updated_node.with_changes(body=[_GONE])
        gone = {self.at(one) for one in original_node.body if self.goes(one)}
        if not gone:
            return updated_node
        pairs = zip(original_node.body, updated_node.body, strict=True)
        kept = [new for old, new in pairs if self.at(old) not in gone]
        if kept:
            kept[-1] = kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(body=kept or [_GONE])

    def leave_SimpleStatementSuite(  # noqa: N802
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.BaseSuite:
        """Statements behind the colon."""
        if len(updated_node.body) < len(original_node.body):
            return updated_node
        pairs = zip(original_node.body, updated_node.body, strict=True)
        kept = [new for old, new in pairs if not self.goes(old)]
        return updated_node.with_changes(body=kept)

    def leave_IndentedBlock(  # noqa: N802
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.BaseSuite:
        """A block of statements."""
        return self._without(original_node, updated_node)

    def leave_Module(  # noqa: N802
        self, original_node: cst.Module, updated_node: cst.Module
    ) -> cst.Module:
        """The file."""
        changed = self._without(original_node, updated_node)
        if changed.body and changed.body is not updated_node.body:
            first = changed.body[0]
            lines = trimmed(getattr(first, "leading_lines", ()), all_of_them=not changed.header)
            changed = changed.with_changes(
                body=[first.with_changes(leading_lines=lines), *changed.body[1:]]
            )
        return changed

    def _without(self, original: _Block, updated: _Block) -> _Block:
        gone = [
            self.goes(old) or (isinstance(new, cst.SimpleStatementLine) and new.body[0] is _GONE)
            for old, new in zip(original.body, updated.body, strict=True)
        ]
        above = [self.added(one) for one in original.body]
        if not any(gone) and not any(above):
            return updated
        return updated.with_changes(body=without(updated.body, gone, above))

    def _leaves(self, node: cst.CSTNode) -> list[Position]:
        if isinstance(node, cst.Name | cst.SimpleString | cst.BaseNumber | cst.FormattedString):
            return [self.at(node)]
        return [place for child in node.children for place in self._leaves(child)]


def trimmed(lines: Sequence[cst.EmptyLine], *, all_of_them: bool) -> list[cst.EmptyLine]:
    """Lines without the empty ones at their start, or with no more than one of them."""
    first = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return list(lines[first if all_of_them else max(first - 1, 0) :])
