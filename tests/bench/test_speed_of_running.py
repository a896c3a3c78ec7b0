"""What recording, verifying and gateways cost; kept in docs/reference/speed.json."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "gateway"))  # whose gateways and backends run here

from .speed import record, recording, serving

pytestmark = pytest.mark.bench


def test_running(tmp_path: Path) -> None:
    """Everything runs, and each number is kept."""
    found = {
        "a test suite recorded, in times of itself": (recording.overhead(tmp_path), "1.5"),
        "one more request verified, in ms": (recording.verifying(tmp_path), ""),
        "the Flask gateway added to a request, in ms": (serving.flask_gateway(tmp_path), ""),
    }
    for told, ratio in serving.edges(tmp_path).items():
        found[f"{told}, with our routing, in times of it as a bare proxy"] = (ratio, "1.1")
    kept = {name: {"value": round(value, 3), "goal": goal} for name, (value, goal) in found.items()}
    record.keep("running", kept)
    assert all(value > 0 for value, _ in found.values())
