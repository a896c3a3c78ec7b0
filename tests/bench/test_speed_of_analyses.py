"""How long analyses take, by stage and beside other tools; kept in docs/reference/speed.json."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .speed import inputs, record
from .speed.analyses import measured

pytestmark = pytest.mark.real


def kept(source: inputs.Input, folder: Path, *, large: bool) -> Any:
    found = measured(source, folder, large=large)
    record.keep(source.name, found)
    return found


@pytest.mark.bench
@pytest.mark.parametrize("make", [inputs.flaskbb, inputs.superset, inputs.django])
def test_up_to_a_hundred_thousand_lines(make: Callable[[], inputs.Input], tmp_path: Path) -> None:
    """A report that still stands costs less than making it."""
    source = make()
    found = kept(source, tmp_path, large=False)
    cases = found["cases"]
    assert cases["decompose, nothing changed"]["cpu"] < cases["decompose, cold, 2 processes"]["cpu"]


@pytest.mark.large
def test_above_three_hundred_thousand_lines(tmp_path: Path) -> None:
    """A large web monolith ends, and a report of it that still stands costs less than making it."""
    found = kept(inputs.sentry(), tmp_path, large=True)
    cases = found["cases"]
    assert found["lines"] > 300_000
    assert cases["decompose, nothing changed"]["cpu"] < cases["decompose, cold, 2 processes"]["cpu"]


@pytest.mark.large
def test_a_million_lines(tmp_path: Path) -> None:
    """A million lines end; nothing changed costs less than twice ruff's reading of imports."""
    found = kept(inputs.joined(), tmp_path, large=True)
    cases = found["cases"]
    assert found["lines"] > 1_000_000
    assert (
        cases["decompose, nothing changed"]["seconds"] < 2 * cases["ruff analyze graph"]["seconds"]
    )
