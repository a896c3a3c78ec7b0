"""One owner per table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from decompose.domain.lookup import hubs, tops
from decompose.domain.model import Effect, EndpointEffects, Mode, SystemModel
from decompose.domain.partition import KERNEL, ROOT, TableOwner

_ASIDE = (KERNEL, ROOT)


def owners(
    model: SystemModel,
    place: Mapping[str, str],
    services: Sequence[str],
    forced: Mapping[str, str],
) -> tuple[TableOwner, ...]:
    """The owner of each table: the service with most of the endpoints that write it.

    Commands, tasks and hooks only break ties: a command that empties every table owns none. An
    entry point's write counts for the service of the code that writes (or calls the entity's
    method that does), or for the entry point's own where that code is kernel or root. Ties go to
    the service with more transactions over the table, then to that of its entity, then to the one
    whose endpoints read it most, then by name; `tied` says that two services write equally often
    and nobody chose.
    """
    top, hub = tops(model), hubs(model)
    inside = {name: place[top[name]] for name in top if top[name] in place}
    writes, reads = _votes(model, inside, _entities(top, hub))
    commits = _commits(model, inside)
    found = []
    for table in model.tables:
        home = place.get(hub.get(table.name, ""), "")
        written, read = writes.get(table.name, Counter()), reads.get(table.name, Counter())
        counts = written, commits.get(table.name, Counter()), read

        def rank(
            service: str, counts: tuple[Counter[str], ...] = counts, home: str = home
        ) -> tuple[int, int, bool, int, int]:
            writes, commits, reads = (count[service] for count in counts)
            return writes, commits, service == home, reads, -services.index(service)

        best = forced.get(table.name) or max(services, key=rank, default="")
        rivals = [s for s in services if written[s] and written[s] == written[best] and s != best]
        found.append(
            TableOwner(
                table=table.name,
                owner=best,
                writers=tuple(sorted(s for s in services if written[s])),
                readers=tuple(sorted(s for s in services if read[s])),
                tied=bool(rivals) and table.name not in forced,
            )
        )
    return tuple(found)


_Votes = dict[str, Counter[str]]


def _entities(top: Mapping[str, str], hub: Mapping[str, str]) -> set[str]:
    """All that belongs to a definition that stands for a table."""
    declaring = set(hub.values())
    return {name for name, outer in top.items() if outer in declaring}


def _votes(
    model: SystemModel, place: Mapping[str, str], entities: Container[str]
) -> tuple[_Votes, _Votes]:
    served = {route.endpoint for route in model.routes}
    votes: dict[Mode, _Votes] = {Mode.READ: {}, Mode.WRITE: {}}
    seen: set[tuple[str, str]] = set()
    for endpoint in model.endpoints:
        weight = len(model.endpoints) if endpoint.name in served else 1  # more than all others
        for effect in endpoint.effects:
            service = _accessor(effect, endpoint, place, entities)
            votes[effect.mode].setdefault(effect.table, Counter())[service] += weight
            seen.add((effect.table, effect.mode))
    for access in model.accesses:
        if (access.table, access.mode) not in seen:
            service = place.get(access.definition, "")
            votes[access.mode].setdefault(access.table, Counter())[service] += 1
    return votes[Mode.WRITE], votes[Mode.READ]


def _commits(model: SystemModel, place: Mapping[str, str]) -> _Votes:
    """How many transactions of each service's entry points write each table."""
    found: _Votes = {}
    for endpoint in model.endpoints:
        for transaction in endpoint.transactions:
            for table in transaction.tables:
                found.setdefault(table, Counter())[place.get(endpoint.handler, "")] += 1
    return found


def _accessor(
    effect: Effect, endpoint: EndpointEffects, place: Mapping[str, str], entities: Container[str]
) -> str:
    path = effect.path or (endpoint.handler,)
    acting = next((name for name in reversed(path) if name not in entities), path[-1])
    for name in (acting, endpoint.handler):
        service = place.get(name, ROOT)
        if service not in _ASIDE:
            return service
    return ""
