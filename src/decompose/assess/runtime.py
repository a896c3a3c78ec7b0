"""What a split would cost at run time, from a stated model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from decompose.assess.view import View
from decompose.domain.analysis import Seam, SeamKind

_REMOTE = (SeamKind.COMMAND, SeamKind.FORWARDED_WRITE, SeamKind.SAGA)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostModel:
    """The assumptions: milliseconds of work, of one hop and of one pull, and availability.

    `workers` are the processes of one service.
    """

    work: float = 20.0
    hop: float = 3.0
    pull: float = 2.0
    availability: float = 0.999
    workers: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Of one endpoint: owners that take part in its commits, and owners it catches up with."""

    endpoint: str
    service: str
    called: frozenset[str]
    pulled: frozenset[str]

    @property
    def hops(self) -> int:
        """Synchronous remote calls: one for each owner that takes part."""
        return len(self.called)

    def latency(self, cost: CostModel) -> float:
        """Milliseconds: work + hops * hop + pulls * pull."""
        return cost.work + self.hops * cost.hop + len(self.pulled) * cost.pull


def trips(seen: View, found: Sequence[Seam]) -> tuple[Trip, ...]:
    """One trip per endpoint that a service hosts."""
    remote: dict[str, list[Seam]] = {}
    for seam in found:
        for name in seam.endpoints:
            remote.setdefault(name, []).append(seam)
    result = []
    for endpoint in seen.endpoints:
        host = seen.host(endpoint)
        if not host:
            continue
        own = [s for s in remote.get(endpoint.name, ()) if s.kind in _REMOTE]
        reads = {seen.owner.get(table, host) for table in endpoint.reads} - {host, ""}
        called = frozenset(s.to_service for s in own) - {host, ""}
        result.append(Trip(endpoint=endpoint.name, service=host, called=called,
                           pulled=frozenset(reads)))  # fmt: skip
    return tuple(result)


def predicted(found: Sequence[Trip], cost: CostModel) -> Mapping[str, float]:
    """Mean latency (ms), throughput (requests/s of the busiest service) and availability.

    An endpoint needs its own service and the owners of what it writes; pulls may fail (the
    replica answers). A service works for each of its endpoints and for each write sent to it.
    """
    if not found:
        return {"latency": cost.work, "throughput": cost.workers * 1000 / cost.work,
                "availability": cost.availability}  # fmt: skip
    load: dict[str, float] = {}
    for trip in found:
        load[trip.service] = load.get(trip.service, 0.0) + trip.latency(cost)
        for other in sorted(trip.called):
            load[other] = load.get(other, 0.0) + cost.work
    return {
        "latency": fsum(trip.latency(cost) for trip in found) / len(found),
        "throughput": cost.workers * 1000 * len(found) / max(load.values()),
        "availability": fsum(cost.availability ** (1 + len(t.called)) for t in found) / len(found),
    }
