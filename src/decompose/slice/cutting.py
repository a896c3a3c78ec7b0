"""Each service's slice of the monolith."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from decompose.domain.finding import Finding, Location
from decompose.domain.lookup import beside as not_counted
from decompose.domain.model import SystemModel
from decompose.domain.slicing import (
    Cut,
    OwnTests,
    Slice,
    Sliced,
    SliceFile,
    ThirdParty,
)
from decompose.domain.source import ReadBytes, SourceTree
from decompose.ports import Progress
from decompose.slice.check import check
from decompose.slice.closure import Closure
from decompose.slice.contents import Contents, together
from decompose.slice.files import Wanted, beside, folders_of
from decompose.slice.growth import Growth
from decompose.slice.plan import edits_of
from decompose.slice.program import Program, Source, load
from decompose.slice.reach import Additions, connect
from decompose.slice.rewrite import rewrite
from decompose.slice.suite import Held, OwnSuite
from decompose.slice.survey import Survey
from decompose.slice.templates import Templates, paths_of
from decompose.slice.units import Kind, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What a service needs, before anything is cut; `helpers` are there for its tests only."""

    cut: Cut
    closure: Closure
    additions: Additions
    templates: frozenset[str]
    findings: frozenset[Finding]
    helpers: frozenset[Unit]

    @property
    def held(self) -> Held:
        """What tests look at to know whether they belong here."""
        return Held(cut=self.cut, closure=self.closure, templates=self.templates)


def slice_services(
    tree: SourceTree, read: ReadBytes, model: SystemModel, cuts: Sequence[Cut], progress: Progress
) -> Sliced:
    """The files that each service needs, import paths unchanged; one slice for each of `cuts`.

    The monolith's own tests go with the slices that have all that they need.

    `read` gives the bytes of a file of the tree by its path, and raises OSError where it can't.
    Nothing is imported or run. What can't be told from the code is kept and noted in the findings.
    """
    program = load(tree, read)
    survey = Survey(program, model, sorted({root for cut in cuts for root in cut.roots}))
    templates = Templates(tree, read, model)
    progress.stage("Slicing", len(cuts))
    drafts = []
    for cut in cuts:
        drafts.append(_draft(survey, templates, cut))
        progress.advance(1)
    progress.stage("Placing tests", 0)
    suite = OwnSuite(tree, survey, [draft.held for draft in drafts])
    for number, draft in enumerate(drafts):
        if needed := suite.helpers(number):
            drafts[number] = _draft(survey, templates, draft.cut, needed)
    code = _code(program, drafts, progress)
    tests = [suite.copied(number, draft.held, read) for number, draft in enumerate(drafts)]
    slices = tuple(
        _slice(tree, read, model, draft, files, templates, program, own)
        for draft, files, own in zip(drafts, code, tests, strict=True)
    )
    return Sliced(slices=slices, left=suite.left)


def _draft(
    survey: Survey, templates: Templates, cut: Cut, helpers: frozenset[Unit] = frozenset()
) -> _Draft:
    """Lets code ask for templates and templates for code, until neither asks for more."""
    growth = Growth(survey, cut)
    for unit in sorted(helpers, key=lambda one: (one.module, one.key)):
        growth.closure.mark(unit)
    growth.grow()
    names, findings = templates.needed(growth.closure)
    size = -1
    while size != (size := len(names)):
        growth.grow(templates.words(names))
        names, findings = templates.needed(growth.closure)
    additions = connect(growth, survey.execution.edges)
    return _Draft(cut=cut, closure=growth.closure, additions=additions,
                  templates=frozenset(names), findings=frozenset(findings),
                  helpers=helpers)  # fmt: skip


def _code(program: Program, drafts: Sequence[_Draft], progress: Progress) -> list[list[SliceFile]]:
    """The Python files of each service; a file is parsed once for all of them."""
    found: list[list[SliceFile]] = [[] for _ in drafts]
    progress.stage("Cutting", len(program.modules))
    for name, source in sorted(program.modules.items()):
        having = [i for i, draft in enumerate(drafts) if name in draft.closure.kept.modules]
        edits = [edits_of(source, drafts[i].closure, drafts[i].additions) for i in having]
        for i, content in zip(having, rewrite(source.content, edits), strict=True):
            found[i].append(SliceFile(path=source.file.path, content=content))
        progress.advance(1)
    return found


def _slice(
    tree: SourceTree,
    read: ReadBytes,
    model: SystemModel,
    draft: _Draft,
    code: Sequence[SliceFile],
    templates: Templates,
    program: Program,
    tests: OwnTests,
) -> Slice:
    broken = {*check(program, code, _reached(draft), draft.closure.kept.words),
              *_check_tests(program, code, tests)}  # fmt: skip
    said = together(source.contents for source in _sources(program, code))
    others, left_out = beside(tree, _wanted(draft.cut, code, said, templates))
    pages = paths_of(draft.templates, templates.paths)
    copied = [SliceFile(path=path, content=read(path)) for path in (*pages, *others)]
    counted = _counted(model)
    lines = sum(len(f.content.splitlines()) for f in (*code, *copied) if f.path in counted)
    return Slice(
        service=draft.cut.service,
        files=tuple(sorted({file.path: file for file in (*copied, *code)}.values())),
        definitions=_definitions(draft.closure),
        lines=lines,
        share=lines / max(sum(counted.values()), 1),
        imports=tuple(_third_party(program, code, said)),
        findings=tuple(sorted({*draft.closure.findings, *draft.findings, *left_out, *broken})),
        tests=tests,
    )


def _check_tests(program: Program, code: Sequence[SliceFile], tests: OwnTests) -> Iterator[Finding]:
    """What is wrong with the copied tests beside the code that they are for."""
    paths = {file.path for file in tests.files}
    modules = [source for source in program.modules.values() if source.file.path in paths]
    if modules:
        called = {f"{source.name}.{name}" for source in modules for name in source.bindings}
        copied = [file for file in tests.files if file.path in {s.file.path for s in modules}]
        found = check(program, (*code, *copied), called, ())
        yield from (finding for finding in found if finding.location.path in paths)


def _third_party(
    program: Program, code: Iterable[SliceFile], said: Contents
) -> Iterator[ThirdParty]:
    """What finished code imports; places are those of the files that it was cut from."""
    cut_from = {file.path for file in code}
    first: dict[str, Location] = {}
    for source in program.modules.values():
        if source.file.path in cut_from:
            for name, line in source.lines_of_imports.items():
                place = Location(path=source.file.path, line=line)
                first[name] = min(place, first.get(name, place))
    for name in said.third_party(program.packages):
        yield ThirdParty(name=name, location=first[name], deferred=name not in said.eager)


def _sources(program: Program, code: Iterable[SliceFile]) -> Iterator[Source]:
    """The files of a slice as modules, without what does not parse."""
    modules = {source.file.path: source for source in program.modules.values()}
    for file in code:
        with suppress(SyntaxError, ValueError):
            yield modules[file.path].version(file.content)


def _reached(draft: _Draft) -> set[str]:
    """The definitions that something else than code asks for."""
    closure, survey = draft.closure, draft.closure.survey
    entities = {unit for units in survey.relations.tables.values() for unit in units}
    whole = (unit for name in closure.whole for unit in survey.program.modules[name].units)
    called = survey.called | survey.roots | survey.extensions
    points = (f"{point.module}.{point.name}" for point in survey.program.entry_points)
    plugins = (unit for point in points for unit in survey.program.find(point))
    needed = (unit for units in survey.relations.needs.values() for unit in units)
    asked = {*closure.registrations.own, *called, *entities, *needed, *whole, *plugins,
             *draft.helpers}  # fmt: skip
    return {f"{unit.module}.{name}" for unit in asked for name in unit.names}


def _wanted(cut: Cut, code: Iterable[SliceFile], said: Contents, templates: Templates) -> Wanted:
    """What the service needs besides code: static files where it sends or opens them."""
    return Wanted(
        folders=folders_of(file.path for file in code),
        known=frozenset(templates.paths.values()),
        strings=said.paths,
        static=said.static,
        serves=cut.static or said.opens_static,
    )


def _definitions(closure: Closure) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                f"{unit.module}.{name}"
                for unit in closure.kept.live
                if unit.kind is Kind.DEFINE and not unit.scopes
                for name in unit.names
            }
        )
    )


def _counted(model: SystemModel) -> dict[str, int]:
    """The lines of each file of the application itself, without tests, migrations and scripts."""
    skipped = {d.location.path for d in model.definitions if not_counted(d)}
    return {module.path: module.lines for module in model.modules if module.path not in skipped}
