"""What recording, verifying and gateways cost; kept in docs/reference/speed.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from .speed import record, recording, serving

pytestmark = pytest.mark.bench


def test_recording(tmp_path: Path) -> None:
    """A test suite is recorded, and the tape of another is played."""
    _keep(
        "recording",
        {
            "a test suite recorded, in times of itself": (recording.overhead(tmp_path), "1.5"),
            "the sample scaffolded, in s": (recording.scaffolding(tmp_path), ""),
            "one more request verified, in ms": (recording.verifying(tmp_path), ""),
        },
    )


def test_gateways(tmp_path: Path) -> None:
    """Requests go through each gateway, and past it."""
    ratios = {}
    for name, (whole, routing) in serving.edges(tmp_path).items():
        ratios[f"{name}, with our routing, in times of it as a bare proxy"] = whole, "1.1"
        ratios[f"{name}, of that its routing, in times of it without"] = routing, ""
    added = {"the Flask gateway added to a request, in ms": (serving.flask_gateway(tmp_path), "")}
    _keep("gateways", {**ratios, **added})


def _keep(part: str, found: dict[str, tuple[float, str]]) -> None:
    assert all(value > 0 for value, _ in found.values())
    kept = {name: {"value": round(value, 3), "goal": goal} for name, (value, goal) in found.items()}
    record.keep(part, kept)
