"""A toolkit that counts words instead of understanding code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from decompose.domain.analysis import Advice, Analysis, Verdict
from decompose.domain.boundary import Boundary
from decompose.domain.facts import DefinitionFacts, ModuleFacts, pack
from decompose.domain.finding import Finding, Location
from decompose.domain.generated import Generated, GeneratedFile
from decompose.domain.model import Module, SystemModel
from decompose.domain.partition import (
    CouplingGraph,
    Evidence,
    EvidenceKind,
    Partition,
    Placement,
    Service,
    TableOwner,
)
from decompose.domain.plan import CutPlan
from decompose.domain.slicing import Sliced
from decompose.domain.source import Read, SourceFile, SourceTree
from decompose.domain.summary import Summary
from decompose.domain.verification import FaultRuns, Verification
from decompose.errors import UserError
from decompose.pipeline import Toolkit
from decompose.ports import Recall
from decompose.wiring.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class WordReader:
    """Facts that say how many lines and words a file has."""

    language: str = "python"
    version: int = 1

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """One definition, and each word once."""
        text = content.decode("utf-8", "replace")
        lines = text.count("\n") + 1
        return ModuleFacts(
            name=file.module,
            path=file.path,
            language=file.language,
            lines=lines,
            definitions=(
                DefinitionFacts(name="", kind="module", parent=-1, line=1, end_line=lines),
            ),
            words=pack((word, 1) for word in sorted(set(text.split()))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Evidence between two fixed names."""

    name: str
    kind: EvidenceKind = EvidenceKind.STRUCTURE

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """One reason, of this source's kind."""
        place = Location(path=model.modules[0].path, line=1)
        return (Evidence(a="a", b="b", kind=self.kind, weight=1.0, why=self.name, location=place),)


class Quiet:
    """A progress that keeps what it is told."""

    def __init__(self) -> None:
        """Nothing told yet."""
        self.stages: list[str] = []
        self.steps = 0
        self.notes: list[Finding] = []

    def stage(self, name: str, total: int) -> None:
        """Keeps the name."""
        self.stages.append(name)

    def advance(self, steps: int) -> None:
        """Adds up."""
        self.steps += steps

    def note(self, finding: Finding) -> None:
        """Keeps the note."""
        self.notes.append(finding)


def resolve(tree: SourceTree, facts: tuple[ModuleFacts, ...]) -> SystemModel:
    """A model of modules only."""
    modules = tuple(
        Module(name=item.name, path=item.path, language=item.language, lines=item.lines)
        for item in facts
    )
    return SystemModel(
        root_name=tree.name,
        modules=modules,
        definitions=(),
        references=(),
        routes=(),
        entries=(),
        tables=(),
        accesses=(),
        endpoints=(),
        requirements=tree.requirements,
    )


def divide(
    model: SystemModel,
    evidence: tuple[Evidence, ...],
    boundary: Boundary,
    root: str,
    recall: Recall,
) -> Analysis:
    """One service that holds every module."""
    names = tuple(sorted(module.name for module in model.modules))
    service = Service(
        id="all",
        name='the "whole" shop',
        description="everything",
        endpoints=(),
        tables=("orders",),
        definitions=names,
        lines=sum(module.lines for module in model.modules),
    )
    return Analysis(
        model=model,
        graph=CouplingGraph(nodes=names, evidence=evidence),
        partition=Partition(
            services=(service,),
            placements=tuple(
                Placement(definition=n, service="all", confidence=1.0, runner_up="", reason="")
                for n in names
            ),
            owners=(TableOwner(table="orders", owner="all", writers=("all",), readers=()),),
        ),
        seams=(),
        metrics=(),
        alternatives=(),
        verdict=Verdict(advice=Advice.KEEP, summary="keep it", reasons=(), next_steps=()),
        boundary=boundary,
        findings=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in memory."""

    path: str
    content: bytes

    @property
    def chunks(self) -> Callable[[], Iterable[bytes]]:
        """Its content in two pieces."""
        return lambda: (self.content[:2], self.content[2:])


def documents(analysis: Analysis) -> Iterable[Document]:
    """The names of the modules, and a page."""
    names = ",".join(f'"{module.name}"' for module in analysis.model.modules)
    return (
        Document(path="decomposition.json", content=f'{{"modules": [{names}]}}\n'.encode()),
        Document(path="assets/page.html", content=b"<p>"),
    )


def summary(analysis: Analysis) -> Summary:
    """Says what each count would be, as far as the fakes have any."""
    return Summary(
        name=analysis.model.root_name,
        lines=sum(module.lines for module in analysis.model.modules),
        modules=len(analysis.model.modules),
        endpoints=0,
        tables=0,
        services=(),
        others=len(analysis.partition.services),
        seams=(),
        ties=(),
        traced=None,
        advice=analysis.verdict.advice,
        verdict=analysis.verdict.summary,
        reasons=(),
        next_steps=(),
        findings=tuple(Counter(f.severity for f in analysis.findings).items()),
    )


def explain(analysis: Analysis, name: str, console: Console) -> None:
    """Knows modules."""
    if name not in {module.name for module in analysis.model.modules}:
        raise UserError(f"nothing is called {name}", hint="Look into the report.")
    console.print(f"{name} is in all")


def target(model: SystemModel, plan: CutPlan, sliced: Sliced, read: Read) -> Generated:
    """A file for each service, with the paths of its slice."""
    return Generated(
        files=tuple(
            GeneratedFile(
                path=f"{service.name}.txt", content=repr([f.path for f in cut.files]).encode()
            )
            for service, cut in zip(plan.services, sliced.slices, strict=True)
        )
    )


def plan(plan: CutPlan, sliced: Sliced, findings: Sequence[Finding], console: Console) -> None:
    """One line."""
    console.print(f"{len(sliced.slices)} slices of {plan.system}")


TOOLKIT = Toolkit(
    readers=(WordReader(), WordReader(language="sql")),
    evidence=(Reasons(name="structure"), Reasons(name="history", kind=EvidenceKind.HISTORY)),
    resolve=resolve,
    observe=lambda model, tree, tape: model,
    divide=divide,
    target=target,
)


def verified(found: Verification) -> list[Document]:
    """How many requests were played, as a document."""
    return [Document(path="verify.json", content=f"{found.requests}\n".encode())]


def verification(found: Verification, console: Console) -> None:
    """How many requests were equal."""
    console.print(f"{found.equal} of {found.requests}")


def faults(found: FaultRuns, console: Console) -> None:
    """How many runs there were."""
    console.print(f"{found.runs} runs")


PROGRAM = Program(
    toolkit=TOOLKIT,
    documents=documents,
    summary=summary,
    explain=explain,
    plan=plan,
    verified=verified,
    verification=verification,
    faults=faults,
)


def write_tree(root: Path, files: dict[str, str | bytes]) -> None:
    """Makes files, with the folders they lie in."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
