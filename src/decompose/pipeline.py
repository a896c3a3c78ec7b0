"""The stages of an analysis, one after the other."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary
from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding
from decompose.domain.generated import Gateway, Generated
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.domain.plan import CutPlan
from decompose.domain.slicing import Sliced
from decompose.domain.source import Read, SourceTree
from decompose.ports import EvidenceSource, Progress, Reader, Recall
from decompose.source import (
    FactsCache,
    discover,
    find_boundary,
    load_boundary,
    read_all,
    remembering,
    resolved,
    spreading,
)

Resolve = Callable[[SourceTree, tuple[ModuleFacts, ...]], SystemModel]
Divide = Callable[[SystemModel, tuple[Evidence, ...], Boundary, str, Recall], Analysis]
Observe = Callable[[SystemModel, SourceTree, Path], SystemModel]
Target = Callable[[SystemModel, CutPlan, Sliced, Read, Gateway], Generated]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """The parts that an analysis is made with.

    `resolve` gives the system model of what the readers found, `observe` adds what a tape shows.
    `divide` clusters the evidence
    and assesses the result, given the absolute path of the source tree and a way to recall what
    costly steps gave before. `target`
    makes the files of a system of a plan and its slices.
    """

    readers: tuple[Reader, ...]
    evidence: tuple[EvidenceSource, ...]
    resolve: Resolve
    observe: Observe
    divide: Divide
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person asks of one analysis.

    `boundary` is the boundary file; without one, that in the tree's own folder counts. `services`
    overrides the file's. `tape` is what `decompose trace` recorded. `without` names evidence
    sources that are left out.
    """

    boundary: Path | None = None
    services: int | None = None
    tape: Path | None = None
    workers: int = 1
    cache: FactsCache | None = None
    without: frozenset[str] = frozenset()


def analyze(root: Path, toolkit: Toolkit, options: Options, progress: Progress) -> Analysis:
    """Everything that the code below `root` says about a split.

    Raises UserError where the tree or the boundary file can't be used.
    """
    with _uncollected():
        return _analyze(root, toolkit, options, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps the garbage collector from walking millions of values that are all in use."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what is left is the result
        if was_enabled:
            gc.enable()


def _analyze(root: Path, toolkit: Toolkit, options: Options, progress: Progress) -> Analysis:
    boundary = boundary_of(root, options)
    progress.stage("Looking", 0)
    tree = discover(root, boundary.ignore)
    facts = read_all(tree, toolkit.readers, options.cache, options.workers, progress)
    progress.stage("Resolving", 0)
    model = resolved(tree, facts, options.cache, toolkit.resolve)
    of_files = [finding for module in facts for finding in module.findings]
    del facts  # much the largest thing that nobody needs any more
    if options.tape is not None:
        progress.stage("Reading the tape", 0)
        model = toolkit.observe(model, tree, options.tape)
    evidence = _collect(toolkit.evidence, model, tree.root, options.without, progress)
    progress.stage("Clustering", 0)
    with spreading(options.workers) as spread, remembering(options.cache, spread) as recall:
        analysis = toolkit.divide(model, evidence, boundary, tree.root, recall)
    return replace(analysis, findings=_findings(tree, of_files, model, analysis))


def boundary_of(root: Path, options: Options) -> Boundary:
    """What people decided: in the boundary file, and by options. Raises UserError."""
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
    tree: SourceTree, of_files: Iterable[Finding], model: SystemModel, analysis: Analysis
) -> tuple[Finding, ...]:
    """What every stage found, each thing once."""
    return tuple(sorted({*tree.findings, *of_files, *model.findings, *analysis.findings}))
