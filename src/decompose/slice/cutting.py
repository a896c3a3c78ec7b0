"""A service's slice of the monolith."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from decompose.domain.finding import Finding
from decompose.domain.lookup import beside as not_counted
from decompose.domain.model import SystemModel
from decompose.domain.slicing import Cut, Slice, SliceFile
from decompose.domain.source import ReadBytes, SourceTree
from decompose.ports import Progress
from decompose.slice.closure import Closure
from decompose.slice.contents import paths, static_folders, third_party
from decompose.slice.files import Wanted, beside, folders_of
from decompose.slice.plan import edits_of
from decompose.slice.program import Program, load
from decompose.slice.reach import connect
from decompose.slice.rewrite import rewrite
from decompose.slice.templates import Templates, paths_of
from decompose.slice.units import Kind

_READS_STATIC = re.compile(rb"\.static_folder\b|\bsend_static_file\b")
"""Code that reads the application's static files itself, besides those that Flask serves."""


def slice_services(
    tree: SourceTree, read: ReadBytes, model: SystemModel, cuts: Sequence[Cut], progress: Progress
) -> tuple[Slice, ...]:
    """The files that each service needs, import paths unchanged; one slice for each of `cuts`.

    `read` gives the bytes of a file of the tree by its path, and raises OSError where it can't.
    Nothing is imported or run. What can't be told from the code is kept and noted in the findings.
    """
    progress.stage("Slicing", len(cuts))
    program = load(tree, read)
    templates = Templates(tree, read, model)
    slices = []
    for cut in cuts:
        slices.append(_slice(tree, read, model, cut, program, templates))
        progress.advance(1)
    return tuple(slices)


def _slice(
    tree: SourceTree,
    read: ReadBytes,
    model: SystemModel,
    cut: Cut,
    program: Program,
    templates: Templates,
) -> Slice:
    closure = Closure(program, model, cut)
    names, findings = _grow(closure, templates)
    additions = connect(closure)
    code = [
        SliceFile(path=source.file.path, content=rewrite(source.content, edits))
        for name, source in sorted(program.modules.items())
        if name in closure.modules
        for edits in [edits_of(source, closure, additions)]
    ]
    pages = paths_of(names, templates.paths)
    trees = [ast.parse(file.content) for file in code]
    others, left_out = beside(tree, _wanted(cut, code, trees, templates))
    copied = [SliceFile(path=path, content=read(path)) for path in (*pages, *others)]
    lines = _lines([*code, *copied], model)
    return Slice(
        service=cut.service,
        files=tuple(sorted({file.path: file for file in (*copied, *code)}.values())),
        definitions=_definitions(closure),
        lines=lines,
        share=lines / max(_all_lines(model), 1),
        imports=third_party(trees, program.packages),
        findings=tuple(sorted({*closure.findings, *findings, *left_out})),
    )


def _wanted(
    cut: Cut, code: Iterable[SliceFile], trees: Sequence[ast.Module], templates: Templates
) -> Wanted:
    """What the service needs besides code: static files where it sends or opens them."""
    static, opened = static_folders(trees), paths(trees)
    opens = any(static & set(text.split("/")) for text in opened) or any(
        _READS_STATIC.search(file.content) for file in code
    )
    return Wanted(
        folders=folders_of(file.path for file in code),
        known=frozenset(templates.paths.values()),
        strings=opened,
        static=static,
        serves=cut.static or opens,
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
