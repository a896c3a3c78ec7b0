"""An application of a hundred thousand lines, made by rule: for looking at and for timing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from decompose.domain.analysis import Analysis, Automation, Seam, SeamKind
from decompose.domain.finding import Location
from decompose.domain.model import (
    Definition,
    DefinitionKind,
    Effect,
    EndpointEffects,
    Mode,
    Module,
    Reference,
    ReferenceKind,
    Route,
    SystemModel,
    Table,
)
from decompose.domain.partition import (
    KERNEL,
    CouplingGraph,
    Partition,
    Placement,
    Service,
    TableOwner,
)
from report.store import store

_SERVICES = (
    "accounts", "billing", "catalogue", "checkout", "content", "fulfilment", "inventory",
    "marketing", "notifications", "orders", "payments", "reporting", "search", "support",
)  # fmt: skip
_WORDS = ("account", "batch", "cart", "export", "feed", "invoice", "ledger", "price", "stock")


def large(*, modules: int = 1000, seed: int = 7) -> Analysis:
    """An analysis with `modules` modules, fifteen times as many definitions, 4,000 seams."""
    random = Random(seed)  # noqa: S311 - for sizes, not for secrets
    homes = [_home(number, random) for number in range(modules)]
    definitions = [d for home, name in homes for d in _definitions(name)]
    places = {d.id: home for home, name in homes for d in _definitions(name)}
    by_service = {s: [d for d in definitions if places[d.id] == s] for s in _SERVICES}
    tables = [(f"{s}_{_WORDS[n % 9]}_{n}", s) for s in _SERVICES for n in range(11)]
    endpoints = _endpoints(by_service, tables, random)
    model = SystemModel(
        root_name="emporium",
        modules=tuple(
            Module(name=name, path=name.replace(".", "/") + ".py", language="python", lines=100)
            for _, name in sorted(homes, key=lambda pair: pair[1])
        ),
        definitions=tuple(sorted(definitions, key=lambda d: d.id)),
        references=_references(definitions, by_service, places, random),
        routes=_routes(endpoints),
        entries=(),
        tables=tuple(
            Table(name=name, location=Location(path=f"emporium/{s}/models.py", line=9))
            for name, s in sorted(tables)
        ),
        accesses=(),
        endpoints=endpoints,
    )
    return _analysis(model, places, by_service, tables, _seams(by_service, tables, random))


def _home(number: int, random: Random) -> tuple[str, str]:
    if number % 25 == 0:
        return KERNEL, f"emporium.lib.{random.choice(_WORDS)}_{number}"
    service = _SERVICES[int(len(_SERVICES) * random.random() ** 1.4)]
    return service, f"emporium.{service}.{random.choice(_WORDS)}_{number}"


def _definitions(module: str) -> list[Definition]:
    return [
        Definition(
            id=f"{module}.{'Manager' if n % 5 == 0 else 'handle'}_{_WORDS[n % 9]}_{n}",
            module=module,
            kind=DefinitionKind.CLASS if n % 5 == 0 else DefinitionKind.FUNCTION,
            location=Location(path=module.replace(".", "/") + ".py", line=1 + 6 * n),
            end_line=6 + 6 * n,
            top=f"{module}.{'Manager' if n % 5 == 0 else 'handle'}_{_WORDS[n % 9]}_{n}",
        )
        for n in range(15)
    ]


def _references(
    definitions: list[Definition],
    by_service: dict[str, list[Definition]],
    places: dict[str, str],
    random: Random,
) -> tuple[Reference, ...]:
    found = set()
    for definition in definitions:
        for _ in range(4):
            near = by_service.get(places[definition.id]) if random.random() < 0.9 else None
            target = random.choice(near or definitions)
            found.add((definition.id, target.id, definition.location))
    return tuple(
        Reference(source=a, target=b, kind=ReferenceKind.CALL, location=at)
        for a, b, at in sorted(found)
        if a != b
    )


def _endpoints(
    by_service: dict[str, list[Definition]], tables: list[tuple[str, str]], random: Random
) -> tuple[EndpointEffects, ...]:
    return tuple(
        _endpoint(f"{s}.action_{n}", s, by_service[s], tables, random)
        for s in _SERVICES
        for n in range(57)
    )


def _endpoint(
    name: str,
    service: str,
    near: list[Definition],
    tables: list[tuple[str, str]],
    random: Random,
) -> EndpointEffects:
    own = [table for table, owner in tables if owner == service]
    path = tuple(random.choice(near).id for _ in range(4))
    touched = {(random.choice(own), random.choice(list(Mode))) for _ in range(6)}
    if random.random() < 0.3:
        touched.add((random.choice(tables)[0], random.choice(list(Mode))))
    at = Location(path=f"emporium/{service}/views.py", line=20)
    effects = tuple(
        Effect(table=t, mode=m, path=path, location=at, how="orm") for t, m in sorted(touched)
    )
    return EndpointEffects(
        name=name, handler=path[0], hooks=(), reaches=path, effects=effects, transactions=()
    )


def _routes(endpoints: tuple[EndpointEffects, ...]) -> tuple[Route, ...]:
    return tuple(
        Route(
            rule="/" + e.name.replace(".", "/"),
            methods=("GET",),
            endpoint=e.name,
            handler=e.handler,
            location=Location(path="emporium/views.py", line=1),
        )
        for e in endpoints
    )


def _seams(
    by_service: dict[str, list[Definition]], tables: list[tuple[str, str]], random: Random
) -> tuple[Seam, ...]:
    seams = []
    kinds = (SeamKind.READ, SeamKind.READ, SeamKind.COPY, SeamKind.COMMAND)
    for number in range(4000):
        source, target = random.choice(_SERVICES), _SERVICES[int(14 * random.random() ** 2.5)]
        if source == target:
            continue
        costly = random.random()
        automation = Automation.REFUSED if costly < 0.01 else Automation.AUTOMATIC
        definition = random.choice(by_service[source])
        seams.append(
            Seam(
                id=f"S{number}",
                kind=random.choice(kinds),
                automation=Automation.FORWARDED if 0.01 < costly < 0.06 else automation,
                from_service=source,
                to_service=target,
                source=definition.id,
                target=random.choice(by_service[target]).id,
                location=definition.location,
                technique="Reads a replica, fed from the owner's change feed.",
                excerpt=tuple(f"    line_{n} = call_something(order, {n})" for n in range(5)),
            )
        )
    return tuple(seams)


def _analysis(
    model: SystemModel,
    places: dict[str, str],
    by_service: dict[str, list[Definition]],
    tables: list[tuple[str, str]],
    seams: tuple[Seam, ...],
) -> Analysis:
    services = tuple(
        Service(
            id=s,
            name=s,
            description=f"What the application knows about {s}.",
            endpoints=tuple(e.name for e in model.endpoints if e.name.startswith(f"{s}.")),
            tables=tuple(sorted(t for t, owner in tables if owner == s)),
            definitions=tuple(sorted(d.id for d in by_service[s])),
            lines=sum(d.lines for d in by_service[s]),
        )
        for s in _SERVICES
    )
    placements = tuple(
        Placement(
            definition=d.id,
            service=places[d.id],
            confidence=0.5 + (number % 50) / 100,
            runner_up=_SERVICES[number % 14],
            reason="It calls and is called by definitions of this service.",
        )
        for number, d in enumerate(model.definitions)
    )
    owners = tuple(
        TableOwner(table=t, owner=s, writers=(s,), readers=(s,)) for t, s in sorted(tables)
    )
    return replace(
        store(),
        model=model,
        graph=CouplingGraph(nodes=tuple(d.id for d in model.definitions), evidence=()),
        partition=Partition(services=services, placements=placements, owners=owners),
        seams=seams,
    )
