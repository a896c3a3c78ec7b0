"""Transactions: tables written before one commit, and the handlers that write them."""

from __future__ import annotations

from itertools import combinations
from math import fsum, log

from decompose.domain.finding import Location
from decompose.domain.lookup import hubs, tops
from decompose.domain.model import EndpointEffects, Mode, SystemModel
from decompose.domain.partition import Evidence, EvidenceKind

TOGETHER = 3.0
HANDLER = 3.0
_Commits = dict[tuple[str, str], list[tuple[float, Location, str]]]


class Transactions:
    """The strongest evidence: what must be committed together, and who commits it.

    weight(table, table) = TOGETHER * (1 + ln s) for s >= 1, else TOGETHER * s, where s adds
    1 / (k - 1) for every distinct transaction over k tables that writes both.
    weight(handler, table) = HANDLER / (tables the handler writes * (1 + ln handlers that write)).
    """

    name = "transaction"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """Evidence between entities, and between handlers and entities."""
        hub = hubs(model)
        return tuple(sorted(_together(model, hub) + _handlers(model, hub)))


def _together(model: SystemModel, hub: dict[str, str]) -> list[Evidence]:
    commits: _Commits = {}
    seen: set[tuple[tuple[str, ...], Location, str]] = set()
    for endpoint in model.endpoints:
        for transaction in endpoint.transactions:
            key = (transaction.tables, transaction.commit, endpoint.handler)
            if key in seen:
                continue
            seen.add(key)
            present = sorted({hub[t] for t in transaction.tables if t in hub})
            for pair in combinations(present, 2):
                share = 1 / (len(present) - 1)
                commits.setdefault(pair, []).append((share, transaction.commit, endpoint.name))
    return [_pair(a, b, found) for (a, b), found in commits.items()]


def _pair(a: str, b: str, found: list[tuple[float, Location, str]]) -> Evidence:
    strength = fsum(share for share, _, _ in found)
    _, location, name = min(found, key=lambda item: item[1:])
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Evidence(
        a=a,
        b=b,
        kind=EvidenceKind.TRANSACTION,
        weight=round(TOGETHER * (1 + log(strength) if strength >= 1 else strength), 9),
        why=f"written in one transaction by {name}{others}",
        location=location,
    )


def _handlers(model: SystemModel, hub: dict[str, str]) -> list[Evidence]:
    top = tops(model)
    writes = {(top[e.handler], table, where) for e in model.endpoints if e.handler in top
              for table, where in _writes(e) if table in hub}  # fmt: skip
    handlers: dict[str, set[str]] = {}
    tables: dict[str, set[str]] = {}
    for handler, table, _ in writes:
        handlers.setdefault(table, set()).add(handler)
        tables.setdefault(handler, set()).add(table)
    first: dict[tuple[str, str], Location] = {}
    for handler, table, where in sorted(writes, reverse=True):
        first[handler, table] = where
    return [
        Evidence(
            a=min(handler, hub[table]),
            b=max(handler, hub[table]),
            kind=EvidenceKind.TRANSACTION,
            weight=round(HANDLER / (len(tables[handler]) * (1 + log(len(handlers[table])))), 9),
            why=f"entry point {handler} writes table {table}",
            location=where,
        )
        for (handler, table), where in first.items()
        if handler != hub[table]
    ]


def _writes(endpoint: EndpointEffects) -> list[tuple[str, Location]]:
    hooks = set(endpoint.hooks)
    return [
        (effect.table, effect.location)
        for effect in endpoint.effects
        if effect.mode is Mode.WRITE and not (effect.path and effect.path[0] in hooks)
    ]
