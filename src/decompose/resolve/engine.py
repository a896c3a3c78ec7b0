"""The engine: what flows through a program's code, and what was found of it on the way.

Nodes stop growing, and definitions are not told apart by context, from a bound on that is
tighter in large programs; `capped` and `merged` tell how often one was met.
"""

from __future__ import annotations

from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from sys import intern
from typing import cast

from decompose.resolve.flow import Flow
from decompose.resolve.library import Library
from decompose.resolve.program import Definition, Program
from decompose.resolve.sites import Activation, CallSite, Context
from decompose.resolve.values import Kind, Value, ValueTable

MOST_VALUES = ((25_000, 64), (60_000, 32), (0, 16))  # per node, up to so many definitions
MOST_CONTEXTS = 1_024
CONTEXT_FLOOR = 10_000  # contexts of the whole program: at least
CONTEXT_SHARES = ((25_000, 3.0), (60_000, 1.0), (0, 0.5))  # and per definition, by their number
LONGEST_PATH = 160
_KEPT_LINKS = (Kind.CONTAINER, Kind.EXTERNAL)
MOST_CHAINED = ((10_000, 8), (25_000, 4), (0, 3))  # calls and items in a library's path
MOST_CHAINED_UNKNOWN = 3  # in a path into a library of no known family


class Engine(Flow):
    """Nodes, values, activations and the work that is left.

    Libraries may use `calls` once values flow. `decorating` tells, for the call sites that apply
    a decorator, what is decorated. `defining` are the sites in class bodies that make or apply a
    decorator: what they call runs once, not when the class's instances do. `handed` are those that
    call a variable: someone else chose it. `references` are the lines at which the code of a
    definition first names another, by that one's id and the kind of use. `constructed` and
    `externals` are the classes and the paths in libraries that it calls, with the first line.
    """

    def __init__(self, program: Program, libraries: Sequence[Library]) -> None:
        size = len(program.definitions)
        super().__init__(int(_by_size(MOST_VALUES, size)))
        self.program = program
        self.libraries = tuple(libraries)
        self.values = ValueTable()
        self.bodies: deque[Activation] = deque()
        self.activations: list[Activation] = []
        self._by_key: dict[tuple[int, int, Context], Activation] = {}
        self._clones: dict[int, int] = {}
        # Nodes by name and value.
        self._fields: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._constants: dict[int, int] = {}
        self._containers = 0
        self._most_contexts = CONTEXT_FLOOR + int(_by_size(CONTEXT_SHARES, size) * size)
        self._most_chained = int(_by_size(MOST_CHAINED, size))
        self._families = tuple({family for library in libraries for family in library.families})
        self._known: dict[str, bool] = {}
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

    def constant(self, value: int) -> int:
        """The shared node that holds `value` alone; nothing may flow into it."""
        node = self._constants.get(value)
        if node is None:
            node = self._constants[value] = self.sealed(value)
        return node

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
        """The value at `path` in a library; paths that grow without bound end in `...`.

        `link` is the value that it came from, `site` the number of the call that made it. In a
        library of no known family neither tells it apart, but for a link to a container.
        """
        most = self._most_chained
        if not self._is_known(path.partition(".")[0]):
            most, site = min(most, MOST_CHAINED_UNKNOWN), 0
            link = link if link >= 0 and self.values[link].kind in _KEPT_LINKS else -1
        known = self.values.known((Kind.EXTERNAL, path, site, link, None))
        if known is not None:
            return known
        if len(path) > LONGEST_PATH or path.count("()") + path.count("[]") > most:
            return self.values.number(Value(Kind.EXTERNAL, "..."))
        return self.values.number(Value(Kind.EXTERNAL, intern(path), site, link))

    def _is_known(self, package: str) -> bool:
        """Whether a package is of a family that a library model knows."""
        known = self._known.get(package)
        if known is None:
            known = any(family in package for family in self._families)
            self._known[package] = known
        return known

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
        while self.step() or self._evaluate_next(evaluate) or self.last_step():
            pass
        self.close()

    def _evaluate_next(self, evaluate: Callable[[Engine, Activation], None]) -> bool:
        if self.bodies:
            evaluate(self, self.bodies.popleft())
            return True
        return False

    def forget_values(self) -> None:
        """Let go of what flowed: who uses and calls whom is kept apart from it."""
        self.clear()
        for held in (self._fields, self._constants, self.sites):
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


def _by_size(steps: Sequence[tuple[int, float]], size: int) -> float:
    """What applies to a program with this many definitions."""
    return next(value for limit, value in steps if size <= limit or not limit)
