"""A file without what goes from it, everything else as it was written."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from decompose.slice.add_imports import AddImports
from decompose.slice.drop_decorators import DropDecorators
from decompose.slice.drop_definitions import DropDefinitions
from decompose.slice.drop_elements import DropElements
from decompose.slice.drop_empty import DropEmpty
from decompose.slice.drop_imports import DropImports
from decompose.slice.drop_registrations import DropRegistrations
from decompose.slice.transformation import Edits


class _Rewriter(
    DropEmpty,
    DropElements,
    DropDecorators,
    DropImports,
    DropDefinitions,
    DropRegistrations,
    AddImports,
):
    """All transformations in one walk."""


def rewrite(content: bytes, versions: Sequence[Edits]) -> list[bytes]:
    """The file's bytes after each of several edits, in its own encoding and line ends."""
    written = {edits: content for edits in versions if not edits}
    if len(written) < len({*versions}):
        wrapper = MetadataWrapper(cst.parse_module(content), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
        for edits in {*versions} - written.keys():
            written[edits] = wrapper.module.visit(_Rewriter(positions, edits)).bytes
    return [written[edits] for edits in versions]
