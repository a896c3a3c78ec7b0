"""What is built can be installed in a clean environment, and works there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from decompose import __version__
from decompose.render import tree

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a command that has to succeed."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with an sdist, and a wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    environment = folder / "builder"
    run(sys.executable, "-m", "venv", environment, cwd=folder)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "build", cwd=folder)
    run(python, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
def test_clean_environment(built: Path, tmp_path: Path, pattern: str) -> None:
    """Installed alone, the command tells its version and finds every template."""
    package = next(built.glob(pattern))
    run(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", package, cwd=tmp_path)
    shown = run(python.with_name("decompose"), "--version", cwd=tmp_path)
    assert shown == f"decompose {__version__}\n"
    count = (
        "from decompose.render import tree\n"
        "print(sum(1 for _ in tree('')))"  # without what installing compiled
    )
    expected = sum(1 for _ in tree(""))
    assert int(run(python, "-c", count, cwd=tmp_path)) == expected > 0


def test_wheel_holds_only_the_package(built: Path) -> None:
    """No test, sample or cache is shipped, and types are."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {
        "decompose",
        f"decompose-{__version__}.dist-info",
    }
    assert "decompose/py.typed" in names
    assert not [name for name in names if "__pycache__" in name]
