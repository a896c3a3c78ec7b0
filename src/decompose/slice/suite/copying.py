"""The files of the tests that a service gets, cut down to them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping

from decompose.domain.finding import Location
from decompose.domain.slicing import OwnTests, SliceFile, ThirdParty
from decompose.domain.source import ReadBytes
from decompose.slice.contents import contents, lines_of_imports
from decompose.slice.plan import Columns
from decompose.slice.program import Program, Source
from decompose.slice.rewrite import rewrite
from decompose.slice.suite.held import Held
from decompose.slice.suite.marks import PLUGINS, wanted_fixtures
from decompose.slice.suite.needs import Needs, data_files
from decompose.slice.suite.pieces import Piece, Suite
from decompose.slice.suite.reach import Reach, Test
from decompose.slice.transformation import Edits, Position
from decompose.slice.units import Kind


def copied(
    suite: Suite,
    needs: Needs,
    held: Held,
    placed: Mapping[Test, Reach],
    data: Collection[str],
    read: ReadBytes,
) -> OwnTests:
    """What a service gets of the suite; `data` are the files beside the tests that are no code."""
    pieces = {piece for reach in placed.values() for piece in reach.pieces}
    modules = {name for reach in placed.values() for name in reach.modules}
    pieces |= _harmless(suite, needs, held, modules)
    files: list[SliceFile] = []
    imports: dict[str, ThirdParty] = {}
    for name in sorted(modules):
        source = suite.program.modules[name]
        if name.endswith("conftest") and not any(piece.source is source for piece in pieces):
            continue
        (content,) = rewrite(source.content, [_edits(suite, source, pieces)])
        files.append(SliceFile(path=source.file.path, content=content))
        imports |= _third_party(suite.program, source, content, imports)
    named = sorted(data_files(pieces, data))
    files += [SliceFile(path=path, content=read(path)) for path in named]
    plugins = {PLUGINS[name] for piece in pieces
               for name, _ in wanted_fixtures(piece, called_by_pytest=True)
               if name in PLUGINS}  # fmt: skip
    return OwnTests(
        names=tuple(sorted(test.name for test in placed)),
        collected=tuple(sorted({test.name.partition("::")[0] for test in placed})),
        files=tuple(sorted(files)),
        imports=tuple(sorted(imports.values())),
        plugins=tuple(sorted(plugins)),
    )


def _harmless(suite: Suite, needs: Needs, held: Held, modules: Iterable[str]) -> set[Piece]:
    """Imports that nothing names and that work here: they may be there for what they do."""
    return {
        piece
        for name in modules
        for piece in suite.modules[name]
        if piece.is_import
        and piece.units[0] in held.closure.survey.unused_imports
        and all(unit.module not in suite for unit in suite.program.leads(piece.units[0]).units)
        and not any(need.missing(held) for need in needs.of(piece))
    }


def _edits(suite: Suite, source: Source, pieces: Collection[Piece]) -> Edits:
    """What goes from a file: pieces that nothing placed uses, and methods of those that stay."""
    place = Columns(source)
    statements: set[Position] = set()
    imports: set[Position] = set()
    for piece in suite.modules[source.name]:
        if piece in pieces:
            gone = (m for methods in piece.methods.values() for m in methods if m not in pieces)
            statements |= {place((one.node.lineno, one.node.col_offset)) for one in gone}
        elif not _stays(piece):
            for unit in piece.units:
                (imports if unit.kind is Kind.IMPORT else statements).add(place(unit.key))
    return Edits(statements=frozenset(statements), imports=frozenset(imports))


def _stays(piece: Piece) -> bool:
    """Whether a piece that nothing uses stays all the same."""
    value = getattr(piece.node, "value", None)
    if isinstance(piece.node, ast.Expr) and isinstance(value, ast.Constant):
        return True
    target = piece.units[0].target
    return isinstance(piece.node, ast.Pass) or bool(target and target.module == "__future__")


def _third_party(
    program: Program, source: Source, content: bytes, known: Mapping[str, ThirdParty]
) -> dict[str, ThirdParty]:
    tree = ast.parse(content)
    lines, said = lines_of_imports(source.tree), contents(tree)
    return {
        name: ThirdParty(name=name, location=Location(path=source.file.path, line=lines[name]))
        for name in said.third_party(program.packages)
        if name not in known
    }
