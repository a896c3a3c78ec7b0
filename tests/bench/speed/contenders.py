"""Our command and the others: what each is started with, and what it extracts."""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from real.workspace import find_python, run_checked, work_folder

from .inputs import Input
from .running import Command

HERE = Path(__file__).parent
PEERS = HERE / "peers.txt"

_GRIMP = """
import sys, grimp
sys.path.insert(0, sys.argv[1])
grimp.build_graph(*sys.argv[2:], cache_dir=None)
"""
_PYCG = """
import importlib.util, sys  # PyCG uses importlib.util without importing it
import PyCG
sys.modules["pycg"] = PyCG  # its wheel's name for itself, and its code's
from pycg import utils
from pycg.pycg import CallGraphGenerator
made = CallGraphGenerator(sys.argv[2:], sys.argv[1], -1, utils.constants.CALL_GRAPH_OP)
made.analyze()
made.output()
"""
_PYDEPS = ("--no-show", "--no-output", "--show-deps", "--max-bacon", "0", "--no-config")
_PYAN3 = ("--uses", "--no-defines", "--dot", "--root")
_TACH = 'source_roots = ["."]\nmodules = []\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another tool; `every` says whether it is tried on a million lines too."""

    name: str
    extracts: str
    every: bool


OURS = (
    "definitions, references, calls, routes, tables, accesses, transactions; services; the report"
)
PEER_LIST = (
    Peer(name="ast.parse, 1 process", extracts="nothing: syntax trees, thrown away", every=True),
    Peer(name="ast.parse, 2 processes", extracts="the same", every=True),
    Peer(name="ruff analyze graph", extracts="imports between files", every=True),
    Peer(name="grimp", extracts="imports between modules, a graph to ask", every=True),
    Peer(name="tach map", extracts="imports between files", every=True),
    Peer(name="pydeps", extracts="imports between modules", every=False),
    Peer(name="pyan3", extracts="definitions and calls", every=False),
    Peer(name="PyCG", extracts="a call graph", every=False),
)


def environment() -> Path:
    """The interpreter of an environment with the peers, exactly as pinned."""
    folder = work_folder() / "speed" / "peers"
    python, stamp = folder / "bin" / "python", folder / ".stamp"
    wanted = hashlib.sha256(PEERS.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        run_checked([find_python(), "-m", "venv", folder])
        pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        run_checked([*pip, "-r", PEERS])
        stamp.write_text(wanted)
    return python


def ours(source: Input, folder: Path, processes: int) -> Command:
    """A whole analysis; the cache and the report are in `folder`."""
    return [
        sys.executable, "-m", "decompose", "analyze", source.root,
        "--output", folder / "report", "--cache", folder / "cache", "--workers", str(processes),
    ]  # fmt: skip


def command(peer: str, source: Input, python: Path, folder: Path) -> Command:
    """How a peer is started on an input, in `folder`."""
    above, tools = source.root.parent, python.parent
    if peer == "grimp":
        return [python, "-c", _GRIMP, *_roots(source)]
    if peer == "tach map":
        (source.root / "tach.toml").write_text(_TACH)
    if peer in ("pyan3", "PyCG"):
        start = (
            [tools / "pyan3", *_PYAN3, above] if peer == "pyan3" else [python, "-c", _PYCG, above]
        )
        return [*start, *source.sources()]
    return {
        "ast.parse, 1 process": [sys.executable, HERE / "parse.py", source.root, "1"],
        "ast.parse, 2 processes": [sys.executable, HERE / "parse.py", source.root, "2"],
        "ruff analyze graph": [tools / "ruff", "analyze", "graph", "--quiet", source.root],
        "tach map": ["sh", "-c", 'cd "$1" && "$2" map', "sh", source.root, tools / "tach"],
        "pydeps": [tools / "pydeps", source.root, *_PYDEPS],
    }[peer]


def _roots(source: Input) -> tuple[str | Path, ...]:
    """The folder above a package and the package, which may stand in the root or be it."""
    if not source.package:
        return _packages(source)
    inside = (source.root / source.package).is_dir()
    return source.root if inside else source.root.parent, source.package


def _packages(source: Input) -> tuple[str | Path, ...]:
    """The root and the packages of several projects side by side, linked into one folder."""
    folder = source.root.parent / "packages"
    folder.mkdir(exist_ok=True)
    found = []
    for path in sorted(source.root.glob("*/*/__init__.py")):
        package = path.parent
        link = folder / package.name
        if package.name.isidentifier() and package.name != "tests":
            if not link.is_symlink():
                link.symlink_to(package)
            found.append(package.name)
    return folder, *found
