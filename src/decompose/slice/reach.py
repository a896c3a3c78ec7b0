"""Modules that nothing in a slice imports, though they register something in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from decompose.slice.growth import Growth
from decompose.slice.units import Unit

Additions = dict[Unit, list[str]]
Edges = Mapping[str, list[tuple[Unit, str]]]


def connect(growth: Growth, edges: Edges) -> Additions:
    """Makes every module that registers something imported from the roots.

    `edges` are the imports of each module. Keeps those that lead there, or else says above which
    import another has to be put.
    """
    additions: Additions = {}
    connected: set[str] = set()
    for _ in edges:
        reached = _reached(growth, edges, connected)
        missing = sorted({unit.module for unit in growth.closure.kept.registering} - reached)
        if not missing:
            break
        _lead(growth, edges, reached, missing[0], additions)
        connected.add(missing[0])
        growth.grow()
    return additions


def _reached(growth: Growth, edges: Edges, connected: set[str]) -> set[str]:
    """The modules that run when the roots do, in the slice."""
    live = growth.closure.kept.live
    pending = [*growth.closure.starts, *connected]
    found: set[str] = set()
    while pending:
        module = pending.pop()
        if not module or module in found:
            continue
        found.add(module)
        pending.append(module.rpartition(".")[0])
        pending.extend(name for unit, name in edges.get(module, ()) if unit in live)
    return found


def _lead(
    growth: Growth, edges: Edges, reached: set[str], module: str, additions: Additions
) -> None:
    """Takes the monolith's own way to the module as far as the slice has it."""
    closure = growth.closure
    for unit, target in _way(edges, reached, module):
        if _leads(growth, unit, target) and (target == module or target in closure.kept.modules):
            closure.mark(unit, full=False)
            if target == module:
                return
            continue
        if unit.parent is not None:
            closure.mark(unit.parent, full=False)
        closure.need_module(unit.module)
        closure.need_module(module)
        additions.setdefault(unit, []).append(module)
        return


def _leads(growth: Growth, unit: Unit, module: str) -> bool:
    """Whether an import leads to a module, and to nothing that is not in the slice."""
    if unit.target is None:
        return False
    names_it = not unit.target.name or f"{unit.target.module}.{unit.target.name}" == module
    return names_it or (
        unit.target.module == module
        and growth.closure.program.leads(unit).ends <= growth.closure.kept.live
    )


def _way(edges: Edges, reached: set[str], module: str) -> list[tuple[Unit, str]]:
    """The shortest chain of imports from what is reached to the module."""
    ways: dict[str, list[tuple[Unit, str]]] = {name: [] for name in sorted(reached)}
    pending = deque(ways)
    while pending:
        here = pending.popleft()
        if here == module:
            return ways[here]
        for unit, target in edges.get(here, ()):
            for name in (target, *_above(target)):
                if name not in ways:
                    ways[name] = [*ways[here], (unit, target)]
                    pending.append(name)
    return []


def _above(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
