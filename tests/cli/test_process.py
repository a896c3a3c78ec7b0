"""What only a process of its own shows: closed pipes, and what is loaded when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import decompose
from fakes.parts import write_tree

_PATHS = f"import sys; sys.path[:0] = {[str(Path(decompose.__file__).parents[1])]!r}\n"
_LARGE = f"""\
{_PATHS}
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from dataclasses import replace
from decompose.cli import app
from fakes.parts import PROGRAM, Document
large = Document(path="decomposition.json", content=b"x" * 10_000_000)
app(sys.argv[1:], obj=replace(PROGRAM, documents=lambda analysis: [large]))
"""
_ANALYSES = f"""\
{_PATHS}
from decompose.cli import app
from decompose.wiring.built_in import built_in
built_in()
assert "libcst" not in sys.modules
"""
_HELP = f"""\
{_PATHS}
from decompose.cli import app
try:
    app(["--version"])
finally:
    heavy = {{"networkx", "igraph", "sqlglot", "jinja2", "libcst"}} & set(sys.modules)
    assert not heavy, heavy
"""


def test_closed_pipe(tmp_path: Path) -> None:
    """When the reader of stdout goes away, the run ends silently with 141."""
    write_tree(tmp_path, {"shop/app.py": ""})
    command = [sys.executable, "-c", _LARGE, "analyze", "shop", "--format", "json", "--no-cache"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(5)
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


@pytest.mark.parametrize("code", [_HELP, _ANALYSES], ids=["version", "analysis"])
def test_starts_light(code: str) -> None:
    """The version is told without an analysis's libraries, an analysis made without libcst."""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flags", [(), ("-E",)])
def test_nothing_in_the_working_folder_is_run(flags: tuple[str, ...], tmp_path: Path) -> None:
    """Processes that read code take no module from the folder that `decompose` was started in."""
    marker = tmp_path / "ran"
    files = dict.fromkeys(
        (f"{name}.py" for name in sorted(sys.stdlib_module_names)),
        f"open({str(marker)!r}, 'a').write(__name__)\n",
    )
    large = "# " + "x" * 900_000  # more than one process reads by itself
    write_tree(tmp_path, {**files, "shop/one.py": large, "shop/two.py": large})
    program = Path(sys.executable).with_name("decompose")
    options = ("--workers", "2", "--no-cache", "--output", "report")
    command = [sys.executable, *flags, program, "analyze", ".", *options]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, marker.exists()) == (0, False), done.stderr
