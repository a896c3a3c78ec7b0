"""PyCG's micro-benchmark: its cases as they are on the package index, and who scores what.

The cases are fetched when the test runs; nothing of them is kept in this repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.model import DefinitionKind, ReferenceKind, SystemModel
from decompose.domain.source import SourceFile, SourceTree
from decompose.readers.python import PythonReader
from decompose.resolve import build_model
from decompose.source import read_all
from models import SilentProgress

from .apps import Archive
from .workspace import HarnessError, find_python, run_checked, unpack, work_folder

Edges = frozenset[tuple[str, str]]
ARCHIVE = Archive(
    project="pycg",
    version="0.0.8",
    sha256="644b4df4346b393ca29450223da12598a6e6ad51fcfb1c218330b774f643a6c1",
    folder="",
)
_THEIRS = """
import importlib.util, json, sys  # PyCG uses importlib.util without importing it
source, case = sys.argv[1:]
sys.path.insert(0, source)
from pycg import utils
from pycg.pycg import CallGraphGenerator
made = CallGraphGenerator([case + "/main.py"], case, -1, utils.constants.CALL_GRAPH_OP)
made.analyze()
print(json.dumps(made.output(), default=sorted))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: its folder, its name and the call graph that its authors expect."""

    folder: Path
    name: str
    expected: Edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How many cases lack no edge (sound), hold no wrong one (complete), or neither (exact)."""

    cases: int
    sound: int
    complete: int
    exact: int
    precision: float
    recall: float

    def row(self, name: str) -> str:
        """A line of the table."""
        return (
            f"{name:<12} {self.cases:>5} {self.complete:>9} {self.sound:>6} {self.exact:>6} "
            f"{self.precision:>10.4f} {self.recall:>7.4f}"
        )


HEADER = "             cases  complete  sound  exact  precision  recall"


def fetch() -> Path:
    """Fetch the source archive of PyCG."""
    return unpack(ARCHIVE, Path(_with_pip()), work_folder() / "pycg" / "source")


def _with_pip() -> str:
    """Return an interpreter that has pip: a fresh environment's."""
    python = work_folder() / "pycg" / "env" / "bin" / "python"
    if not python.exists():
        run_checked([find_python(), "-m", "venv", python.parents[1]])
    return str(python)


def cases(source: Path) -> tuple[Case, ...]:
    """Every case of the micro-benchmark."""
    base = source / "micro-benchmark" / "snippets"
    return tuple(
        Case(
            folder=path.parent,
            name=path.parent.relative_to(base).as_posix(),
            expected=_edges(json.loads(path.read_text(encoding="utf-8"))),
        )
        for path in sorted(base.glob("*/*/callgraph.json"))
    )


def _edges(graph: dict[str, list[str]]) -> Edges:
    return frozenset((source, target) for source, targets in graph.items() for target in targets)


def ours(case: Case) -> Edges:
    """The calls that our model of a case holds, by PyCG's names."""
    tree = SourceTree(root=str(case.folder), name=case.name, files=tuple(_files(case.folder)))
    facts = read_all(tree, (PythonReader(),), None, 1, SilentProgress())
    return calls(build_model(tree, facts))


def _files(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        if module:
            place = path.relative_to(folder).as_posix()
            yield SourceFile(path=place, language="python", module=module, is_package=is_package)


def calls(model: SystemModel) -> Edges:
    """Call edges between definitions that run; a class body is none in PyCG's eyes."""
    bodies = {d.id for d in model.definitions if d.kind is DefinitionKind.CLASS}
    return frozenset(
        (reference.source, _name(reference.target) if reference.external else reference.target)
        for reference in model.references
        if reference.kind is ReferenceKind.CALL and reference.source not in bodies
    )


def _name(path: str) -> str:
    """PyCG's name of a function outside the code."""
    name = path.removeprefix("builtins.")
    if name == path:
        return path
    kind, _, method = name.partition(".")
    if kind in ("str", "dict", "list") and method:
        return f"<**Py{kind.capitalize()}**>.{method}"
    return f"<builtin>.{name}"


def theirs(source: Path, wanted: tuple[Case, ...]) -> list[Edges]:
    """What PyCG itself finds, run from its archive; a process per case, as it keeps state."""
    python = _with_pip()
    command = [python, "-I", "-c", _THEIRS, source]
    return [_edges(json.loads(run_checked([*command, case.folder]))) for case in wanted]


def score(wanted: tuple[Case, ...], found: list[Edges]) -> Scores:
    """Compare what was found with what is expected."""
    if len(wanted) != len(found):
        raise HarnessError(f"{len(found)} call graphs for {len(wanted)} cases")
    pairs = [(case.expected, edges) for case, edges in zip(wanted, found, strict=True)]
    right = sum(len(expected & edges) for expected, edges in pairs)
    return Scores(
        cases=len(pairs),
        sound=sum(expected <= edges for expected, edges in pairs),
        complete=sum(edges <= expected for expected, edges in pairs),
        exact=sum(edges == expected for expected, edges in pairs),
        precision=right / max(1, sum(len(edges) for _, edges in pairs)),
        recall=right / max(1, sum(len(expected) for expected, _ in pairs)),
    )


def misses(wanted: tuple[Case, ...], found: list[Edges]) -> list[str]:
    """One line for each case that is not exact."""
    lines = []
    for case, edges in zip(wanted, found, strict=True):
        missing, wrong = sorted(case.expected - edges), sorted(edges - case.expected)
        if missing or wrong:
            lines.append(f"{case.name}: missing {missing}, wrong {wrong}")
    return lines
