"""Faults planted in slices: each is found, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from decompose.domain.slicing import SliceFile
from decompose.slice.check import check
from decompose.slice.program import load
from decompose.source import discover
from slice.cutting import below, blocks, encoded, shown, write

CASES = dict(blocks(Path(__file__).parent / "planted"))


@pytest.mark.parametrize("parts", CASES.values(), ids=CASES)
def test_planted(parts: dict[str, str], tmp_path: Path) -> None:
    """A slice that lost too much or too little is told by exactly these findings."""
    monolith, cut = below(parts, "monolith "), below(parts, "slice ")
    write(tmp_path, encoded(monolith))
    program = load(discover(tmp_path), lambda path: (tmp_path / path).read_bytes())
    files = [SliceFile(path=path, content=text.encode()) for path, text in cut.items()]
    found = check(program, files, reached={"app.kept"}, words={"rendered"})
    assert shown(found) == tuple(parts.get("findings", "").splitlines())
