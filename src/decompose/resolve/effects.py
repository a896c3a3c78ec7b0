"""What each entry point reaches, reads and writes, with the path that proves it.

Reachability is over activations, so that what a decorator or an inherited method does for one
endpoint is not taken for what it does for another.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from decompose.domain import model as m
from decompose.domain.finding import Location
from decompose.resolve.engine import Engine
from decompose.resolve.library import Contribution, FoundAccess, FoundEntry

_AROUND = frozenset(
    {
        m.EntryKind.BEFORE_REQUEST,
        m.EntryKind.AFTER_REQUEST,
        m.EntryKind.TEARDOWN,
        m.EntryKind.ERROR_HANDLER,
    }
)


class Effects:
    """The graph of activations and what happens in each."""

    def __init__(self, engine: Engine, found: Contribution) -> None:
        self.engine = engine
        self.found = found
        self._accesses: dict[int, list[FoundAccess]] = defaultdict(list)
        for access in sorted(set(found.accesses)):
            self._accesses[access.activation].append(access)
        self._commits: dict[int, list[int]] = defaultdict(list)
        for activation, line in sorted(set(found.commits)):
            self._commits[activation].append(line)
        self._next = self._successors()
        self._rendering: dict[tuple[int, ...], bool] = {}
        self._writing: dict[int, tuple[str, ...]] = {}

    def _successors(self) -> list[list[int]]:
        """Who runs because of whom: calls, links, and functions handed on as arguments."""
        following: list[dict[int, None]] = [{} for _ in self.engine.activations]
        for caller, callee, _, number in self.engine.called():
            if number not in self.engine.defining:
                following[caller][callee] = None
        for source, target in self.found.links:
            following[source][target] = None
        runs = self._runs()
        for site in self.engine.sites:
            if site.number in self.engine.defining:
                continue
            for node in (*[n for n, _ in site.args], *[n for _, n in site.kwargs]):
                for number in self.engine.numbers(node):
                    if runs[number] >= 0:
                        following[site.activation.number][runs[number]] = None
        return [sorted(targets) for targets in following]

    def _runs(self) -> list[int]:
        """The number of the activation that calling each value runs; -1 where there is none."""
        found = map(self.engine.calls.activation_of, range(len(self.engine.values)))
        return [-1 if activation is None else activation.number for activation in found]

    # Entry points ----------------------------------------------------------------------------

    def endpoints(self) -> tuple[m.EndpointEffects, ...]:
        """The effects of every endpoint, then of every other entry that runs by itself."""
        rows = [*self._routes(), *self._entries()]
        return tuple(sorted(rows, key=lambda row: (row.name, row.handler)))

    def _routes(self) -> Iterable[m.EndpointEffects]:
        roots: dict[tuple[str, str], list[int]] = {}
        scopes: dict[str, str] = {}
        for route in self.found.routes:
            numbers = roots.setdefault((route.endpoint, route.handler), [])
            numbers += self._roots(route.handlers)
            scopes[route.endpoint] = route.blueprint
        for (endpoint, handler), numbers in roots.items():
            yield self._effects(endpoint, handler, numbers, scopes[endpoint])

    def _entries(self) -> Iterable[m.EndpointEffects]:
        roots: dict[tuple[str, str], list[int]] = {}
        for entry in self.found.entries:
            key = (f"{entry.kind.value}:{entry.handler}", entry.handler)
            roots.setdefault(key, []).extend(self._roots(entry.handlers))
        for (name, handler), numbers in roots.items():
            yield self._effects(name, handler, numbers, None)

    def _roots(self, handlers: Iterable[int]) -> list[int]:
        found = (self.engine.calls.activation_of(number) for number in handlers)
        return [activation.number for activation in found if activation is not None]

    def _effects(
        self, name: str, handler: str, roots: list[int], scope: str | None
    ) -> m.EndpointEffects:
        parents = self._reach(roots)
        return m.EndpointEffects(
            name=name,
            handler=handler,
            hooks=self._hooks(scope, parents) if scope is not None else (),
            reaches=tuple(sorted({self._definition(n) for n in parents})),
            effects=self._proved(parents),
            transactions=self._transactions(parents),
        )

    def _hooks(self, scope: str, reached: Iterable[int]) -> tuple[str, ...]:
        """Handlers of the hooks that can run around an endpoint of a blueprint.

        Context processors run where the endpoint or one of its other hooks renders a template.
        """
        in_scope = [entry for entry in self.found.entries if _covers(entry, scope)]
        around = [entry for entry in in_scope if entry.kind in _AROUND]
        if self._renders(reached) or any(self._handler_renders(e.handlers) for e in around):
            around += [e for e in in_scope if e.kind is m.EntryKind.CONTEXT_PROCESSOR]
        return tuple(sorted({entry.handler for entry in around}))

    def _renders(self, reached: Iterable[int]) -> bool:
        return any(self._definition(number).startswith("template:") for number in reached)

    def _handler_renders(self, handlers: tuple[int, ...]) -> bool:
        if handlers not in self._rendering:
            self._rendering[handlers] = self._renders(self._reach(self._roots(handlers)))
        return self._rendering[handlers]

    # Paths -----------------------------------------------------------------------------------

    def _reach(self, roots: list[int]) -> dict[int, int]:
        """Every activation reached, breadth first, with the one it was reached from (-1: root)."""
        parents = dict.fromkeys(roots, -1)
        queue = deque(parents)
        while queue:
            number = queue.popleft()
            for following in self._next[number]:
                if following not in parents:
                    parents[following] = number
                    queue.append(following)
        return parents

    def _definition(self, number: int) -> str:
        return self.engine.activations[number].definition.id

    def _path(self, number: int, parents: dict[int, int]) -> tuple[str, ...]:
        path: list[str] = []
        while number >= 0:
            id_ = self._definition(number)
            if not path or path[-1] != id_:
                path.append(id_)
            number = parents[number]
        return tuple(reversed(path))

    def _location(self, activation: int, line: int) -> Location:
        module = self.engine.activations[activation].definition.module
        return Location(path=module.facts.path, line=line)

    def _proved(self, parents: dict[int, int]) -> tuple[m.Effect, ...]:
        """The nearest access of each table and mode."""
        nearest: dict[tuple[str, m.Mode], m.Effect] = {}
        for number in parents:
            for access in self._accesses.get(number, ()):
                key = (access.table, access.mode)
                if key not in nearest:
                    nearest[key] = m.Effect(
                        table=access.table,
                        mode=access.mode,
                        path=self._path(number, parents),
                        location=self._location(number, access.line),
                        how=access.how,
                    )
        return tuple(sorted(nearest.values()))

    # Transactions ----------------------------------------------------------------------------

    def _transactions(self, parents: dict[int, int]) -> tuple[m.Transaction, ...]:
        """For each commit reached, the tables written by what its function runs.

        Where that writes nothing (a helper that only commits), its callers' writes count, from
        the nearest caller that has any.
        """
        found: set[m.Transaction] = set()
        for number in parents:
            for line in self._commits.get(number, ()):
                tables = self._written(number, parents)
                if tables:
                    found.add(
                        m.Transaction(
                            tables=tables,
                            commit=self._location(number, line),
                            path=self._path(number, parents),
                        )
                    )
        return tuple(sorted(found))

    def _written(self, number: int, parents: dict[int, int]) -> tuple[str, ...]:
        while number >= 0:
            tables = self._written_below(number)
            if tables:
                return tables
            number = parents[number]
        return ()

    def _written_below(self, number: int) -> tuple[str, ...]:
        """The tables that an activation and all that it reaches write, sorted."""
        if number not in self._writing:
            tables = {
                access.table
                for inner in self._reach([number])
                for access in self._accesses.get(inner, ())
                if access.mode is m.Mode.WRITE
            }
            self._writing[number] = tuple(sorted(tables))
        return self._writing[number]


def _covers(entry: FoundEntry, scope: str) -> bool:
    """Whether an entry's scope holds the endpoints of the blueprint `scope` (dotted)."""
    return not entry.scope or entry.scope in scope.split(".")
