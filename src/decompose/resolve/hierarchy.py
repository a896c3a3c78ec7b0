"""The classes of the program: bases, resolution order, who defines what."""

from __future__ import annotations

from dataclasses import dataclass, field

from decompose.resolve import names
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Activation
from decompose.resolve.values import Kind

_MOST_CHOICES = 8  # classes that one base expression may stand for
_MOST_ANCESTORS = 100


@dataclass(slots=True, eq=False)
class ClassEntry:
    """A class value: its body's activation, its bases so far, its resolution order (C3).

    `found` are the nodes of the attributes asked for, by name and the class to start behind.
    """

    number: int
    body: Activation
    bases: list[list[int]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    subclasses: list[ClassEntry] = field(default_factory=list)
    found: dict[tuple[str, int | None], int] = field(default_factory=dict)


class Hierarchy:
    """All classes of ours by their values."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._entries: dict[int, ClassEntry] = {}

    def define(self, number: int, body: Activation, bases: list[int]) -> None:
        """Register a class; `bases` are nodes and may still grow."""
        entry = self._entries[number] = ClassEntry(number, body)
        entry.order = [number]
        for position, node in enumerate(bases):
            entry.bases.append([])
            self.engine.watch(node, self._add_base, entry, position)

    def entry(self, number: int) -> ClassEntry | None:
        """The entry of a class value."""
        return self._entries.get(number)

    def all(self) -> list[ClassEntry]:
        """Every class in the order of definition."""
        return list(self._entries.values())

    def external_base(self, class_: int) -> int | None:
        """The first base of a class that is a library's, `object` aside."""
        return next(iter(self.external_bases(class_)), None)

    def external_bases(self, class_: int) -> list[int]:
        """Every library's class among the bases, `object` aside, in resolution order."""
        entry = self._entries.get(class_)
        values = self.engine.values
        return [
            number
            for number in (entry.order if entry is not None else [])
            if values[number].kind is Kind.EXTERNAL and values[number].name != "builtins.object"
        ]

    def _add_base(self, base: int, entry: ClassEntry, position: int) -> None:
        kind = self.engine.values[base].kind
        if kind not in (Kind.CLASS, Kind.EXTERNAL) or base in entry.bases[position]:
            return
        if self._is_too_much(entry, position, base):
            return
        entry.bases[position].append(base)
        parent = self._entries.get(base)
        if parent is not None:
            parent.subclasses.append(entry)
        self._reorder(entry)

    def _is_too_much(self, entry: ClassEntry, position: int, base: int) -> bool:
        """Whether a base makes a class its own ancestor, or is one too many to follow."""
        parent = self._entries.get(base)
        if base == entry.number or (parent is not None and entry.number in parent.order):
            return True
        if len(entry.bases[position]) < _MOST_CHOICES and len(entry.order) < _MOST_ANCESTORS:
            return False
        self.engine.merged += 1
        return True

    def _reorder(self, entry: ClassEntry) -> None:
        order = self._linear(entry)
        if order == entry.order:
            return
        entry.order = order
        for (attr, after), node in list(entry.found.items()):
            self._collect(entry, attr, after, node)
        for subclass in list(entry.subclasses):
            self._reorder(subclass)

    def _linear(self, entry: ClassEntry) -> list[int]:
        """C3 linearisation (Barrett et al., 1996); depth first where C3 has no answer."""
        bases = [base for group in entry.bases for base in group]
        orders = [self._entries[base].order if base in self._entries else [base] for base in bases]
        rows = [list(order) for order in [*orders, bases] if order]
        merged = [entry.number]
        while rows:
            behind = {number for row in rows for number in row[1:]}
            head = next((row[0] for row in rows if row[0] not in behind), rows[0][0])
            merged.append(head)
            rows = [[n for n in row if n != head] for row in rows]
            rows = [row for row in rows if row]
        return list(dict.fromkeys(merged))

    def find(self, class_: int, attr: str, after: int | None = None) -> int | None:
        """The node of all that `attr` of a class may hold, now and later; None if it isn't ours.

        `after` starts behind that class in the order (`super()`).
        """
        entry = self._entries.get(class_)
        if entry is None:
            return None
        node = entry.found.get((attr, after))
        if node is None:
            node = entry.found[attr, after] = self.engine.node()
            self._collect(entry, attr, after, node)
        return node

    def _collect(self, entry: ClassEntry, attr: str, after: int | None, node: int) -> None:
        for candidate in self._candidates(entry, attr, after):
            self.engine.edge(candidate, node)

    def _candidates(self, entry: ClassEntry, attr: str, after: int | None) -> list[int]:
        """Nodes of `attr` in resolution order, up to the first class that binds it."""
        nodes: list[int] = []
        for number in _behind(entry.order, after):
            nodes += self._own(number, attr)
            if self._binds(number, attr):
                break
        return nodes

    def attributes(self, class_: int) -> list[str]:
        """The names that a class of ours and its bases bind in their bodies, sorted."""
        entry = self._entries.get(class_)
        inner = [self._entries.get(number) for number in (entry.order if entry else [])]
        return sorted({n for e in inner if e is not None for n in e.body.definition.versions})

    def defines(self, class_: int, attr: str, after: int | None = None) -> bool:
        """Whether a class of ours in the resolution order binds `attr` in its body."""
        entry = self._entries.get(class_)
        order = _behind(entry.order, after) if entry is not None else []
        return any(self._binds(number, attr) for number in order)

    def _binds(self, number: int, attr: str) -> bool:
        entry = self._entries.get(number)
        return entry is not None and attr in entry.body.definition.versions

    def _own(self, number: int, attr: str) -> list[int]:
        """The class body's variable, and what is stored on the class from outside."""
        entry = self._entries.get(number)
        if entry is None:
            return []
        nodes = [self.engine.field(number, attr)]
        if self._binds(number, attr):
            nodes.append(names.variable(self.engine, entry.body, attr))
        return nodes


def _behind(order: list[int], class_: int | None) -> list[int]:
    """What follows `class_` in a resolution order; all of it without one."""
    if class_ is None or class_ not in order:
        return order
    return order[order.index(class_) + 1 :]
