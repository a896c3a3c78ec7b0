"""Attributes: classes and their method resolution order, binding, loads and stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from decompose.resolve import names
from decompose.resolve.engine import Activation, CallSite, Engine, Place
from decompose.resolve.values import Kind, Value

Caller = Callable[[int, CallSite], None]
_MOST_CHOICES = 8  # classes that one base expression may stand for
_MOST_ANCESTORS = 100


@dataclass(slots=True, eq=False)
class ClassEntry:
    """A class value: its body's activation, its bases so far, its resolution order (C3)."""

    number: int
    body: Activation
    bases: list[list[int]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    subclasses: list[ClassEntry] = field(default_factory=list)
    lookups: list[Callable[[], None]] = field(default_factory=list)


class Classes:
    """All classes of ours, and attribute access on every kind of value."""

    def __init__(self, engine: Engine, call: Caller) -> None:
        self.engine = engine
        self._call = call
        self._entries: dict[int, ClassEntry] = {}

    # Classes ---------------------------------------------------------------------------------

    def define(self, number: int, body: Activation, bases: list[int]) -> None:
        """Register a class; `bases` are nodes and may still grow."""
        entry = self._entries[number] = ClassEntry(number, body)
        entry.order = [number]
        for position, node in enumerate(bases):
            entry.bases.append([])
            self.engine.watch(node, lambda base, p=position: self._add_base(entry, p, base))  # type: ignore[misc]

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

    def is_subclass(self, class_: int, path: str) -> bool:
        """Whether a library's class with this path (its end suffices) is among the bases."""
        entry = self._entries.get(class_)
        values = [self.engine.values[n] for n in entry.order] if entry is not None else []
        return any(v.kind is Kind.EXTERNAL and v.name.endswith(path) for v in values)

    def _add_base(self, entry: ClassEntry, position: int, base: int) -> None:
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
        for lookup in list(entry.lookups):
            lookup()
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

    def find(
        self,
        class_: int,
        attr: str,
        found: Callable[[int], None],
        missing: Callable[[list[int]], None] | None = None,
        after: int | None = None,
    ) -> None:
        """Tell `found` every node that `attr` of a class may come from, now and later.

        `missing` is told the external bases when nothing of ours has the attribute once
        all else is settled. `after` starts behind that class in the order (`super()`).
        """
        entry = self._entries.get(class_)
        if entry is None:
            return
        seen: set[int] = set()

        def look() -> None:
            for node in self._candidates(entry, attr, after):
                if node not in seen:
                    seen.add(node)
                    found(node)

        def absent() -> None:
            external = self.external_bases(class_)
            if external and missing is not None and not self.defines(class_, attr, after):
                missing(external)

        entry.lookups.append(look)
        look()
        if missing is not None and not self.defines(class_, attr, after):
            self.engine.later(absent)

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

    # Loads -----------------------------------------------------------------------------------

    def load(self, base: int, attr: str, place: Place, result: int) -> None:
        """Let `result` hold `attr` of whatever node `base` holds."""
        self.engine.watch(base, lambda value: self.load_value(value, attr, place, result))

    def load_value(self, number: int, attr: str, place: Place, result: int) -> None:
        """Let `result` hold `attr` of one value."""
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self._load_instance(number, value, attr, place, result)
        elif value.kind is Kind.CLASS:
            self._load_class(number, number, attr, place, result)
        elif value.kind is Kind.MODULE:
            self._load_module(value.name, attr, result)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self._load_external(number, value, attr, place, result)
        elif value.kind is Kind.SUPER:
            self._load_super(value, attr, place, result)
        elif value.kind is Kind.CONTAINER:
            path = f"builtins.{value.name}().{attr}"
            self.engine.add(result, self.engine.external(path, number))
        elif value.kind is Kind.CONSTANT:
            if isinstance(value.data, str):
                self.engine.add(result, self.engine.external(f"builtins.str().{attr}"))
        else:
            target = value.link if value.kind is Kind.BOUND else number
            self.engine.edge(self.engine.field(target, attr), result)

    def _load_instance(
        self, number: int, value: Value, attr: str, place: Place, result: int
    ) -> None:
        engine = self.engine
        if attr == "__class__":
            engine.add(result, value.link)
            return
        entry = self._entries.get(value.link)
        for class_ in entry.order if entry is not None else [value.link]:
            if engine.values[class_].kind is Kind.CLASS:
                engine.edge(engine.field(engine.instance(class_), attr), result)
        engine.edge(engine.field(number, attr), result)
        self.find(
            value.link,
            attr,
            lambda node: self._bind_all(node, number, attr, place, result),
            lambda bases: self._inherit(number, bases, attr, place, result),
        )

    def _load_class(self, number: int, receiver: int, attr: str, place: Place, result: int) -> None:
        self.find(
            number,
            attr,
            lambda node: self._bind_all(node, receiver, attr, place, result),
            lambda bases: self._inherit(receiver, bases, attr, place, result),
        )

    def _load_super(self, value: Value, attr: str, place: Place, result: int) -> None:
        receiver = self.engine.values[value.index]
        class_ = receiver.link if receiver.kind is Kind.INSTANCE else value.index
        start = class_ if self.entry(class_) is not None else value.link
        self.find(
            start,
            attr,
            lambda node: self._bind_all(node, value.index, attr, place, result),
            lambda bases: self._inherit(value.index, bases, attr, place, result),
            after=value.link,
        )

    def _load_module(self, module: str, attr: str, result: int) -> None:
        names.import_name(self.engine, module, attr, result)

    def _load_external(
        self, number: int, value: Value, attr: str, place: Place, result: int
    ) -> None:
        if value.name == "...":
            return
        self.engine.edge(self.engine.field(number, attr), result)
        for library in self.engine.libraries:
            if library.attribute(number, attr, place, result):
                return
        if value.kind is Kind.EXTERNAL:
            self.engine.add_external(result, f"{value.name}.{attr}", number, value.index)

    def _inherit(
        self, receiver: int, bases: list[int], attr: str, place: Place, result: int
    ) -> None:
        """What libraries know of their classes' attributes; else the first one's, unknown."""
        for base in bases:
            for library in self.engine.libraries:
                if library.inherited(receiver, base, attr, place, result):
                    return
        path = self.engine.values[bases[0]].name
        call = "" if self.engine.values[receiver].kind is Kind.CLASS else "()"
        if attr == "__init__":
            call = ""
        self.engine.add_external(result, f"{path}{call}.{attr}", receiver)

    # Binding ---------------------------------------------------------------------------------

    def _bind_all(self, node: int, receiver: int, attr: str, place: Place, result: int) -> None:
        self.engine.watch(node, lambda value: self._bind(value, receiver, attr, place, result))

    def _bind(self, number: int, receiver: int, attr: str, place: Place, result: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            self._bind_function(number, value, receiver, attr, place, result)
            return
        if value.kind in (Kind.EXTERNAL, Kind.MODEL, Kind.INSTANCE):
            for library in self.engine.libraries:
                if library.descriptor(number, receiver, attr, place, result):
                    return
        self.engine.add(result, number)

    def _bind_function(
        self, number: int, value: Value, receiver: int, attr: str, place: Place, result: int
    ) -> None:
        method = self.engine.program.definitions[value.index].method_kind
        held, through = self.engine.values[receiver], receiver
        on_class = held.kind is Kind.CLASS
        if method == "static" or (on_class and method == ""):
            self.engine.add(result, number)
            return
        if method == "setter" or (method == "expression" and not on_class):
            return
        if method in ("class", "declared") and not on_class:
            receiver = held.link
        bound = self.engine.values.number(Value(Kind.BOUND, index=receiver, link=number))
        if method in ("property", "expression"):
            self._call(bound, make_site(self.engine, place, (), (), result))
        elif method == "declared":
            self._call_declared(bound, through, attr, place, result)
        else:
            self.engine.add(result, bound)

    def _call_declared(
        self, bound: int, receiver: int, attr: str, place: Place, result: int
    ) -> None:
        """A `declared_attr`: what the function gives is as if it stood in the class body."""
        given = self.engine.node()
        self._call(bound, make_site(self.engine, place, (), (), given))
        self._bind_all(given, receiver, attr, place, result)

    # Stores ----------------------------------------------------------------------------------

    def store(self, base: int, attr: str, node: int, place: Place) -> None:
        """Let `attr` of whatever `base` holds hold what `node` holds."""
        self.engine.watch(base, lambda value: self._store_value(value, attr, node, place))

    def _store_value(self, number: int, attr: str, node: int, place: Place) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.MODULE:
            target = names.global_node(self.engine, value.name, attr)
            if target is not None:
                self.engine.edge(node, target)
            return
        if value.kind in (Kind.CONSTANT, Kind.SUPER):
            return
        self.engine.edge(node, self.engine.field(number, attr))
        if value.kind is Kind.INSTANCE and attr in self.engine.program.setters:
            self.find(value.link, attr, lambda found: self._set_all(found, number, node, place))
        if value.kind in (Kind.EXTERNAL, Kind.INSTANCE):
            for library in self.engine.libraries:
                library.store(number, attr, node, place)

    def _set_all(self, found: int, receiver: int, node: int, place: Place) -> None:
        self.engine.watch(found, lambda value: self._set(value, receiver, node, place))

    def _set(self, number: int, receiver: int, node: int, place: Place) -> None:
        """Call the setter that a class attribute may be."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            definition = self.engine.program.definitions[value.index]
            if definition.method_kind == "setter":
                bound = self.engine.values.number(Value(Kind.BOUND, index=receiver, link=number))
                site = make_site(self.engine, place, ((node, False),), (), self.engine.node())
                self._call(bound, site)


def _behind(order: list[int], class_: int | None) -> list[int]:
    """What follows `class_` in a resolution order; all of it without one."""
    if class_ is None or class_ not in order:
        return order
    return order[order.index(class_) + 1 :]


def make_site(
    engine: Engine,
    place: Place,
    args: tuple[tuple[int, bool], ...],
    kwargs: tuple[tuple[str, int], ...],
    result: int,
    key: tuple[int, int] | None = None,
) -> CallSite:
    """A new call site in an activation; `key` is that of the call it stands for, if any."""
    activation = place.activation
    activation.sites += 1
    key = key or (activation.definition.index, activation.sites)
    site = CallSite(activation, place.line, len(engine.sites), key, args, kwargs, result)
    engine.sites.append(site)
    return site
