"""The commands, with small stand-ins for the heart of the program."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decompose import __version__
from decompose.cli import app
from decompose.domain.source import SourceTree
from decompose.wiring.program import Program
from fakes.parts import PROGRAM, TOOLKIT, write_tree

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder that holds a small shop."""
    write_tree(tmp_path / "shop", {"app.py": "import os\n", "cart/__init__.py": ""})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")

    def invoke(*arguments: str, program: Program = PROGRAM) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=program)

    return invoke


def failing(error: BaseException) -> Program:
    """A program whose resolver raises."""

    def resolve(tree: SourceTree, facts: object) -> None:
        raise error

    return replace(PROGRAM, toolkit=replace(TOOLKIT, resolve=resolve))


def test_version(run: Run) -> None:
    """The version is told."""
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"decompose {__version__}\n")


def test_analyze(run: Run, tmp_path: Path) -> None:
    """An analysis writes its documents and ends with a summary that names the folder."""
    result = run("analyze", "shop")
    assert result.exit_code == 0
    assert result.stdout.startswith("shop 3 lines, 2 modules")
    assert "Open decompose-report/index.html" in result.stdout
    assert result.stderr == ""
    document = tmp_path / "decompose-report" / "decomposition.json"
    assert json.loads(document.read_text()) == {"modules": ["app", "cart"]}


def test_json(run: Run, tmp_path: Path) -> None:
    """With json, stdout is the document and nothing else, and no folder is written unasked."""
    result = run("analyze", "shop", "--format", "json")
    assert json.loads(result.stdout) == {"modules": ["app", "cart"]}
    assert not (tmp_path / "decompose-report").exists()
    run("analyze", "shop", "--format", "json", "-o", "out")
    assert (tmp_path / "out" / "decomposition.json").read_text() == result.stdout


@pytest.mark.parametrize(
    ("level", "code"), [("never", 0), ("error", 0), ("warning", 1), ("note", 1)]
)
def test_fail_on(run: Run, tmp_path: Path, level: str, code: int) -> None:
    """The exit code is 1 if a finding is as severe as asked."""
    (tmp_path / "shop" / "gone.py").symlink_to("nowhere")
    assert run("analyze", "shop", "--fail-on", level).exit_code == code


@pytest.mark.parametrize(
    "arguments",
    [(), ("analyze",), ("analyze", "shop", "--services", "0"), ("analyze", "shop", "--colour")],
)
def test_usage(run: Run, arguments: tuple[str, ...]) -> None:
    """Wrong usage ends with 2."""
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("analyze", "nowhere"), "error: nowhere does not exist"),
        (("analyze", "shop/app.py"), "error: shop/app.py is a file"),
        (("analyze", "shop", "-o", "shop"), "error: shop holds files"),
        (("analyze", "shop", "--boundary", "none.toml"), "error: none.toml: the boundary file"),
        (("explain", "zebra", "shop"), "error: nothing is called zebra"),
    ],
)
def test_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """What can't be done is told in an error and a hint on stderr, and ends with 3."""
    result = run(*arguments)
    assert result.exit_code == 3
    assert result.stderr.startswith(message)
    assert "\nhint: " in result.stderr
    assert result.stdout == ""


def test_bug(run: Run) -> None:
    """A bug keeps its traceback and ends with 70."""
    result = run("analyze", "shop", program=failing(ZeroDivisionError("oops")))
    assert result.exit_code == 70
    assert "Traceback" in result.stderr
    assert "ZeroDivisionError: oops" in result.stderr


def test_interrupt(run: Run) -> None:
    """Ctrl-C ends with 130 and no traceback."""
    result = run("analyze", "shop", program=failing(KeyboardInterrupt()))
    assert (result.exit_code, result.stderr) == (130, "stopped\n")


def test_explain(run: Run) -> None:
    """A name is explained, and nothing is written for it."""
    result = run("explain", "cart", "shop")
    assert (result.exit_code, result.stdout) == (0, "cart is in all\n")
    assert not Path("decompose-report").exists()


@pytest.mark.parametrize("arguments", [("init", "shop"), ("analyze", "shop", "--write-boundary")])
def test_boundary_file_is_written_once(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A first boundary file is written on request, read by the next run, and never overwritten."""
    assert run(*arguments).exit_code == 0
    path = tmp_path / "shop" / "decompose.toml"
    path.write_text(path.read_text() + "# mine\n")
    assert run("analyze", "shop").exit_code == 0
    result = run(*arguments)
    assert result.exit_code == 3
    assert "never overwritten" in result.stderr
    assert path.read_text().endswith("# mine\n")


def test_only_output_and_cache(run: Run, tmp_path: Path) -> None:
    """Nothing but the report and the cache is written."""
    before = set(tmp_path.rglob("*"))
    run("analyze", "shop", "-o", "out")
    new = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before}
    assert new == {"out", "cache"}


def test_no_cache(run: Run, tmp_path: Path) -> None:
    """Without a cache, none is made; with --cache it is where it was asked for."""
    run("analyze", "shop", "--no-cache")
    assert not (tmp_path / "cache").exists()
    run("analyze", "shop", "--cache", "here")
    assert (tmp_path / "here" / "facts.bin").exists()


def test_cache_note(run: Run, tmp_path: Path) -> None:
    """A cache that can't be used costs a note on stderr and nothing else."""
    write_tree(tmp_path, {"here/facts.bin": "tampered with"})
    result = run("analyze", "shop", "--cache", "here", "--format", "json")
    assert result.exit_code == 0
    assert "note: here/facts.bin: the cache is not" in result.stderr
    assert json.loads(result.stdout)


@pytest.mark.parametrize("command", ["analyze", "explain", "init"])
def test_help(run: Run, command: str) -> None:
    """Every command's help has examples."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"decompose {command} " in result.stdout.split("Examples")[1]
