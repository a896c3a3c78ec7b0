"""Values that flow: nodes that hold them, edges that carry them, watchers that are told of each.

An inclusion-based points-to analysis (Andersen, "Program Analysis and Specialization for the C
Programming Language", 1994) with difference propagation (Pearce, Kelly and Hankin, 2003). All is
done in a fixed order, so the result is the same on every run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVarTuple

from decompose.resolve.sites import CallSite, Load

if TYPE_CHECKING:
    from decompose.resolve.calls import Calls

FEW_EDGES, FEW_VALUES = 6, 16  # of one node, that take less room in a tuple
DEEPEST = 40  # watchers called from watchers; what comes after waits in the queue

_Arguments = TypeVarTuple("_Arguments")
_SEALED: dict[int, None] = {}  # the edges of a node that never holds more than it does

# What is called with each value, and what with after it; calls and loads stand for themselves.
_Watcher = tuple[Any, ...] | CallSite | Load
_Edges = dict[int, None] | tuple[int, ...] | int


class Flow:
    """Nodes, by their numbers, and what is left to do.

    Most nodes hold one value and have one edge or watcher: those need no container. A node holds
    `most_values` at most, and is then among the `capped`. `calls` evaluates calls and attributes.
    """

    calls: Calls

    def __init__(self, most_values: int) -> None:
        self.most_values = most_values
        self.capped: set[int] = set()
        self._points: list[set[int] | tuple[int, ...] | int] = []
        self._edges: list[_Edges] = []
        self._watchers: list[list[_Watcher] | _Watcher | None] = []
        # Methods of what lives as long as this: one object each for all who wait for the same.
        self._methods: dict[Callable[..., None], Callable[..., None]] = {}
        self._queue: deque[tuple[int, int]] = deque()
        self._waiting: deque[tuple[_Watcher, int]] = deque()
        self._depth = 0
        self._late: deque[tuple[Any, ...]] = deque()

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self._points)

    def node(self, *values: int) -> int:
        """A new node that holds `values`."""
        self._points.append(values[0] if len(values) == 1 else values)
        self._edges.append(())
        self._watchers.append(None)
        return len(self._points) - 1

    def sealed(self, *values: int) -> int:
        """A new node that holds `values` alone for ever: nothing need be told of it later."""
        node = self.node(*values)
        self._edges[node] = _SEALED
        return node

    def is_sealed(self, node: int) -> bool:
        """Whether `node` holds for ever what it holds now."""
        return self._edges[node] is _SEALED

    def numbers(self, node: int) -> list[int]:
        """The values of `node` by their numbers, ascending."""
        held = self._points[node]
        return [held] if isinstance(held, int) else sorted(held)

    def add(self, node: int, value: int) -> None:
        """Let `node` hold `value` too."""
        held = self._points[node]
        if value != held if isinstance(held, int) else value not in held:
            self._put_one(node, value)

    def edge(self, source: int, target: int) -> None:
        """Let everything that `source` ever holds flow to `target`."""
        edges = self._edges[source]
        if source == target or (target == edges if isinstance(edges, int) else target in edges):
            return
        if edges is not _SEALED:
            self._edges[source] = _with(edges, target)
        points = self._points[source]
        if isinstance(points, int):
            self.add(target, points)
        elif points:
            self._put(target, points)

    def _put(self, node: int, values: set[int] | tuple[int, ...]) -> None:
        """Let `node` hold all of `values`."""
        held = self._points[node]
        here = (held,) if isinstance(held, int) else held
        for value in sorted([value for value in values if value not in here]):
            self._put_one(node, value)

    def _put_one(self, node: int, value: int) -> None:
        """Let `node` hold a value that it doesn't yet, if it has room; else the value is lost."""
        held = self._points[node]
        if isinstance(held, int):
            self._points[node] = (held, value)
        elif len(held) >= self.most_values:
            self.capped.add(node)
            return
        elif isinstance(held, set):
            held.add(value)
        elif not held:
            self._points[node] = value
        elif len(held) < FEW_VALUES:
            self._points[node] = (*held, value)
        else:
            self._points[node] = {*held, value}
        if self._edges[node] != () or self._watchers[node] is not None:
            self._queue.append((node, value))

    def watch(
        self, node: int, watcher: Callable[[int, *_Arguments], None], *args: *_Arguments
    ) -> None:
        """Call `watcher` once with every value that `node` ever holds, and `args` after it."""
        self._watch(node, (self._methods.setdefault(watcher, watcher) if args else watcher, *args))

    def call(self, callee: int, site: CallSite) -> None:
        """Call whatever `callee` ever holds."""
        self._watch(callee, site)

    def load(self, base: int, load: Load) -> None:
        """Read an attribute of whatever `base` ever holds."""
        self._watch(base, load)

    def _watch(self, node: int, watcher: _Watcher) -> None:
        if self._edges[node] is not _SEALED:
            self._keep(node, watcher)
        values = self.numbers(node)
        if self._depth >= DEEPEST:
            self._waiting.extend((watcher, value) for value in values)
            return
        self._depth += 1
        for value in values:
            self._tell(watcher, value)
        self._depth -= 1

    def _tell(self, watcher: _Watcher, value: int) -> None:
        if isinstance(watcher, tuple):
            watcher[0](value, *watcher[1:])
        elif isinstance(watcher, CallSite):
            self.calls.call_value(value, watcher)
        else:
            self.calls.classes.load_value(value, watcher)

    def _keep(self, node: int, watcher: _Watcher) -> None:
        watching = self._watchers[node]
        if watching is None:
            self._watchers[node] = watcher
        elif isinstance(watching, list):
            watching.append(watcher)
        else:
            self._watchers[node] = [watching, watcher]

    def later(self, action: Callable[[*_Arguments], None], *args: *_Arguments) -> None:
        """Call `action` with `args` when nothing else is left to do: for what absence decides."""
        self._late.append((self._methods.setdefault(action, action) if args else action, *args))

    def step(self) -> bool:
        """Do what is next, but for what is left for later; False if there is nothing."""
        if self._waiting:
            self._tell(*self._waiting.popleft())
        elif self._queue:
            self._flow()
        else:
            return False
        return True

    def last_step(self) -> bool:
        """Do what was left for later, one action of it; False if there is none."""
        if not self._late:
            return False
        action, *args = self._late.popleft()
        action(*args)
        return True

    def close(self) -> None:
        """All has flowed: what is asked from now on needs no way."""
        for node in range(self.size):
            self._edges[node], self._watchers[node] = (), None

    def clear(self) -> None:
        """Let go of all nodes."""
        for held in (self._points, self._edges, self._watchers):
            held.clear()

    def _flow(self) -> None:
        """Carry values along edges and to watchers while any are queued and no watcher waits."""
        edges, watchers, queue = self._edges, self._watchers, self._queue
        points, put, waiting, tell = self._points, self._put_one, self._waiting, self._tell
        while queue and not waiting:
            node, value = queue.popleft()
            targets = edges[node]
            for target in (targets,) if isinstance(targets, int) else targets:
                held = points[target]
                if value != held if isinstance(held, int) else value not in held:
                    put(target, value)
            watching = watchers[node]
            if watching is not None:
                for watcher in tuple(watching) if isinstance(watching, list) else (watching,):
                    if isinstance(watcher, tuple):
                        watcher[0](value, *watcher[1:])
                    else:
                        tell(watcher, value)


def _with(edges: _Edges, target: int) -> _Edges:
    """Edges of a node, and one more."""
    if isinstance(edges, dict):
        edges[target] = None
        return edges
    if isinstance(edges, int):
        return (edges, target)
    if not edges:
        return target
    if len(edges) < FEW_EDGES:
        return (*edges, target)
    return dict.fromkeys((*edges, target))
