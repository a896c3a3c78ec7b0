"""What a tape shows of an application that ran, in the words of the system model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ObservedEndpoint:
    """What requests of one endpoint did, hooks included; `ran` are ids of definitions.

    A transaction is the tables that were written before one commit; each is listed once.
    """

    name: str
    requests: int
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    transactions: tuple[tuple[str, ...], ...] = ()
    ran: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Every endpoint that the running application has; those without requests were never asked.

    `accesses` counts what the code says of tables for endpoints that were asked, `confirmed` how
    much of that was seen to happen. `calls` are callers with what they called, ids of definitions,
    of which the code tells nothing.
    """

    requests: int
    endpoints: tuple[ObservedEndpoint, ...]
    accesses: int
    confirmed: int
    calls: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> tuple[ObservedEndpoint, ...]:
        """Endpoints that the tape has a request of."""
        return tuple(endpoint for endpoint in self.endpoints if endpoint.requests)

    @property
    def unseen(self) -> tuple[str, ...]:
        """Endpoints that nobody asked: nothing is known of how they run."""
        return tuple(endpoint.name for endpoint in self.endpoints if not endpoint.requests)
