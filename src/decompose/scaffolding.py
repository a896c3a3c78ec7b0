"""The stages of a scaffold, after those of an analysis; loads what rewrites code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from decompose.assess import hazards, view
from decompose.domain.finding import Finding
from decompose.domain.generated import Gateway, GeneratedFile
from decompose.domain.lookup import beside_path
from decompose.domain.plan import CutPlan, ServicePlan
from decompose.domain.slicing import Cut, Sliced
from decompose.domain.source import Read, ReadBytes
from decompose.errors import UserError
from decompose.pipeline import Options, Toolkit, analyze
from decompose.plan import extract, make_plan, without_idle
from decompose.ports import Progress
from decompose.slice import slice_services
from decompose.source import decode, discover


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A split before it is written: the plan, one slice for each of its services, the files.

    `findings` are those of the plan, the slices and the files, each once.
    """

    plan: CutPlan
    sliced: Sliced
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
    analysis, merged = without_idle(extract(analysis, only) if only else analysis)
    limits = hazards(analysis.model, view(analysis.model, analysis.partition))
    tree = discover(root, analysis.boundary.ignore)
    read_bytes, read = _readers(Path(tree.root))
    plan = make_plan(analysis, read, {*merged, *limits})
    cuts = [_cut(plan, service) for service in plan.services]
    sliced = slice_services(tree, read_bytes, analysis.model, cuts, progress)
    progress.stage("Writing", 0)
    generated = toolkit.target(analysis.model, plan, sliced, read, gateway)
    of_slices = (finding for cut in sliced.slices for finding in cut.findings)
    findings = {*plan.findings, *of_slices, *generated.findings}
    return System(
        plan=plan,
        sliced=sliced,
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
        endpoints=tuple(sorted({r.endpoint for r in plan.routes if r.service == service.id})),
    )


def _readers(root: Path) -> tuple[ReadBytes, Read]:
    """The bytes and the text of the tree's files."""

    def read_bytes(path: str) -> bytes:
        return (root / path).read_bytes()

    def read(path: str) -> str:
        return decode(read_bytes(path), path).text

    return read_bytes, read
