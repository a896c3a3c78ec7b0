"""The generated system, file by file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from targets.split import CLUB, club

GOLDEN = Path(__file__).parent / "golden"
COPIED = ("servicekit/", "runner/", "gateway/gateway/")
"""Folders that are copied as they are; their own tests say what they do."""


def generated() -> dict[str, bytes]:
    """What is made for the club: all but what every system has word for word."""
    return {f.path: f.content for f in club().files if not f.path.startswith(COPIED)}


def test_the_tree_is_the_kept_one() -> None:
    """The same files with the same bytes come out; `UPDATE_GOLDEN=1` keeps new ones."""
    made = generated()
    if os.environ.get("UPDATE_GOLDEN"):
        for path in GOLDEN.rglob("*"):
            if path.is_file():
                path.unlink()
        for name, content in made.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_bytes(content)
    kept = {path.relative_to(GOLDEN).as_posix(): path.read_bytes()
            for path in GOLDEN.rglob("*") if path.is_file()}  # fmt: skip
    assert sorted(made) == sorted(kept)
    changed = [name for name in made if made[name] != kept[name]]
    assert not changed, "UPDATE_GOLDEN=1 accepts the change"


def test_nothing_is_found_wrong_with_the_club() -> None:
    """An application without oddities gives no finding."""
    assert club().findings == ()


@pytest.mark.parametrize("service", ["bookings", "members"])
def test_what_a_slice_keeps_is_kept_word_for_word(service: str) -> None:
    """Every line of a slice is a line of the monolith, in its order."""
    for file in club().sliced.slices[["bookings", "members"].index(service)].files:
        original = iter((CLUB / file.path).read_text(encoding="utf-8").splitlines())
        for line in file.content.decode().splitlines():
            assert any(line == other or line in other or _shorter_import(line, other)
                       for other in original), (file.path, line)  # fmt: skip


def _shorter_import(line: str, original: str) -> bool:
    """Whether an import lost some of its names."""
    start, _, names = line.partition(" import ")
    begun, _, written = original.partition(" import ")
    return bool(names) and start == begun and set(names.split(", ")) <= set(written.split(", "))
