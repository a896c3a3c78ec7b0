"""Published metrics of data: who touches which tables; formulas in docs/reference/metrics.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from decompose.assess.structure import entropy
from decompose.domain.model import EndpointEffects

Owners = Mapping[str, str]


def cohesion(endpoints: Sequence[EndpointEffects], owner: Owners, service: str) -> float:
    """INESC cohesion of a service: mean share of its tables that an endpoint touching it uses."""
    tables = {table for table, who in owner.items() if who == service}
    shares = [len(tables & _touched(e)) / len(tables) for e in endpoints if tables & _touched(e)]
    return fsum(shares) / len(shares) if shares else 1.0


def coupling(
    endpoints: Sequence[tuple[str, EndpointEffects]], owner: Owners, services: Sequence[str]
) -> float:
    """INESC coupling: mean over ordered pairs of the share of the other's tables used."""
    shares = []
    for one in services:
        used = {t for host, e in endpoints if host == one for t in _touched(e)}
        for two in (s for s in services if s != one):
            tables = {table for table, who in owner.items() if who == two}
            shares.append(len(tables & used) / len(tables) if tables else 0.0)
    return fsum(shares) / len(shares) if shares else 0.0


def complexity(endpoints: Sequence[EndpointEffects], owner: Owners) -> float:
    """INESC complexity: mean over endpoints of others that meet them on tables, if distributed.

    A table read counts the other distributed endpoints that write it, a table written those
    that read it.
    """
    spread = [e for e in endpoints if len({owner[t] for t in _touched(e) if t in owner}) > 1]
    reads = [(e.name, set(e.reads)) for e in spread]
    writes = [(e.name, set(e.writes)) for e in spread]
    total = 0
    for endpoint in spread:
        total += sum(t in w for t in endpoint.reads for n, w in writes if n != endpoint.name)
        total += sum(t in r for t in endpoint.writes for n, r in reads if n != endpoint.name)
    return total / len(endpoints) if endpoints else 0.0


def transaction_entropy(endpoints: Sequence[EndpointEffects], owner: Owners) -> float:
    """CARGO: mean entropy of a transaction's tables over services; 0 is transactional purity."""
    found = []
    for transaction in (t for e in endpoints for t in e.transactions):
        counts: dict[str, int] = {}
        for table in transaction.tables:
            counts[owner.get(table, "")] = counts.get(owner.get(table, ""), 0) + 1
        found.append(entropy(list(counts.values())))
    return fsum(found) / len(found) if found else 0.0


def _touched(endpoint: EndpointEffects) -> set[str]:
    return {effect.table for effect in endpoint.effects}
