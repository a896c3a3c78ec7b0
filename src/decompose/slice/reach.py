"""Modules that nothing in a slice imports, though they register something in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from decompose.slice.closure import Closure, imported_for_effect
from decompose.slice.program import Program
from decompose.slice.units import Kind, Unit

Additions = dict[Unit, list[str]]


def connect(closure: Closure) -> Additions:
    """Makes every module that registers something imported from the roots.

    Keeps imports that lead there, or else says above which import another has to be put.
    """
    additions: Additions = {}
    connected: set[str] = set()
    edges = _edges(closure.program)
    for _ in range(len(closure.program.modules)):
        reached = _reached(closure, edges, connected)
        missing = sorted({unit.module for unit in closure.registering} - reached)
        if not missing:
            break
        _lead(closure, edges, reached, missing[0], additions)
        connected.add(missing[0])
        closure.grow()
    return additions


def _edges(program: Program) -> dict[str, list[tuple[Unit, str]]]:
    """The imports of each module that run when it is imported or its functions register."""
    found: dict[str, list[tuple[Unit, str]]] = {name: [] for name in program.modules}
    for unit in program.units():
        for module in _targets(program, unit):
            found[unit.module].append((unit, module))
    return found


def _targets(program: Program, unit: Unit) -> Iterator[str]:
    if unit.kind is Kind.IMPORT and unit.target is not None:
        for name in (f"{unit.target.module}.{unit.target.name}", unit.target.module):
            if name in program.packages:
                yield name
    else:
        yield from imported_for_effect(program, unit)


def _reached(
    closure: Closure, edges: dict[str, list[tuple[Unit, str]]], connected: set[str]
) -> set[str]:
    """The modules that run when the roots do, in the slice."""
    pending = [*closure.starts, *connected]
    found: set[str] = set()
    while pending:
        module = pending.pop()
        if not module or module in found:
            continue
        found.add(module)
        pending.append(module.rpartition(".")[0])
        pending.extend(name for unit, name in edges.get(module, ()) if unit in closure.live)
    return found


def _lead(
    closure: Closure,
    edges: dict[str, list[tuple[Unit, str]]],
    reached: set[str],
    module: str,
    additions: Additions,
) -> None:
    """Takes the monolith's own way to the module as far as the slice has it."""
    way = _way(edges, reached, module)
    for unit, target in way:
        plain = unit.target is not None and (
            not unit.target.name or f"{unit.target.module}.{unit.target.name}" == target
        )
        if plain and (target == module or target in closure.modules):
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


def _way(
    edges: dict[str, list[tuple[Unit, str]]], reached: set[str], module: str
) -> list[tuple[Unit, str]]:
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
