"""The file of measurements, and the page made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .speed import record

CASE = {"seconds": 10.0, "cpu": 15.0, "peak": 900.0, "runs": 3}
MEASURED = {
    "lines": 1000,
    "files": 10,
    "sizes": {"lines": 1000, "definitions": 90, "references": 700},
    "stages": {
        "decompose, cold, 2 processes": {"discover": [0.5, 70], "resolve": [9.0, 910]},
        "decompose, cold, 1 process": {"discover": [0.5, 70], "resolve": [11.0, 900]},
    },
    "cases": {
        "ast.parse, 2 processes": {**CASE, "seconds": 2.0},
        "ruff analyze graph": {**CASE, "seconds": 0.5},
        "pyan3": {**CASE, "runs": 0, "failure": "not within 300 s"},
        "decompose, cold, 2 processes": CASE,
        "decompose, nothing changed": {**CASE, "seconds": 0.4},
        "decompose, one file changed": {**CASE, "seconds": 8.0},
    },
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the file and the page."""
    monkeypatch.setattr(record, "FILE", tmp_path / "speed.json")
    monkeypatch.setattr(record, "PAGE", tmp_path / "speed.md")
    return tmp_path


def test_changes_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second measurement says by how much each number differs from the first."""
    record.keep("django", MEASURED)
    assert "%" not in capsys.readouterr().out
    record.keep("django", {**MEASURED, "lines": 1500})
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in told if "django / lines" in line] == ["+50%"]
    assert [line.split()[-1] for line in told if "pyan3 / peak" in line] == ["="]


def test_parts_are_kept_apart(place: Path) -> None:
    """Measuring one input leaves what is known of the others."""
    record.keep("django", MEASURED)
    record.keep("gateways", {"a request, in ms": {"value": 2.0, "goal": ""}})
    assert set(record.load()) == {"django", "gateways", "load"}


def test_page(place: Path) -> None:
    """The page has the goals as ratios, what did not end in time, and every stage."""
    record.keep("django", MEASURED)
    page = (place / "speed.md").read_text()
    for expected in (
        "ast.parse`, both on 2 processes | 5.0 | 2.0 |",
        "graph` | 0.8 | 1.0 |",
        "graph` | 16.0 | 1.5 |",
        "| pyan3 | not within 300 s |",
        "| resolve | 11.0 | 900 | 9.0 | 910 |",
    ):
        assert expected in page
    assert "pyan3, in times" not in page


def test_page_in_the_documents() -> None:
    """The page in the documents is made of the numbers beside it."""
    assert record.PAGE.read_text() == record.page(record.load())
