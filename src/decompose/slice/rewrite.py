"""A file without what goes from it, everything else as it was written."""

from __future__ import annotations

import libcst as cst

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


def rewrite(content: bytes, edits: Edits) -> bytes:
    """The file's bytes after the edits, in its own encoding and with its own line ends."""
    if not edits:
        return content
    module = cst.parse_module(content)
    return module.visit(_Rewriter(module, edits)).bytes
