"""The answer to `explain` on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from decompose.domain.analysis import Analysis
from decompose.domain.explanation import Explanation, Pull
from decompose.domain.finding import Location
from decompose.domain.partition import Evidence, EvidenceKind
from decompose.report import explanation
from report.hostile import hostile, spoil
from report.store import store

CHECKOUT = Explanation(
    name="store.orders.views.checkout",
    kind="definition",
    service="orders",
    split=False,
    confidence=0.75,
    runner_up="catalogue",
    placements=(),
    evidence=(
        Evidence(
            a="store.orders.models.Order",
            b="store.orders.views.checkout",
            kind=EvidenceKind.TRANSACTION,
            weight=4.25,
            why="Writes orders and order_lines in one transaction",
            location=Location(path="store/orders/views.py", line=44),
        ),
    ),
    pulls=(
        Pull(service="orders", weight=4.25, share=0.8),
        Pull(service="catalogue", weight=1.0, share=0.2),
    ),
    seams=store().seams[:1],
    reasons=("Most of what it writes belongs to orders.",),
    moves=("Pin it in decompose.toml.",),
)


def shown(explained: Explanation, analysis: Analysis) -> str:
    """What is printed."""
    console = Console(file=io.StringIO(), width=100, no_color=True)
    explanation(explained, analysis, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_content() -> None:
    """It tells the place, the runner-up, the evidence with its place, seams and what would move."""
    text = shown(CHECKOUT, store())
    for expected in (
        "is in orders, confidence 75%; runner-up catalogue",
        "4.25",
        "transaction",
        "store/orders/views.py:44",
        "forwarded-write, forwarded",
        "What would move it",
    ):
        assert expected in text


def test_hostile_names() -> None:
    """No escape sequence of a name reaches the terminal."""
    assert "\x1b" not in shown(spoil(CHECKOUT), hostile())
