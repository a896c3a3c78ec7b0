"""Trace: definitions that ran, and tables that were used, for the same endpoints of a tape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

from decompose.domain.finding import Location
from decompose.domain.lookup import hubs, inside
from decompose.domain.model import SystemModel
from decompose.domain.observation import Observation
from decompose.domain.partition import Evidence, EvidenceKind
from decompose.evidence.pairs import linked_pairs

_Runs = Mapping[str, Set[object]]


class Trace:
    """How far two linked definitions ran for the same endpoints of a tape.

    weight(a, b) = endpoints for which both ran / endpoints for which either did; what declares a
    table runs where the table is read or written. Of two that declare tables, it is the
    transactions that wrote both / those that wrote either. Endpoints count, not requests: how
    often a test logs in says nothing. Where one of the two never ran there is no evidence. The
    weight (0 to 1) never makes an edge: weighing turns it into a factor on edges that exist.
    """

    name = "trace"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """One piece of evidence per linked pair of definitions of two modules that both ran."""
        if model.observed is None:
            return ()
        hub = hubs(model)
        runs, commits = _runs(model, hub, model.observed), _commits(hub, model.observed)
        found = []
        for (a, b), location in linked_pairs(model).items():
            if commits[a] and commits[b]:
                why = f"{{}} of {{}} transactions that write {a} or {b} write both"
                found.append(_shared(a, b, commits, why, location))
            elif runs[a] and runs[b]:
                why = f"{a} and {b} both ran for {{}} of {{}} endpoints"
                found.append(_shared(a, b, runs, why, location))
        return tuple(sorted(found))


def _shared(a: str, b: str, seen: _Runs, why: str, location: Location) -> Evidence:
    both, either = len(seen[a] & seen[b]), len(seen[a] | seen[b])
    return Evidence(
        a=a,
        b=b,
        kind=EvidenceKind.TRACE,
        weight=round(both / either, 9),
        why=why.format(both, either),
        location=location,
    )


def _commits(hub: Mapping[str, str], observed: Observation) -> _Runs:
    """The transactions in which the table of each declaration was written."""
    commits: defaultdict[str, set[object]] = defaultdict(set)
    for endpoint in observed.asked:
        for tables in endpoint.transactions:
            for table in tables:
                commits[hub.get(table, "")].add((endpoint.name, tables))
    return commits


def _runs(model: SystemModel, hub: Mapping[str, str], observed: Observation) -> _Runs:
    """The endpoints for which each top-level definition ran, or its table was used."""
    top = inside(model)
    runs: defaultdict[str, set[object]] = defaultdict(set)
    for endpoint in observed.asked:
        for name in {top.get(ran, "") for ran in endpoint.ran}:
            runs[name].add(endpoint.name)
        for table in {*endpoint.reads, *endpoint.writes}:
            runs[hub.get(table, "")].add(endpoint.name)
    return runs
