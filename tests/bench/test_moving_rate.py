"""How fast a monolith's rows are moved into the services' databases."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from decompose.write import write_system
from targets.moving import fill, migrate
from targets.split import club


@pytest.mark.bench
def test_a_million_rows(tmp_path: Path) -> None:
    """A million rows are copied and compared, each on its own, in less than two minutes."""
    write_system(tmp_path / "system", club().files)
    url = f"sqlite:///{tmp_path}/club.db"
    fill(url, members=1000, bookings=1_000_000)
    began = time.perf_counter()
    done = migrate(tmp_path / "system", url)
    seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stderr
    rate = 1_000_000 / seconds
    sys.stdout.write(f"\n{done.stdout}{rate:,.0f} rows/s, with the start of each service\n")
    assert seconds < 120
