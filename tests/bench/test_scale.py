"""Whole analyses by stage: Django, with its tests, and three times that in one tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import decompose

_DJANGO = "django==5.1.4"
_SOURCE = Path(decompose.__file__).parents[1]
_UV = Path(__file__).parents[2] / ".cache/uv/bin/python"


@pytest.fixture(scope="module")
def django(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Django's source archive, unpacked."""
    folder = tmp_path_factory.mktemp("django")
    command = (_UV, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    subprocess.run([*command, "--dest", folder, _DJANGO], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


def _measure(name: str, root: Path, report: Path) -> None:
    sys.stdout.write(f"\n{name}\n")
    sys.stdout.flush()
    subprocess.run(
        [sys.executable, Path(__file__).with_name("scale.py"), root, report],
        check=True,
        timeout=7200,
        env={**os.environ, "PYTHONPATH": str(_SOURCE)},
    )


@pytest.mark.bench
def test_django(django: Path, tmp_path: Path) -> None:
    """The package itself."""
    _measure("Django", django / "django", tmp_path / "report")


@pytest.mark.bench
def test_django_with_its_tests(django: Path, tmp_path: Path) -> None:
    """Half a million lines."""
    _measure("Django and its tests", django, tmp_path / "report")


@pytest.mark.large
def test_a_million_lines(django: Path, tmp_path: Path) -> None:
    """Copies of Django side by side, each a package tree of its own."""
    for name in ("first", "second", "third"):
        shutil.copytree(django, tmp_path / "all" / name)
    _measure("1.4 million lines", tmp_path / "all", tmp_path / "report")
