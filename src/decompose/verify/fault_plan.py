"""Chooses, by a seed, steps of a tape and how a service fails while they are played."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from decompose.errors import UserError
from decompose.verify.system import System
from decompose.verify.tape import Request, read_events

STEPS = 3
_SERVER_ERROR = 500
_LONGEST = 0.06
_DELAY = 1.5  # longer than a service waits for a feed
_ACTS = {
    "request": ("kill-before", "kill-during", "kill-during", "kill-after"),
    "feed": ("kill-before", "kill-after", "delay", "drop"),
    "apply": ("kill-before", "kill-after", "delay", "drop"),
    "confirm": ("kill-before", "kill-after", "drop"),
}
_FORWARDING = ("apply", "confirm")
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens at a step, in the run of a seed."""

    seed: int
    step: int
    place: str
    act: str
    seconds: float


def planned(path: Path, system: System, seeds: range) -> list[Fault]:
    """The faults of all runs; raises UserError where the tape has no step to try one on."""
    candidates = _candidates(path, system)
    return [fault for seed in seeds for fault in _planned(seed, candidates)]


def _candidates(path: Path, system: System) -> dict[int, tuple[str, ...]]:
    """The places at which a service may fail, by step; each step writes in one transaction at most.

    Where a request commits twice, a monolith that is killed has done one half too.
    """
    found: dict[int, tuple[str, ...]] = {}
    for event in read_events(path):
        if isinstance(event, Request) and event.endpoint in system.service_of:
            commits = {number for number, sql, _ in event.statements if _WRITES.match(sql)}
            if not event.raised and 0 < event.status < _SERVER_ERROR and len(commits) <= 1:
                found[event.step] = _places(event, system, system.service_of[event.endpoint])
    if not found:
        raise UserError("The tape has no step that faults could be tried on.")
    return found


def _places(request: Request, system: System, service: str) -> tuple[str, ...]:
    reads = any(s.technique == "replica" for s in system.suspects.get(service, ()))
    forwards = any(table not in system.owned[service] for table, _, _ in request.rows)
    return ("request", *(["feed"] if reads else []), *(_FORWARDING if forwards else ()))


def _planned(seed: int, candidates: Mapping[int, tuple[str, ...]]) -> Iterator[Fault]:
    """What fails in a run: a place is chosen first, so that rare ones have their share."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    everywhere = sorted({place for places in candidates.values() for place in places})
    for _ in range(STEPS):
        place = chance.choice(everywhere)
        act = chance.choice(_ACTS[place])
        seconds = _DELAY if act == "delay" else chance.uniform(0, _LONGEST)
        step = chance.choice([number for number, places in candidates.items() if place in places])
        yield Fault(seed=seed, step=step, place=place, act=act, seconds=seconds)
