"""A service's slice of the monolith."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable

from decompose.domain.finding import Finding
from decompose.domain.lookup import beside as not_counted
from decompose.domain.model import SystemModel
from decompose.domain.slicing import Cut, Slice, SliceFile
from decompose.domain.source import ReadBytes, SourceTree
from decompose.slice.closure import Closure
from decompose.slice.files import beside, folders_of
from decompose.slice.plan import edits_of
from decompose.slice.program import Program, load
from decompose.slice.reach import connect
from decompose.slice.rewrite import rewrite
from decompose.slice.templates import Templates, paths_of
from decompose.slice.units import Kind

_READS_STATIC = re.compile(rb"\.static_folder\b|\bsend_static_file\b|[\"'/]static/")
"""Code that reads static files itself, besides those that Flask serves."""


def slice_service(tree: SourceTree, read: ReadBytes, model: SystemModel, cut: Cut) -> Slice:
    """The files that one service needs, import paths unchanged.

    `read` gives the bytes of a file of the tree by its path, and raises OSError where it can't.
    Nothing is imported or run. What can't be told from the code is kept and noted in the findings.
    """
    program = load(tree, read)
    closure = Closure(program, model, cut)
    templates = Templates(tree, read, model)
    names, findings = _grow(closure, templates)
    additions = connect(closure)
    code = [
        SliceFile(path=source.file.path, content=rewrite(source.content, edits))
        for name, source in sorted(program.modules.items())
        if name in closure.modules
        for edits in [edits_of(source, closure, additions)]
    ]
    pages = paths_of(names, templates.paths)
    others, left_out = beside(
        tree,
        folders_of(file.path for file in code),
        static=cut.static or any(_READS_STATIC.search(file.content) for file in code),
        known=frozenset(templates.paths.values()),
    )
    copied = [SliceFile(path=path, content=read(path)) for path in (*pages, *others)]
    lines = _lines([*code, *copied], model)
    return Slice(
        service=cut.service,
        files=tuple(sorted({file.path: file for file in (*copied, *code)}.values())),
        definitions=_definitions(closure),
        lines=lines,
        share=lines / max(_all_lines(model), 1),
        imports=third_party(code, program),
        findings=tuple(sorted({*closure.findings, *findings, *left_out})),
    )


def _grow(closure: Closure, templates: Templates) -> tuple[set[str], set[Finding]]:
    """Lets code ask for templates and templates for code, until neither asks for more."""
    closure.grow()
    names, findings = templates.needed(closure)
    size = -1
    while size != (size := len(names)):
        closure.grow(templates.words(names))
        names, findings = templates.needed(closure)
    return names, findings


def _definitions(closure: Closure) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                f"{unit.module}.{name}"
                for unit in closure.live
                if unit.kind is Kind.DEFINE and not unit.scopes
                for name in unit.names
            }
        )
    )


def _lines(files: Iterable[SliceFile], model: SystemModel) -> int:
    """The lines of what the monolith's lines are counted of."""
    counted = {module.path for module in model.modules}
    return sum(len(file.content.splitlines()) for file in files if file.path in counted)


def _all_lines(model: SystemModel) -> int:
    skipped = {d.location.path for d in model.definitions if not_counted(d)}
    return sum(module.lines for module in model.modules if module.path not in skipped)


def third_party(files: Iterable[SliceFile], program: Program) -> tuple[str, ...]:
    """The top-level modules that files import, neither their own nor Python's."""
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.content)):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    own = {name.partition(".")[0] for name in program.packages}
    return tuple(sorted(found - own - sys.stdlib_module_names))
