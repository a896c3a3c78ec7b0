"""The configuration that travels from a recording to those that replay it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from decompose_recorder.configuration import described, values


def test_what_can_be_told_comes_back_as_it_was(tmp_path: Path) -> None:
    """Plain values, bytes and spans of time are equal; a path of the machine becomes another's."""
    config = {
        "NAME": "club",
        "PAGE_SIZE": 12,
        "KEYS": b"\x00\xff",
        "AGE": datetime.timedelta(hours=1),
        "UPLOADS": str(tmp_path / "uploads"),
        "DEBUG": True,
        "CLOCK": datetime.datetime.now,
    }
    told = json.loads(json.dumps(described(config)))
    assert values(told, "/elsewhere") == {
        "NAME": "club",
        "PAGE_SIZE": 12,
        "KEYS": b"\x00\xff",
        "AGE": datetime.timedelta(hours=1),
        "UPLOADS": "/elsewhere/uploads",
    }
