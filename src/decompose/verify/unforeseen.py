"""What a tape shows and the code did not tell, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.lookup import beside_path, tops
from decompose.domain.model import Effect, Mode, Reference, ReferenceKind, SystemModel

Use = tuple[str, Mode]
Call = tuple[str, str]
HOW = "trace"
_ANYWHERE = Location(path=".")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCalls:
    """Calls that only the tape shows."""

    references: tuple[Reference, ...]
    findings: tuple[Finding, ...]


def foreseen(model: SystemModel) -> dict[str, frozenset[Use]]:
    """What the code says of each endpoint's tables, hooks around it included."""
    own = {e.name: {(f.table, f.mode) for f in e.effects} for e in model.endpoints}
    around: dict[str, set[Use]] = {}
    for endpoint in model.endpoints:
        if endpoint.name not in {route.endpoint for route in model.routes}:
            around.setdefault(endpoint.handler, set()).update(own[endpoint.name])
    return {
        e.name: frozenset(own[e.name].union(*(around.get(hook, ()) for hook in e.hooks)))
        for e in model.endpoints
    }


def missed_effects(
    model: SystemModel, seen: Mapping[str, Set[Use]]
) -> dict[str, tuple[Effect, ...]]:
    """Accesses of endpoints that the code did not tell, as effects of their handlers."""
    expected, tables = foreseen(model), {table.name for table in model.tables}
    place = {d.id: d.location for d in model.definitions}
    found: dict[str, tuple[Effect, ...]] = {}
    for endpoint in model.endpoints:
        missed = seen.get(endpoint.name, frozenset()) - expected[endpoint.name]
        found[endpoint.name] = tuple(
            Effect(table=table, mode=mode, path=(endpoint.handler,), how=HOW,
                   location=place[endpoint.handler])
            for table, mode in sorted(missed)
            if table in tables and endpoint.handler in place
        )  # fmt: skip
    return found


def told(model: SystemModel, endpoint: str, effect: Effect) -> Finding:
    """The finding for an access that the code did not tell."""
    return Finding(
        location=effect.location,
        code="trace-missed-access",
        severity=Severity.WARNING,
        message=f"{endpoint} {effect.mode.value}s table {effect.table} when it runs,"
        " which its code does not tell",
        hint="The tape's word was taken. Look for code that is chosen at run time.",
    )


def unknown_tables(model: SystemModel, seen: Mapping[str, Set[Use]]) -> Iterator[Finding]:
    """Tables that only the tape knows, at the first endpoint that used each."""
    known = {table.name for table in model.tables}
    place = {route.endpoint: route.location for route in reversed(model.routes)}
    users: dict[str, str] = {}
    for endpoint, uses in sorted(seen.items()):
        for table in sorted({table for table, _ in uses} - known):
            users.setdefault(table, endpoint)
    for table, endpoint in users.items():
        yield Finding(
            location=place.get(endpoint, _ANYWHERE),
            code="trace-unknown-table",
            severity=Severity.WARNING,
            message=f"{endpoint} uses table {table} when it runs, which no code declares",
            hint="No service will own it: a library makes it, or code that was not read.",
        )


def other_endpoints(model: SystemModel, running: Set[str]) -> Iterator[Finding]:
    """Endpoints that only the running application has, and those that only the code has."""
    place = {route.endpoint: route.location for route in reversed(model.routes)}
    for name in sorted(running - place.keys()):
        yield Finding(
            location=_ANYWHERE,
            code="trace-unknown-endpoint",
            severity=Severity.WARNING,
            message=f"The recorded application has an endpoint {name}, which no code registers",
            hint="A library registers it, or code that is chosen at run time.",
        )
    for name in sorted(place.keys() - running):
        yield Finding(
            location=place[name],
            code="trace-missing-endpoint",
            severity=Severity.WARNING,
            message=f"The recorded application has no endpoint {name}, which this code registers",
            hint="It was recorded under other settings, or nothing runs this code.",
        )


def missed_calls(model: SystemModel, calls: Iterable[Call]) -> MissedCalls:
    """Calls of what nothing in the code refers to: its name is made, or chosen, at run time.

    What is referred to somewhere was handed to a library, which calls it; what wears a decorator,
    or is an entry, its framework calls.
    """
    top = tops(model)
    place = {d.id: d.location for d in model.definitions}
    used = {top[r.target] for r in model.references
            if r.target in top and top.get(r.source) != top[r.target]
            and not beside_path(r.location.path)}  # fmt: skip
    used |= {r.source for r in model.references if r.kind is ReferenceKind.DECORATE}
    used |= {e.handler for e in model.entries} | {r.handler for r in model.routes}
    new = sorted(
        (source, target)
        for source, target in calls
        if top[source] != top[target]
        and not used & {target, top[target]}
        and not beside_path(place[source].path)
        and not beside_path(place[target].path)
    )
    callers: dict[str, list[str]] = {}
    for source, target in new:
        callers.setdefault(target, []).append(source)
    return MissedCalls(
        references=tuple(
            Reference(source=source, target=target, kind=ReferenceKind.CALL, location=place[source])
            for source, target in new
        ),
        findings=tuple(
            Finding(
                location=place[sources[0]],
                code="trace-missed-call",
                severity=Severity.NOTE,
                message=f"{_some(sources)} {target} when it runs, which no code names",
                hint="The tape's word was taken.",
            )
            for target, sources in callers.items()
        ),
    )


def _some(callers: list[str]) -> str:
    more = f" and {len(callers) - 1} more call" if len(callers) > 1 else " calls"
    return f"{callers[0]}{more}"
