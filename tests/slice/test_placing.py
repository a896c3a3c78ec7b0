"""The monolith's own tests: which service gets which, and what their files are cut down to.

A case file holds several named cases, as those of slicing do (`cutting.py`):

    === what the case is about
    --- shop/orders.py
    from flask import Blueprint
    ...
    --- cut orders
    handlers: shop.orders.index
    --- expected orders tests/test_orders.py
    ...
    --- placed
    orders tests/test_orders.py::test_index
    --- left
    tests/test_orders.py::test_all tests/test_orders.py:8: the path is computed

There is a `cut` for each service. Files of tests that are not expected must not be copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from slice.cutting import below, blocks, cut_of, encoded, sliced_system, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files before, the cuts, and what is expected of the tests."""

    before: Mapping[str, str]
    cuts: Mapping[str, Mapping[str, tuple[str, ...]]]
    copied: Mapping[str, str]
    placed: list[str]
    left: list[str]


def case_of(parts: dict[str, str]) -> Case:
    cuts = {name: cut_of(text) for name, text in below(parts, "cut ").items()}
    files = {name for name in parts if " " not in name and name not in ("placed", "left")}
    return Case(
        before={name: parts[name] for name in files},
        cuts=cuts,
        copied=below(parts, "expected "),
        placed=parts.get("placed", "").splitlines(),
        left=parts.get("left", "").splitlines(),
    )


CASES = {name: case_of(parts) for name, parts in blocks(Path(__file__).parent / "placing")}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    """A test goes where all that it needs is, with files cut down to it; others say why not."""
    write(tmp_path, encoded(case.before))
    found = sliced_system(tmp_path, case.cuts)
    placed = [f"{one.service} {name}" for one in found.slices for name in one.tests.names]
    left = [f"{one.name} {one.location}: {one.reason}" for one in found.left]
    assert placed == case.placed
    assert left == case.left
    copied = {f"{one.service} {file.path}": file.content.decode()
              for one in found.slices for file in one.tests.files}  # fmt: skip
    assert copied == case.copied
    assert [f for one in found.slices for f in one.findings] == []
