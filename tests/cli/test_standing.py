"""A report that still stands is not made again; whatever it was made of, a change is noticed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decompose.cli import app
from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.ports import Recall
from fakes.parts import PROGRAM, TOOLKIT, divide, write_tree


class Counting:
    """Analyses a small shop in a folder of its own, and counts how often it is divided."""

    def __init__(self, folder: Path) -> None:
        """Nothing divided yet."""
        self.folder = folder
        self.divided = 0
        self.program = replace(PROGRAM, toolkit=replace(TOOLKIT, divide=self._divide))

    def _divide(
        self,
        model: SystemModel,
        evidence: tuple[Evidence, ...],
        boundary: Boundary,
        root: str,
        recall: Recall,
    ) -> Analysis:
        self.divided += 1
        return divide(model, evidence, boundary, root, recall)

    def __call__(self, *arguments: str) -> Result:
        """Run `analyze shop`."""
        result = CliRunner().invoke(app, ["analyze", "shop", *arguments], obj=self.program)
        assert result.exit_code == 0, result.output
        return result


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The shop, its files and their folder older than a moment."""
    write_tree(tmp_path / "shop", {"app.py": "import os\n", "cart/__init__.py": ""})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    return Counting(tmp_path)


def change_content(folder: Path) -> None:
    """The same length at the same time: what a stamp alone might not show."""
    path = folder / "shop/app.py"
    status = path.stat()
    path.write_text("import re\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def add_file(folder: Path) -> None:
    """A module more."""
    (folder / "shop/orders.py").write_text("")


def remove_file(folder: Path) -> None:
    """A module less."""
    (folder / "shop/cart/__init__.py").unlink()


def add_boundary(folder: Path) -> None:
    """A decision."""
    (folder / "shop/decompose.toml").write_text("services = 1\n")


def make_package(folder: Path) -> None:
    """Another name for every module, by a file outside the tree."""
    (folder / "shop/__init__.py").write_text("")
    (folder / "__init__.py").write_text("")


def edit_report(folder: Path) -> None:
    """A document that is no longer what was written."""
    with (folder / "decompose-report/decomposition.json").open("a") as file:
        file.write("edited")


def remove_page(folder: Path) -> None:
    """A document less."""
    (folder / "decompose-report/assets/page.html").unlink()


def cut_off(folder: Path) -> None:
    """What was kept is cut off."""
    (path,) = folder.glob("cache/decompose/*/report.bin")
    path.write_bytes(path.read_bytes()[:-1])


def tamper(folder: Path) -> None:
    """What was kept is another thing."""
    (path,) = folder.glob("cache/decompose/*/report.bin")
    path.write_bytes(path.read_bytes().replace(b"keep it", b"cut it!"))


def test_unchanged(analyze: Counting) -> None:
    """A second run prints what the first did, writes nothing, and divides nothing."""
    first = analyze()
    page = analyze.folder / "decompose-report/assets/page.html"
    before = page.stat()
    assert analyze().stdout == first.stdout
    assert page.stat() == before
    assert analyze.divided == 1


@pytest.mark.parametrize(
    "change",
    [change_content, add_file, remove_file, add_boundary, make_package, edit_report, remove_page,
     cut_off, tamper],
)  # fmt: skip
def test_changes(analyze: Counting, change: Callable[[Path], None]) -> None:
    """Whatever changed, the report is made anew, as a run without a cache would make it."""
    analyze()
    change(analyze.folder)
    again = analyze()
    assert analyze.divided == 2
    assert again.stdout == analyze("--no-cache").stdout


@pytest.mark.parametrize(
    "arguments",
    [("--services", "1"), ("--no-history",), ("-o", "other"), ("--no-cache",),
     ("--format", "json"), ("--write-boundary",)],
)  # fmt: skip
def test_other_questions(analyze: Counting, arguments: tuple[str, ...]) -> None:
    """What is asked differently is answered anew."""
    analyze()
    analyze(*arguments)
    assert analyze.divided == 2


def test_touched(analyze: Counting) -> None:
    """A file that was only written again with the same content changes nothing."""
    analyze()
    path = analyze.folder / "shop/app.py"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    analyze()
    assert analyze.divided == 1


def test_commits(analyze: Counting) -> None:
    """A commit may change what the history tells, so the report is made anew; unless left out."""
    git = ("git", "-C", "shop", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "one")):
        subprocess.run([*git, *command], check=True)
    analyze()
    analyze()
    assert analyze.divided == 1
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "two"], check=True)
    analyze()
    assert analyze.divided == 2
    (analyze.folder / "shop/.mailmap").write_text("b <b@example.org> <a@example.org>\n")
    analyze()
    assert analyze.divided == 3


def test_findings_count_again(analyze: Counting) -> None:
    """The exit code of a report that stands is that of the run which made it."""
    (analyze.folder / "shop/gone.py").symlink_to("nowhere")
    codes = [
        CliRunner()
        .invoke(app, ["analyze", "shop", "--fail-on", "warning"], obj=analyze.program)
        .exit_code
        for _ in range(2)
    ]
    assert (codes, analyze.divided) == ([1, 1], 1)
