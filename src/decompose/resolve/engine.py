"""The value-flow engine: an inclusion-based points-to analysis over the facts.

Nodes hold sets of abstract values, edges carry values from node to node, watchers react to each
new value (Andersen, "Program Analysis and Specialization for the C Programming Language", 1994;
difference propagation after Pearce, Kelly and Hankin, 2003). Everything is processed in a fixed
order, so the result is the same on every run. A node stops growing at `MOST_VALUES`,
fewer in large programs; `capped` and `merged` tell how often a bound was met.
"""

from __future__ import annotations

from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from sys import intern
from typing import TYPE_CHECKING, Any, TypeVarTuple, cast

from decompose.resolve.library import Library
from decompose.resolve.program import Definition, Program
from decompose.resolve.sites import Activation, CallSite, Context, Load
from decompose.resolve.values import Kind, Value, ValueTable

if TYPE_CHECKING:
    from decompose.resolve.calls import Calls

MOST_VALUES = ((25_000, 64), (60_000, 32), (0, 16))  # per node, up to so many definitions
MOST_CONTEXTS = 1_024
CONTEXT_FLOOR = 10_000  # contexts of the whole program: at least
CONTEXT_SHARES = ((25_000, 3.0), (60_000, 1.0), (0, 0.5))  # and per definition, by their number
LONGEST_PATH = 160
MOST_CHAINED = ((10_000, 8), (25_000, 4), (0, 3))  # calls and items in a library's path
FEW_EDGES, FEW_VALUES = 6, 16  # of one node, that take less room in a tuple
DEEPEST = 40  # watchers called from watchers; what comes after waits in the queue

_Arguments = TypeVarTuple("_Arguments")
_SEALED: dict[int, None] = {}  # the edges of a node that never holds more than it does

# What is called with each value, and what with after it; calls and loads stand for themselves.
_Watcher = tuple[Any, ...] | CallSite | Load
_Edges = dict[int, None] | tuple[int, ...] | int


class Engine:
    """Nodes, values, activations and the work that is left.

    `calls` is what evaluates calls and attributes; libraries may use it once values flow.
    `decorating` tells, for the call sites that apply a decorator, what is decorated. `defining`
    are the sites in class bodies that make or apply a decorator: what they call runs once, not
    when the class's instances do. `handed` are those that call a variable: someone else chose it.
    `references` are the lines at which the code of a definition first names another, by that one's
    id and the kind of use. `constructed` and `externals` are the classes and the paths in libraries
    that the code of a definition calls, with the first line.
    """

    calls: Calls

    def __init__(self, program: Program, libraries: Sequence[Library]) -> None:
        self.program = program
        self.libraries = tuple(libraries)
        self.values = ValueTable()
        self._points: list[set[int] | tuple[int, ...] | int] = []
        self._edges: list[_Edges] = []
        self._watchers: list[list[_Watcher] | _Watcher | None] = []
        # Methods of what lives as long as this: one object each for all who wait for the same.
        self._methods: dict[Callable[..., None], Callable[..., None]] = {}
        self._queue: deque[tuple[int, int]] = deque()
        self._waiting: deque[tuple[_Watcher, int]] = deque()
        self._depth = 0
        self._late: deque[tuple[Any, ...]] = deque()
        self.bodies: deque[Activation] = deque()
        self.activations: list[Activation] = []
        self._by_key: dict[tuple[int, int, Context], Activation] = {}
        self._clones: dict[int, int] = {}
        # Nodes by name and value.
        self._fields: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._constants: dict[int, int] = {}
        self._containers = 0
        size = len(program.definitions)
        self._most_contexts = CONTEXT_FLOOR + int(_by_size(CONTEXT_SHARES, size) * size)
        self.most_values = int(_by_size(MOST_VALUES, size))
        self._most_chained = int(_by_size(MOST_CHAINED, size))
        self.capped: set[int] = set()
        self.merged = 0
        self._contexts = 0
        nowhere = Activation(-1, cast("Definition", None), None, (), -1)
        self.sites: list[CallSite] = [
            CallSite(nowhere, 0, 0, -1, (), (), -1)
        ]  # number 0 means none
        self.aliases: dict[str, int] = {}
        self.decorating: dict[int, Definition] = {}
        self.defining: set[int] = set()
        self.handed: set[int] = set()
        self.references: defaultdict[Definition, dict[tuple[str, str], int]] = defaultdict(dict)
        self._called = array("q")
        self.constructed: dict[Definition, dict[str, int]] = {}
        self.externals: dict[Definition, dict[str, int]] = {}
        for library in self.libraries:
            library.start(self)

    # Nodes -----------------------------------------------------------------------------------
    # Most nodes hold one value and have one edge or watcher: those need no container.

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

    def constant(self, value: int) -> int:
        """The shared node that holds `value` alone; nothing may flow into it."""
        node = self._constants.get(value)
        if node is None:
            node = self._constants[value] = self.sealed(value)
        return node

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

    def field(self, value: int, name: str) -> int:
        """The node of attribute or item `name` of the object `value`."""
        named = self._fields[name]
        node = named.get(value)
        if node is None:
            node = named[value] = self.node()
        return node

    def has_field(self, value: int, name: str) -> bool:
        """Whether anything asked for or stored `value.name` so far."""
        return value in self._fields.get(name, ())

    def held(self, node: int) -> list[Value]:
        """The values of `node` in a fixed order."""
        return [self.values[number] for number in self.numbers(node)]

    def numbers(self, node: int) -> list[int]:
        """The values of `node` by their numbers, ascending."""
        held = self._points[node]
        return [held] if isinstance(held, int) else sorted(held)

    def texts(self, node: int | None) -> list[str]:
        """The literal strings that `node` holds, in a fixed order."""
        if node is None:
            return []
        return [v.data for v in self.held(node) if isinstance(v.data, str)]

    # Values ----------------------------------------------------------------------------------

    def literal(self, data: str | int | bool | None) -> int:
        """The value of a literal."""
        return self.values.number(Value(Kind.CONSTANT, data=data))

    def external(self, path: str, link: int = -1, site: int = 0) -> int:
        """The value at `path` in a library; paths that grow without bound end in `...`."""
        known = self.values.known((Kind.EXTERNAL, path, site, link, None))
        if known is not None:
            return known
        if len(path) > LONGEST_PATH or path.count("()") + path.count("[]") > self._most_chained:
            return self.values.number(Value(Kind.EXTERNAL, "..."))
        return self.values.number(Value(Kind.EXTERNAL, intern(path), site, link))

    def add_external(self, node: int, path: str, link: int = -1, site: int = 0) -> None:
        """Let `node` hold the library's value at `path`, and what it is an alias of."""
        self.add(node, self.external(path, link, site))
        if path in self.aliases:
            self.edge(self.aliases[path], node)

    def instance(self, class_: int, site: int = 0) -> int:
        """The value of an instance of the class `class_`."""
        return self.values.number(Value(Kind.INSTANCE, "", site, class_))

    def container(self, kind: str) -> int:
        """A new container."""
        self._containers += 1
        return self.values.new(Value(Kind.CONTAINER, kind, self._containers))

    # Activations -----------------------------------------------------------------------------

    def activation(
        self, definition: Definition, parent: Activation | None, context: Context = ()
    ) -> Activation:
        """The activation of a definition in a context; made, and queued, at the first request.

        A definition asked for in too many contexts shares the empty one from then on.
        """
        above = parent.number if parent is not None else -1
        key = (definition.index, above, context)
        found = self._by_key.get(key)
        if found is not None:
            return found
        if context:
            clones = self._clones.get(definition.index, 0)
            if clones >= MOST_CONTEXTS or self._contexts >= self._most_contexts:
                self.merged += 1
                return self.activation(definition, parent)
            self._clones[definition.index] = clones + 1
            self._contexts += 1
        made = Activation(len(self.activations), definition, parent, context, self.node())
        self.activations.append(made)
        self._by_key[key] = made
        self.bodies.append(made)
        return made

    def note_call(self, site: CallSite, callee: Activation) -> None:
        """Note that a call runs an activation."""
        self._called.extend((site.activation.number, callee.number, site.line, site.number))

    def called(self) -> Iterator[tuple[int, int, int, int]]:
        """Every call noted: the caller's number, the callee's, the line, the site's number."""
        numbers = iter(self._called)
        return zip(numbers, numbers, numbers, numbers, strict=True)

    def is_told_apart(self, activation: Activation) -> bool:
        """Whether this is the context-free activation of a definition that also has others."""
        return not activation.context and activation.definition.index in self._clones

    # Work ------------------------------------------------------------------------------------

    def run(self, evaluate: Callable[[Engine, Activation], None]) -> None:
        """Work until nothing is left; `evaluate` turns a body into nodes, edges and watchers."""
        while True:
            if self._waiting:
                self._tell(*self._waiting.popleft())
            elif self._queue:
                self._flow()
            elif self.bodies:
                evaluate(self, self.bodies.popleft())
            elif self._late:
                action, *args = self._late.popleft()
                action(*args)
            else:
                break
        for node in range(self.size):  # all has flowed: what is asked from now on needs no way
            self._edges[node], self._watchers[node] = (), None

    def forget_values(self) -> None:
        """Let go of what flowed: who uses and calls whom is kept apart from it."""
        nodes = (self._points, self._edges, self._watchers, self._fields, self._constants)
        for held in (*nodes, self.sites):
            held.clear()
        self.values = ValueTable()

    def forget(self) -> None:
        """Let go of everything that refers to each other: no collector runs during an analysis."""
        for activation in self.activations:
            activation.sources = ()
        for definition in self.program.definitions:
            definition.children.clear()
            definition.module.definitions.clear()
        vars(self).clear()

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


def _by_size(steps: Sequence[tuple[int, float]], size: int) -> float:
    """What applies to a program with this many definitions."""
    return next(value for limit, value in steps if size <= limit or not limit)
