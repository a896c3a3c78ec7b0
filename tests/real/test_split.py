"""Real applications, split without anyone's help, against themselves; run by `make real`."""

from __future__ import annotations

import pytest

from .split import compare
from .splits import SPLITS, Split
from .workspace import install, work_folder

pytestmark = pytest.mark.real


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.name)
def test_split(split: Split) -> None:
    """Every endpoint of the split answers as the monolith does."""
    name = split.name.replace(" ", "-").replace(",", "")
    found = compare(split, install(split.app), work_folder() / "splits" / name)
    print("", found.table(), sep="\n")  # noqa: T201 - the table is what `make real` is for
    assert len(found.services) > 1
    assert found.answered >= found.endpoints, "endpoints that no request succeeded at"
    assert not found.differences
    assert not found.missed
