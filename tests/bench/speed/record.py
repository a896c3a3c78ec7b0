"""Where measurements are kept, what changed since the last one, and the page made of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .contenders import OURS, PEER_LIST

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
FILE = REFERENCE / "speed.json"
PAGE = REFERENCE / "speed.md"
_TOLD = 0.05  # changes below are noise
_INTRODUCTION = """\
# Speed

Written by `make bench` and `make large`, which measure all of it anew and say what changed since
the last time (`speed.json` beside this page holds the numbers). All cases of an input run in
turns, five times; seconds are medians, memory is the largest sum of the resident sets of all
processes. What the numbers mean, and the profiles behind them, is in
[why it takes as long as it does](../explanation/speed.md).

"""

_SIZES = ("joined", "sentry", "django", "superset", "flaskbb")
_CASES = (
    "decompose, cold, 1 process",
    "decompose, cold, 2 processes",
    "decompose, nothing changed",
    "decompose, one comment more",
    "decompose, one file changed",
    *(peer.name for peer in PEER_LIST),
)
_STAGES = (
    "discover",
    "read",
    "resolve",
    "effects",
    "collect evidence",
    "weigh",
    "cluster",
    "assess",
    "report",
)

Values = dict[str, Any]


def load() -> Values:
    """What was kept last."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def keep(part: str, found: Values) -> None:
    """Put one part of the file in the place of the last, print both, and renew the page."""
    kept = load()
    _tell(part, kept.get(part, {}), found)
    kept[part] = found
    kept.setdefault("load", {})[part] = [round(os.getloadavg()[1], 1), os.cpu_count()]
    FILE.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
    PAGE.write_text(page(load()))  # in the order of the file


def _tell(part: str, before: object, now: object) -> None:
    """Print each number with its change."""
    old, new = dict(_numbers(part, before)), dict(_numbers(part, now))
    for name, value in new.items():
        change = ""
        if old.get(name):
            share = value / old[name] - 1
            change = f"{share:+.0%}" if abs(share) >= _TOLD else "="
        sys.stdout.write(f"{name:70} {value:>12,.3f} {change:>6}\n")
    sys.stdout.flush()


def _numbers(name: str, value: object) -> list[tuple[str, float]]:
    if isinstance(value, Mapping):
        return [pair for key in value for pair in _numbers(f"{name} / {key}", value[key])]
    return [(name, float(value))] if isinstance(value, int | float) else []


def page(kept: Values) -> str:
    """The page, from what is kept."""
    parts = [_INTRODUCTION, _targets(kept)]
    for name in _SIZES:
        if name in kept:
            parts += [_input(name, kept[name]), _load(name, kept)]
    found = [name for name in ("recording", "gateways", "split") if name in kept]
    parts += [_running({told: kept[name][told] for name in found for told in kept[name]})]
    parts += [_load(name, kept) for name in found]
    return "\n".join(part for part in parts if part)


def _load(part: str, kept: Values) -> str:
    """How busy the machine was: what the clock says is worth the less, the busier."""
    load, processors = kept["load"][part]
    return f"While this was measured ({part}), load was {load} on {processors} processors.\n"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines) + "\n"


def _targets(kept: Values) -> str:
    """Where the goals stand, on the largest tree that was measured."""
    rows = []
    for size in _SIZES:
        if size in kept:
            cases = kept[size]["cases"]
            rows += [(f"{size}: {told}", f"{ratio:,.1f}", goal)
                     for told, ratio, goal in _ratios(cases) if ratio]  # fmt: skip
    if growth := _growth(kept):
        rows.append(growth)
    return "## Goals\n\n" + _table(("what", "measured", "goal"), rows)


def _ratios(cases: Values) -> list[tuple[str, float, str]]:
    def ratio(one: str, other: str) -> float:
        known = cases.get(one, {}).get("runs") and cases.get(other, {}).get("runs")
        return cases[one]["seconds"] / cases[other]["seconds"] if known else 0.0

    ours = "decompose, cold, 2 processes"
    return [
        ("cold, in times of bare `ast.parse`, both on 2 processes",
         ratio(ours, "ast.parse, 2 processes"), "2.0"),
        ("nothing changed, in times of `ruff analyze graph`",
         ratio("decompose, nothing changed", "ruff analyze graph"), "1.0"),
        ("one file changed, in times of `ruff analyze graph`",
         ratio("decompose, one file changed", "ruff analyze graph"), "1.5"),
        ("pyan3, in times of ours, cold", ratio("pyan3", ours), "20"),
        ("PyCG, in times of ours, cold", ratio("PyCG", ours), "20"),
        ("peak memory of all processes, in GB", cases[ours]["peak"] / 1000, "1.5"),
    ]  # fmt: skip


def _growth(kept: Values) -> tuple[str, str, str] | None:
    """The dearest line of all inputs, in times of a line of the smallest."""
    ours, costs = "decompose, cold, 2 processes", {}
    for size in _SIZES:
        if size in kept and kept[size]["cases"].get(ours, {}).get("runs"):
            lines = kept[size]["lines"]
            costs[lines] = kept[size]["cases"][ours]["cpu"] / lines
    if len(costs) < 2:
        return None
    least, most = min(costs), max(costs, key=lambda lines: costs[lines])
    return (f"cost per line of {most:,} lines, the dearest, in times of that of {least:,}",
            f"{costs[most] / costs[least]:.1f}", "1.3")  # fmt: skip


def _input(name: str, found: Values) -> str:
    extracts = {peer.name: peer.extracts for peer in PEER_LIST}
    rows = [
        (case, *_cells(one), extracts.get(case, OURS))
        for case, one in _sorted(found["cases"], _CASES)
    ]
    told = _sorted(found["stages"], _CASES)
    stages = [
        (stage, *[cell for _, one in told for cell in _cost(*one.get(stage, (0, 0)))])
        for stage in _STAGES
    ]
    heads = [
        f"{what}, {case.removeprefix('decompose, ')}"
        for case, _ in told
        for what in ("seconds", "MB")
    ]
    return (
        f"## {name}: {found['lines']:,} lines, {found['files']:,} files\n\n"
        + _table(("", "seconds", "processor seconds", "MB", "runs", "extracts"), rows)
        + "\nStages, in the last run: processor seconds, and the first process's highest memory"
        " until the stage's end:\n\n" + _table(("stage", *heads), stages)
    )


def _cost(cpu: float, peak: float) -> tuple[str, str]:
    return f"{cpu:,.1f}", f"{peak:,.0f}"


def _sorted(values: Values, order: Sequence[str]) -> list[tuple[str, Any]]:
    return sorted(values.items(), key=lambda item: order.index(item[0]))


def _cells(one: Values) -> tuple[str, ...]:
    if not one["runs"]:
        return one["failure"].replace("|", "\\|"), "", f"{one['peak']:,.0f}", "0"
    return f"{one['seconds']:,.2f}", f"{one['cpu']:,.2f}", f"{one['peak']:,.0f}", str(one["runs"])


def _running(found: Values) -> str:
    rows = [(name, f"{one['value']:,.2f}", one["goal"]) for name, one in found.items()]
    if not rows:
        return ""
    title = "## Recording, scaffolding, verifying, what stands before services, and a split"
    return f"{title}\n\n" + _table(("what", "measured", "goal"), rows)
