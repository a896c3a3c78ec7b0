"""Transactions: tables written before one commit, and the handlers that write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import fsum, log, sqrt

from decompose.domain.finding import Location
from decompose.domain.lookup import extensions, hubs, inside
from decompose.domain.model import EndpointEffects, EntryKind, Mode, SystemModel
from decompose.domain.partition import Evidence, EvidenceKind

TOGETHER = 3.0
HANDLER = 3.0
NEAR = 0.5
EVENT = 2
_PAGE = "template:"  # how templates' ids begin
Path = tuple[str, ...]
_Ways = Mapping[str, Mapping[str, Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """Where the ways to the writes of two tables part, and how strongly that ties them."""

    share: float
    commit: Location
    endpoint: str
    where: str


class Transactions:
    """The strongest evidence: what must be committed together, and who commits it.

    Two tables written in one function need one another more than two that are written in
    functions of their own, which a command can stand for. So with d the calls between the two
    writes (an event counts 3), near(a, b) = 0.5^d, and within one transaction
    share(a, b) = near(a, b) / sqrt(sum of near(a, .) * sum of near(., b)).
    weight(table, table) = TOGETHER * (1 + ln s) for s >= 1, else TOGETHER * s, s the sum of
    shares over the places where the ways to the two writes part. It is divided by the square
    root of the number of tables that the more sociable of the two is spread over, so that a log
    that everything writes ties nothing.
    weight(handler, table) = HANDLER * share of near(handler, table) among all tables that the
    handler writes / (1 + ln handlers that write it). A listener to an entity's events is no
    handler: it runs in the transaction of whoever writes the entity.
    """

    name = "transaction"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """Evidence between entities, and between handlers and entities."""
        hub, top, ways = hubs(model), inside(model), _all_ways(model)
        return tuple(sorted(_together(model, hub, ways) + _handlers(model, hub, top, ways)))


def _together(model: SystemModel, hub: Mapping[str, str], all_ways: _Ways) -> list[Evidence]:
    events = _events(model)
    meetings: dict[tuple[str, str], dict[tuple[str, Location], _Meeting]] = {}
    for endpoint in model.endpoints:
        ways = all_ways[endpoint.name]
        for transaction in endpoint.transactions:
            written = {t: ways[t] for t in transaction.tables if t in hub and t in ways}
            for (a, b), share in _shares(written, events).items():
                if hub[a] == hub[b]:
                    continue
                where = _parting(written[a], written[b])
                met = _Meeting(share=share, commit=transaction.commit, endpoint=endpoint.name,
                               where=where)  # fmt: skip
                pair = (min(hub[a], hub[b]), max(hub[a], hub[b]))
                known = meetings.setdefault(pair, {}).setdefault((where, met.commit), met)
                if known.share < share:
                    meetings[pair][where, met.commit] = met
    sums = {pair: fsum(met.share for met in found.values()) for pair, found in meetings.items()}
    spread = _spread(sums)
    return [_pair(a, b, list(found.values()), max(spread[a], spread[b]))
            for (a, b), found in meetings.items()]  # fmt: skip


def _spread(sums: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Over how many others each table's shares are spread: (sum of s)^2 / sum of s^2."""
    parts: dict[str, list[float]] = {}
    for (a, b), value in sums.items():
        parts.setdefault(a, []).append(value)
        parts.setdefault(b, []).append(value)
    return {name: fsum(v) ** 2 / fsum(x * x for x in v) for name, v in parts.items()}


def _events(model: SystemModel) -> frozenset[str]:
    return frozenset(e.handler for e in model.entries if e.kind is EntryKind.SIGNAL_RECEIVER)


def _all_ways(model: SystemModel) -> _Ways:
    """The ways to an endpoint's writes, by endpoint; a row in two tables is one write.

    With joined inheritance a row has its halves in the entity's table and in its parent's: the
    entity's alone says what is written.
    """
    halves = extensions(model)
    found: dict[str, dict[str, Path]] = {}
    for endpoint in model.endpoints:
        ways = _ways(endpoint)
        found[endpoint.name] = {
            table: way
            for table, way in ways.items()
            if not halves.get(table, frozenset()) & ways.keys()
        }
    return found


def _ways(endpoint: EndpointEffects) -> dict[str, Path]:
    """The shortest way to a write of each table.

    What hooks write, or what is written while a page is drawn, is not the endpoint's own.
    """
    hooks, found = set(endpoint.hooks), dict[str, Path]()
    for effect in endpoint.effects:
        way = effect.path or (endpoint.handler,)
        drawn = any(step.startswith(_PAGE) for step in way)
        if effect.mode is Mode.WRITE and way[0] not in hooks and not drawn:
            known = found.get(effect.table)
            if known is None or (len(way), way) < (len(known), known):
                found[effect.table] = way
    return found


def _shares(ways: Mapping[str, Path], events: frozenset[str]) -> dict[tuple[str, str], float]:
    near = {pair: NEAR ** _distance(ways[pair[0]], ways[pair[1]], events)
            for pair in combinations(sorted(ways), 2)}  # fmt: skip
    sums: dict[str, list[float]] = {}
    for (a, b), value in near.items():
        sums.setdefault(a, []).append(value)
        sums.setdefault(b, []).append(value)
    return {(a, b): v / sqrt(fsum(sums[a]) * fsum(sums[b])) for (a, b), v in near.items()}


def _common(one: Path, two: Path) -> int:
    length = 0
    while length < min(len(one), len(two)) and one[length] == two[length]:
        length += 1
    return length


def _distance(one: Path, two: Path, events: frozenset[str]) -> int:
    common = _common(one, two)
    steps = one[common:] + two[common:]
    return len(steps) + EVENT * sum(step in events for step in steps)


def _parting(one: Path, two: Path) -> str:
    return one[max(0, _common(one, two) - 1)]


def _pair(a: str, b: str, found: list[_Meeting], spread: float) -> Evidence:
    strength = fsum(met.share for met in found)
    scale = TOGETHER / sqrt(spread)
    first = min(found, key=lambda met: (met.commit, met.endpoint, met.where))
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Evidence(
        a=a,
        b=b,
        kind=EvidenceKind.TRANSACTION,
        weight=round(scale * (1 + log(strength) if strength >= 1 else strength), 9),
        why=f"{a} and {b} are written in one transaction by {first.where}{others}",
        location=first.commit,
    )


def _handlers(
    model: SystemModel, hub: Mapping[str, str], top: Mapping[str, str], all_ways: _Ways
) -> list[Evidence]:
    events = _events(model)
    listeners = {e.handler for e in model.entries if e.kind is EntryKind.MODEL_EVENT}
    near: dict[str, dict[str, float]] = {}
    where: dict[tuple[str, str], Location] = {}
    for endpoint in model.endpoints:
        handler = top.get(endpoint.handler)
        if handler is None or endpoint.handler in listeners:
            continue
        ways = all_ways[endpoint.name]
        for effect in sorted(endpoint.effects, reverse=True):
            if effect.mode is Mode.WRITE and effect.table in ways and effect.table in hub:
                where[handler, effect.table] = effect.location
        for table in ways.keys() & hub.keys():
            value = NEAR ** _distance(ways[table], ways[table][:1], events)
            known = near.setdefault(handler, {})
            known[table] = max(known.get(table, 0.0), value)
    fame: dict[str, int] = {}
    for tables in near.values():
        for table in tables:
            fame[table] = fame.get(table, 0) + 1
    return [
        Evidence(
            a=min(handler, hub[table]),
            b=max(handler, hub[table]),
            kind=EvidenceKind.TRANSACTION,
            weight=round(HANDLER * value / fsum(tables.values()) / (1 + log(fame[table])), 9),
            why=f"entry point {handler} writes table {table}",
            location=where[handler, table],
        )
        for handler, tables in near.items()
        for table, value in tables.items()
        if handler != hub[table]
    ]
