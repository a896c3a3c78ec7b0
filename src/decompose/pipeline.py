"""The stages of an analysis and of a scaffold, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary
from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding
from decompose.domain.generated import Gateway, Generated, GeneratedFile
from decompose.domain.lookup import beside_path
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.domain.plan import CutPlan, ServicePlan
from decompose.domain.slicing import Cut, Slice
from decompose.domain.source import Read, ReadBytes, SourceTree
from decompose.errors import UserError
from decompose.plan import extract, make_plan
from decompose.ports import EvidenceSource, Progress, Reader
from decompose.slice import slice_services
from decompose.source import FactsCache, decode, discover, find_boundary, load_boundary, read_all

Resolve = Callable[[SourceTree, tuple[ModuleFacts, ...]], SystemModel]
Divide = Callable[[SystemModel, tuple[Evidence, ...], Boundary, str], Analysis]
Target = Callable[[SystemModel, CutPlan, Sequence[Slice], Read, Gateway], Generated]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """The parts that an analysis is made with.

    `resolve` gives the system model of what the readers found. `divide` clusters the evidence
    and assesses the result; its last argument is the absolute path of the source tree. `target`
    makes the files of a system of a plan and its slices.
    """

    readers: tuple[Reader, ...]
    evidence: tuple[EvidenceSource, ...]
    resolve: Resolve
    divide: Divide
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person asks of one analysis.

    `boundary` is the boundary file; without one, that in the tree's own folder counts. `services`
    overrides the file's. `without` names evidence sources that are left out.
    """

    boundary: Path | None = None
    services: int | None = None
    workers: int = 1
    cache: FactsCache | None = None
    without: frozenset[str] = frozenset()


def analyze(root: Path, toolkit: Toolkit, options: Options, progress: Progress) -> Analysis:
    """Everything that the code below `root` says about a split.

    Raises UserError where the tree or the boundary file can't be used.
    """
    boundary = _boundary(root, options)
    progress.stage("Looking", 0)
    tree = discover(root, boundary.ignore)
    facts = read_all(tree, toolkit.readers, options.cache, options.workers, progress)
    progress.stage("Resolving", 0)
    model = toolkit.resolve(tree, facts)
    evidence = _collect(toolkit.evidence, model, tree.root, options.without, progress)
    progress.stage("Clustering", 0)
    analysis = toolkit.divide(model, evidence, boundary, tree.root)
    return replace(analysis, findings=_findings(tree, facts, model, analysis))


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A split before it is written: the plan, one slice for each of its services, the files.

    `findings` are those of the plan, the slices and the files, each once.
    """

    plan: CutPlan
    slices: tuple[Slice, ...]
    files: tuple[GeneratedFile, ...]
    findings: tuple[Finding, ...]


def scaffold(
    root: Path,
    toolkit: Toolkit,
    options: Options,
    progress: Progress,
    only: str = "",
    gateway: Gateway = Gateway.FLASK,
) -> System:
    """The split of the code below `root`, as data; nothing is written.

    With `only`, that service is taken out of the monolith and the rest is the other service.
    `gateway` stands between clients and services where the system is deployed.
    Raises UserError where the tree or the boundary file can't be used, or no split can be planned.
    """
    analysis = analyze(root, toolkit, options, progress)
    _check_read(analysis.findings)
    analysis = extract(analysis, only) if only else analysis
    tree = discover(root, analysis.boundary.ignore)
    read_bytes, read = _readers(Path(tree.root))
    plan = make_plan(analysis, read)
    cuts = [_cut(plan, service) for service in plan.services]
    slices = slice_services(tree, read_bytes, analysis.model, cuts, progress)
    progress.stage("Writing", 0)
    generated = toolkit.target(analysis.model, plan, slices, read, gateway)
    of_slices = (finding for cut in slices for finding in cut.findings)
    findings = {*plan.findings, *of_slices, *generated.findings}
    return System(
        plan=plan,
        slices=slices,
        files=generated.files,
        findings=tuple(sorted(findings)),
    )


def _check_read(findings: Iterable[Finding]) -> None:
    """Raises UserError where a part of the application could not be read, so would be missing."""
    for finding in findings:
        where = finding.location
        is_python = where.path.endswith(".py") and finding.code == "syntax-error"
        if is_python and not beside_path(where.path):
            raise UserError(
                f"{where.path}:{where.line}: {finding.message}",
                hint="Run decompose with the application's own version of Python, "
                "or name the file under `ignore` in decompose.toml.",
            )


def _cut(plan: CutPlan, service: ServicePlan) -> Cut:
    return Cut(
        service=service.name,
        handlers=service.handlers,
        excluded=service.excluded,
        tables=tuple(sorted({*service.tables, *(f.table for f in service.foreign)})),
        roots=plan.application.roots,
        static=plan.serves_files(service),
    )


def _readers(root: Path) -> tuple[ReadBytes, Read]:
    """The bytes and the text of the tree's files."""

    def read_bytes(path: str) -> bytes:
        return (root / path).read_bytes()

    def read(path: str) -> str:
        return decode(read_bytes(path), path).text

    return read_bytes, read


def _boundary(root: Path, options: Options) -> Boundary:
    path = options.boundary or find_boundary(root)
    boundary = load_boundary(path) if path else Boundary()
    return boundary if options.services is None else replace(boundary, services=options.services)


def _collect(
    sources: Sequence[EvidenceSource],
    model: SystemModel,
    root: str,
    without: frozenset[str],
    progress: Progress,
) -> tuple[Evidence, ...]:
    asked = [source for source in sources if source.name not in without]
    progress.stage("Weighing", len(asked))
    evidence: list[Evidence] = []
    for source in asked:
        evidence.extend(source.collect(model, root))
        progress.advance(1)
    return tuple(sorted(evidence))


def _findings(
    tree: SourceTree, facts: Iterable[ModuleFacts], model: SystemModel, analysis: Analysis
) -> tuple[Finding, ...]:
    """What every stage found, each thing once."""
    of_files = (finding for module in facts for finding in module.findings)
    return tuple(sorted({*tree.findings, *of_files, *model.findings, *analysis.findings}))
