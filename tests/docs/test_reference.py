"""The reference is complete: finding codes, keys, exit codes, seams, metrics, layers."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from decompose.domain.analysis import SeamKind
from decompose.domain.finding import Severity
from decompose.errors import ExitCode
from decompose.source import boundary_file, load_boundary

from .pages import DOCS, ROOT, blocks, first_column

SOURCE = ROOT / "src" / "decompose"
_CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
_MAKERS = {"Finding", "_failed", "_finding", "_renamed"}


def codes() -> set[str]:
    """Strings like a code that are given to what makes findings, or come back with a message."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "import Finding" in text:
            for node in ast.walk(ast.parse(text)):
                found |= {part for part in _given(node) if _CODE.fullmatch(part)}
    return found


def _given(node: ast.AST) -> Iterator[str]:
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MAKERS:
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts[:1]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_finding_codes_are_documented() -> None:
    """Each code that the source can give is a row of the page of findings, and nothing else is."""
    assert codes() == first_column(DOCS / "reference" / "findings.md")


def test_severities_are_documented() -> None:
    """The second column of a finding's row holds severities only."""
    text = (DOCS / "reference" / "findings.md").read_text(encoding="utf-8")
    rows = [row.split("|")[2] for row in text.split("\n") if row.startswith("| `")]
    shown = {word.strip() for row in rows for word in row.split(" or ")}
    assert shown == set(Severity)


def test_boundary_keys_are_documented() -> None:
    """Each key that the loader takes is a row of the page of the boundary file."""
    shown = {key.strip("[]") for key in first_column(DOCS / "reference" / "decompose-toml.md")}
    assert shown == set(boundary_file._KEYS)


def test_boundary_examples_load(tmp_path: Path) -> None:
    """Every TOML block of the documents is a boundary file that loads."""
    for page in DOCS.rglob("*.md"):
        for number, block in enumerate(blocks(page)):
            if block.language == "toml":
                path = tmp_path / f"{page.stem}-{number}.toml"
                path.write_text(block.body, encoding="utf-8")
                load_boundary(path)


def test_exit_codes_are_documented() -> None:
    """Each exit code of the program has its row."""
    text = (DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)}
    assert {code.value for code in ExitCode} <= shown


def test_seam_kinds_are_documented() -> None:
    """Each kind of seam is named on the page about seams."""
    text = (DOCS / "explanation" / "seams-and-verdict.md").read_text(encoding="utf-8")
    assert all(f"`{kind.value}`" in text for kind in SeamKind)


def test_layers_are_those_of_the_contract() -> None:
    """The table of layers is import-linter's contract, from top to bottom."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(item["layers"] for item in contracts if item["name"] == "Layers")
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| layer | does |")[2].partition("\n\n")[0]
    shown = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.strip().split("\n")[1:]]
    assert shown == [layer.split(" | ") for layer in layers]
