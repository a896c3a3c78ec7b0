"""The last moves, by definition: modules reunited, writers with their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from decompose.cluster.graph import Ordered
from decompose.domain.lookup import hubs, tables_of, tops
from decompose.domain.model import DefinitionKind, Mode, SystemModel

_STRONG = 1.5


def settled(
    model: SystemModel, graph: Ordered, labels: Sequence[int], fixed: frozenset[str]
) -> tuple[int, ...]:
    """Labels (-1: no service) after handlers joined the tables that they write, modules reunited.

    A module that is split gets back each definition whose pull to its own service is less than
    1.5 times that to the module's main one. A handler whose own direct writes all go to another
    service's tables moves there. `fixed` definitions stay.
    """
    found = list(labels)
    movable = [i for i, d in enumerate(graph.definitions) if d.id not in fixed and labels[i] >= 0]
    _reunite(model, graph, found, movable)
    for name, target in _writers(model, graph, found).items():
        if name not in fixed:
            found[graph.index[name]] = target
    return tuple(found)


def pulls(graph: Ordered, labels: Sequence[int]) -> list[dict[int, float]]:
    """For each definition, the weight that draws it to each label."""
    parts: list[dict[int, float]] = [{} for _ in labels]
    for (i, j), weight in graph.weights.items():
        one, two = parts[i], parts[j]
        one[labels[j]] = one.get(labels[j], 0.0) + weight
        two[labels[i]] = two.get(labels[i], 0.0) + weight
    return [{label: round(weight, 6) for label, weight in part.items()} for part in parts]


def _reunite(model: SystemModel, graph: Ordered, labels: list[int], movable: Sequence[int]) -> None:
    drawn = pulls(graph, labels)
    declares = tables_of(model)
    sizes: dict[str, dict[int, int]] = {}
    for i, definition in enumerate(graph.definitions):
        if labels[i] >= 0 and definition.kind is not DefinitionKind.MODULE:
            size = sizes.setdefault(definition.module, {})
            size[labels[i]] = size.get(labels[i], 0) + definition.lines
    for i in movable:
        definition = graph.definitions[i]
        size = sizes.get(definition.module, {})
        if not size or definition.id in declares:
            continue
        main = max(size, key=lambda label: (size[label], -label))
        own = drawn[i].get(labels[i], 0.0)
        if (
            definition.kind is DefinitionKind.MODULE
            or own < _STRONG * drawn[i].get(main, 0.0)
            or not own
        ):
            labels[i] = main


def _writers(model: SystemModel, graph: Ordered, labels: Sequence[int]) -> dict[str, int]:
    top, hub = tops(model), hubs(model)
    handlers = {top[route.handler] for route in model.routes if route.handler in top}
    targets: dict[str, set[int]] = {}
    for access in model.accesses:
        name, table = top.get(access.definition, ""), hub.get(access.table, "")
        if access.mode is Mode.WRITE and name in handlers and table in graph.index:
            targets.setdefault(name, set()).add(labels[graph.index[table]])
    return {
        name: min(found)
        for name, found in targets.items()
        if len(found) == 1 and min(found) >= 0 and labels[graph.index[name]] >= 0
    }


def homes(model: SystemModel, labels: Mapping[str, int]) -> set[int]:
    """The labels that have a table, or an endpoint where there are no tables at all."""
    names = set(tables_of(model))
    if not names:
        top = tops(model)
        names = {top[route.handler] for route in model.routes if route.handler in top}
    return {labels[name] for name in names if name in labels}
