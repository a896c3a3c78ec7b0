"""The sample gives the same documents, byte for byte, however it is read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import decompose

_SOURCE = Path(decompose.__file__).parents[1]
_SAMPLE = Path(__file__).parents[2] / "sample_monolith"
_SHUFFLED = """
import os, random
_listed = os.scandir
class Listing(list):
    def __enter__(self): return self
    def __exit__(self, *_): return None
    def close(self): return None
def scandir(*args):
    with _listed(*args) as found:
        entries = Listing(found)
    random.Random(5).shuffle(entries)
    return entries
os.scandir = scandir
from decompose.__main__ import main
main()
"""


def _documents(folder: Path, seed: str, *options: str, start: tuple[str, ...]) -> dict[str, bytes]:
    output = folder / f"out-{seed}"
    subprocess.run(
        [sys.executable, *start, "analyze", str(_SAMPLE), "--output", str(output), *options],
        check=True,
        capture_output=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(_SOURCE), "PYTHONHASHSEED": seed},
    )
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The documents of a cold run on one process."""
    folder = tmp_path_factory.mktemp("reference")
    return _documents(folder, "0", "--workers", "1", "--no-cache", start=("-m", "decompose"))


def test_any_order_of_files(reference: dict[str, bytes], tmp_path: Path) -> None:
    """Another order of files, other hashes and two processes change nothing."""
    options = ("--workers", "2", "--no-cache")
    assert _documents(tmp_path, "1", *options, start=("-c", _SHUFFLED)) == reference


def test_cold_and_warm(reference: dict[str, bytes], tmp_path: Path) -> None:
    """A cache, filled or read, changes nothing."""
    cache = ("--cache", str(tmp_path / "cache"))
    assert _documents(tmp_path, "2", *cache, start=("-m", "decompose")) == reference
    assert _documents(tmp_path, "3", *cache, start=("-m", "decompose")) == reference
