"""Labels turned into named services and placements with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from decompose.cluster.graph import Ordered
from decompose.cluster.naming import service_names, slug, unique
from decompose.cluster.owners import owners
from decompose.cluster.roles import Roles
from decompose.cluster.settle import pulls
from decompose.domain.boundary import Boundary
from decompose.domain.lookup import hubs, tops, unknown
from decompose.domain.model import Definition, SystemModel
from decompose.domain.partition import KERNEL, ROOT, Partition, Placement, Service, TableOwner

ASIDE = {"kernel": KERNEL, KERNEL: KERNEL, "root": ROOT, ROOT: ROOT}
_PINNED = "pinned in the boundary file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A partition by label, before names: votes are the runs' labels of every definition."""

    labels: tuple[int, ...]
    votes: tuple[Mapping[int, float], ...]


def place(
    model: SystemModel,
    graph: Ordered,
    draft: Draft,
    *,
    roles: Roles,
    boundary: Boundary,
    pins: Mapping[str, str],
    fixed: Collection[str],
) -> Partition:
    """The named partition of a draft, with pins, wanted names and owners applied."""
    labels = draft.labels
    used = sorted({label for label in labels if label >= 0})
    groups = _groups(graph, labels, used)
    ids = dict(zip(used, _ids(model, groups, pins), strict=True))
    names = dict(boundary.names)
    known = {name: id_ for id_, name in names.items()} | {id_: id_ for id_ in ids.values()}
    chosen = _pinned(pins, known, set(ids.values()))
    final = {d.id: chosen.get(d.id) or (ids[label] if label >= 0 else roles[d.id][0])
             for d, label in zip(graph.definitions, labels, strict=True)}  # fmt: skip
    services = sorted(set(final.values()) - {KERNEL, ROOT})
    forced = _forced(boundary, known, services)
    _own(model, final, services, forced, {*chosen, *fixed})
    services = [service for service in services if service in set(final.values())]
    owned = owners(model, final, services, forced)
    return Partition(
        services=_services(
            model, graph, final, owned, {id_: names.get(id_, id_) for id_ in services}
        ),
        placements=_placements(graph, draft, roles=roles, final=final, ids=ids, chosen=chosen),
        owners=owned,
    )


def _groups(graph: Ordered, labels: Sequence[int], used: Sequence[int]) -> list[frozenset[str]]:
    members: dict[int, list[str]] = {label: [] for label in used}
    for definition, label in zip(graph.definitions, labels, strict=True):
        if label >= 0:
            members[label].append(definition.id)
    return [frozenset(members[label]) for label in used]


def _ids(
    model: SystemModel, groups: Sequence[frozenset[str]], pins: Mapping[str, str]
) -> list[str]:
    """Natural names; a group mostly pinned to one new service takes that service's name."""
    natural = list(service_names(model, groups))
    for number, group in enumerate(groups):
        wanted = Counter(pins[name] for name in group if name in pins)
        for name, count in wanted.most_common(1):
            id_ = slug(name)
            if name not in ASIDE and 2 * count > len(group) and id_ and id_ not in natural:
                natural[number] = id_
    return natural


def _pinned(pins: Mapping[str, str], known: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    fresh: dict[str, str] = {}
    for name, service in sorted(pins.items()):
        target = ASIDE.get(service) or known.get(service) or known.get(slug(service))
        if target is None:
            if service not in fresh:
                fresh[service] = unique(slug(service) or "service", taken)
            target = fresh[service]
        found[name] = target
    return found


def _forced(
    boundary: Boundary, known: Mapping[str, str], services: Sequence[str]
) -> dict[str, str]:
    found = {}
    for table, wanted in boundary.owners:
        service = known.get(wanted, slug(wanted))
        if service not in services:
            raise unknown("service", wanted, services, f"owner of table {table}")
        found[table] = service
    return found


def _own(
    model: SystemModel,
    final: dict[str, str],
    services: Sequence[str],
    forced: Mapping[str, str],
    chosen: Collection[str],
) -> None:
    """Put each table's entity with the table's owner, unless a person placed it."""
    hub = hubs(model)
    wanted: dict[str, set[str]] = {}
    for owner in owners(model, final, services, forced):
        if owner.table in hub:
            wanted.setdefault(hub[owner.table], set()).add(owner.owner)
    for name, targets in wanted.items():
        if name not in chosen and len(targets) == 1 and name in final:
            final[name] = min(targets)


def _services(
    model: SystemModel,
    graph: Ordered,
    final: Mapping[str, str],
    owned: Sequence[TableOwner],
    names: Mapping[str, str],
) -> tuple[Service, ...]:
    top, hub = tops(model), hubs(model)
    tables: dict[str, list[str]] = {service: [] for service in names}
    for table in owned:
        home = final.get(hub.get(table.table, ""), table.owner)
        tables.setdefault(home, []).append(table.table)
    endpoints: dict[str, set[str]] = {}
    for route in model.routes:
        endpoints.setdefault(final.get(top.get(route.handler, ""), ROOT), set()).add(route.endpoint)
    members: dict[str, list[Definition]] = {service: [] for service in names}
    for definition in graph.definitions:
        members.setdefault(final[definition.id], []).append(definition)
    found = []
    for service, name in names.items():
        found.append(
            Service(
                id=service,
                name=name,
                description=_describe(len(endpoints.get(service, ())), tables[service]),
                endpoints=tuple(sorted(endpoints.get(service, ()))),
                tables=tuple(sorted(tables[service])),
                definitions=tuple(sorted(d.id for d in members[service])),
                lines=sum(d.lines for d in members[service] if d.kind != "module"),
            )
        )
    return tuple(found)


def _describe(endpoints: int, tables: Sequence[str]) -> str:
    shown = ", ".join(sorted(tables)[:4]) + (" and others" if len(tables) > 4 else "")  # noqa: PLR2004
    plural = "" if endpoints == 1 else "s"
    return f"{endpoints} endpoint{plural}" + (f"; owns {shown}" if tables else "; owns no table")


def _placements(
    graph: Ordered,
    draft: Draft,
    *,
    roles: Roles,
    final: Mapping[str, str],
    ids: Mapping[int, str],
    chosen: Mapping[str, str],
) -> tuple[Placement, ...]:
    drawn = pulls(graph, draft.labels)
    found = []
    for i, definition in enumerate(graph.definitions):
        service = final[definition.id]
        votes = {ids[label]: share for label, share in draft.votes[i].items() if label in ids}
        pull = {ids[label]: weight for label, weight in drawn[i].items() if label in ids}
        sure, reason = _reason(
            definition.id, service, votes=votes, pull=pull, roles=roles, chosen=chosen
        )
        rivals = [s for s in votes.keys() | pull.keys() if s != service]
        ranked = sorted(rivals, key=lambda s: (-votes.get(s, 0), -pull.get(s, 0), s))
        found.append(
            Placement(
                definition=definition.id,
                service=service,
                confidence=round(sure, 4),
                runner_up=ranked[0] if ranked else "",
                reason=reason,
            )
        )
    return tuple(sorted(found, key=lambda p: p.definition))


def _reason(
    name: str,
    service: str,
    *,
    votes: Mapping[str, float],
    pull: Mapping[str, float],
    roles: Roles,
    chosen: Mapping[str, str],
) -> tuple[float, str]:
    if name in chosen:
        return 1.0, _PINNED
    if service in (KERNEL, ROOT):
        return 1.0, roles[name][1]
    sure, whole = votes.get(service, 0.0), sum(pull.values())
    if not whole:
        return sure, "placed with its module; nothing else ties it"
    share = pull.get(service, 0.0) / whole
    return sure, f"{share:.0%} of its evidence draws it here; {sure:.0%} of the runs agree"
