"""The club of `tests/split_app`, split in two, as data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from decompose.domain.finding import Finding
from decompose.domain.generated import Gateway
from decompose.pipeline import Options
from decompose.scaffolding import System, scaffold
from decompose.wiring.built_in import built_in
from models import SilentProgress

CLUB = Path(__file__).parents[1] / "split_app"


class Progress(SilentProgress):
    """Also hears no notes."""

    def note(self, finding: Finding) -> None:
        """Something about the run."""


@cache
def club(gateway: Gateway = Gateway.FLASK, boundary: Path | None = None) -> System:
    """Members and bookings."""
    options = Options(without=frozenset({"history"}), boundary=boundary)
    return scaffold(CLUB, built_in().toolkit, options, Progress(), gateway=gateway)
