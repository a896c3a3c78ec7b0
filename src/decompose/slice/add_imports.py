"""Adds imports for what a module registers, where the import that led there is dropped."""

from __future__ import annotations

import libcst as cst

from decompose.slice.blocks import Statement
from decompose.slice.transformation import Transformation


class AddImports(Transformation):
    """Modules are imported above the imported names at the places of `edits.additions`."""

    def added(self, original: cst.CSTNode) -> list[Statement]:
        """Imports above a line of imports."""
        wanted = [name for node in _imported(original) for name in self._at(node)]
        return [*super().added(original), *(_import(name) for name in dict.fromkeys(wanted))]

    def _at(self, node: cst.CSTNode) -> tuple[str, ...]:
        at = self.at(node)
        return tuple(name for place, names in self.edits.additions for name in names if place == at)


def _imported(node: cst.CSTNode) -> list[cst.CSTNode]:
    """What a line of statements imports or does."""
    found: list[cst.CSTNode] = []
    for one in node.body if isinstance(node, cst.SimpleStatementLine) else ():
        if not isinstance(one, cst.Import | cst.ImportFrom):
            found.append(one)
        elif isinstance(one.names, cst.ImportStar):
            found.append(one.names)
        else:
            found.extend(one.names)
    return found


def _import(module: str) -> Statement:
    name = module.rpartition(".")[2]
    return cst.parse_statement(
        f"import {module} as _{name}  # noqa: F401 - for what it registers\n"
    )
