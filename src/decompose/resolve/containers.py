"""Lists, tuples, sets, dicts and generators: items by literal key, the rest together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVarTuple

from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind

ANY = "[*]"
ALL = "[all]"

_Arguments = TypeVarTuple("_Arguments")


class Containers:
    """What goes into a container and what comes out."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._keys: dict[int, list[int | str | bool | None]] = {}
        self.lengths: dict[int, int] = {}

    def item(self, container: int, key: str | int | bool | None) -> int:
        """The node of the item under a literal key."""
        name = f"[{key!r}]"
        new = not self.engine.has_field(container, name)
        node = self.engine.field(container, name)
        if new:
            self._keys.setdefault(container, []).append(key)
            self.engine.edge(node, self.all(container))
        return node

    def any(self, container: int) -> int:
        """The node of items whose key is not known."""
        new = not self.engine.has_field(container, ANY)
        node = self.engine.field(container, ANY)
        if new:
            self.engine.edge(node, self.all(container))
        return node

    def all(self, container: int) -> int:
        """The node of every item."""
        new = not self.engine.has_field(container, ALL)
        node = self.engine.field(container, ALL)
        if new:
            self.any(container)
        return node

    def keys(self, container: int) -> list[int | str | bool | None]:
        """The literal keys seen so far, in the order of their first use."""
        return self._keys.get(container, [])

    def get(self, container: int, key: int, result: int) -> None:
        """Let `result` hold the items under the keys that node `key` holds."""
        engine = self.engine
        engine.edge(self.any(container), result)
        engine.watch(key, self._get_value, container, result)

    def _get_value(self, key: int, container: int, result: int) -> None:
        value = self.engine.values[key]
        if value.kind is not Kind.CONSTANT:
            self.engine.edge(self.all(container), result)
        elif isinstance(value.data, int) and value.data < 0 and container in self.lengths:
            index = self.lengths[container] + value.data
            self.engine.edge(self.item(container, index), result)
        elif not isinstance(value.data, tuple):
            self.engine.edge(self.item(container, value.data), result)

    def put(self, container: int, key: int, node: int) -> None:
        """Store `node` under the keys that node `key` holds."""
        self.engine.watch(key, self._put_value, container, node)

    def _put_value(self, key: int, container: int, node: int) -> None:
        value = self.engine.values[key]
        if value.kind is Kind.CONSTANT and not isinstance(value.data, tuple):
            self.engine.edge(node, self.item(container, value.data))
        else:
            self.engine.edge(node, self.any(container))

    def copy(self, source: int, target: int) -> None:
        """Let container `target` hold the items of container `source` under the same keys."""
        for key in list(self.keys(source)):
            self.engine.edge(self.item(source, key), self.item(target, key))
        self.engine.edge(self.any(source), self.any(target))

    def unpacked(self, container: int, index: int, result: int) -> None:
        """Let `result` hold what unpacking gives its target number `index`."""
        if index < 0:
            length = self.lengths.get(container)
            if length is None:
                self.engine.edge(self.all(container), result)
                return
            index += length
        self.engine.edge(self.any(container), result)
        self.engine.edge(self.item(container, index), result)

    def rest(self, container: int, index: int, tail: int, target: int) -> None:
        """Let container `target` hold the items that a starred target gets."""
        length = self.lengths.get(container)
        if length is None:
            self.engine.edge(self.all(container), self.any(target))
            return
        for position in range(index, length - tail):
            self.engine.edge(self.item(container, position), self.item(target, position - index))

    def method(self, container: int, name: str, site: CallSite) -> None:
        """A call of a built-in container's method."""
        first = site.argument(0)
        second = site.argument(1)
        if name in ("append", "add", "appendleft") and first is not None:
            self.engine.edge(first, self.any(container))
        elif name == "insert" and second is not None:
            self.engine.edge(second, self.any(container))
        elif name in ("extend", "update", "union", "extendleft"):
            self._extend(container, site)
        elif name in ("get", "pop", "setdefault", "popleft", "popitem", "__getitem__"):
            self._take(container, name, first, second, site)
        elif name in ("values", "copy", "__iter__", "intersection", "difference"):
            self._derive("list", container, site)
        elif name == "items":
            self._pairs(container, site)
        elif name == "keys":
            self._named(container, site)
        if name in ("union", "copy"):
            self.engine.add(site.result, container)

    def _extend(self, container: int, site: CallSite) -> None:
        for node, _ in site.args:
            self.engine.watch(node, self._extend_value, container)
        for name, node in site.kwargs:
            if name != "**":
                self.engine.edge(node, self.item(container, name))

    def _extend_value(self, other: int, container: int) -> None:
        value = self.engine.values[other]
        if value.kind is Kind.CONTAINER and other != container:
            if value.name == "dict":
                self.copy(other, container)
            else:
                self.engine.edge(self.all(other), self.any(container))

    def _take(
        self, container: int, name: str, first: int | None, second: int | None, site: CallSite
    ) -> None:
        if first is not None and name not in ("popleft", "popitem"):
            self.get(container, first, site.result)
        else:
            self.engine.edge(self.all(container), site.result)
        if second is not None:
            self.engine.edge(second, site.result)
            if name == "setdefault" and first is not None:
                self.put(container, first, second)

    def _derive(self, kind: str, container: int, site: CallSite) -> None:
        made = self.engine.container(kind)
        self.engine.edge(self.all(container), self.any(made))
        self.engine.add(site.result, made)

    def _pairs(self, container: int, site: CallSite) -> None:
        pair, made = self.engine.container("tuple"), self.engine.container("list")
        self.engine.edge(self.all(container), self.item(pair, 1))
        self.engine.add(self.any(made), pair)
        self.engine.add(site.result, made)

    def _named(self, container: int, site: CallSite) -> None:
        made = self.engine.container("list")
        for key in self.keys(container):
            self.engine.add(self.any(made), self.engine.literal(key))
        self.engine.add(site.result, made)


def each(
    engine: Engine, node: int, action: Callable[[int, *_Arguments], None], *args: *_Arguments
) -> None:
    """Call `action` with every value that `node` ever holds, items of containers one by one.

    Containers in containers are followed too; one may hold itself.
    """
    engine.watch(node, _visit, engine, {}, action, args)


def _visit(
    number: int,
    engine: Engine,
    seen: dict[int, None],
    action: Callable[[int, *_Arguments], None],
    args: tuple[*_Arguments],
) -> None:
    if engine.values[number].kind is not Kind.CONTAINER:
        action(number, *args)
    elif number not in seen:
        seen[number] = None
        engine.watch(engine.calls.containers.all(number), _visit, engine, seen, action, args)
