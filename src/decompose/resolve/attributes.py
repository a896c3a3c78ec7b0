"""Attributes: binding, loads and stores on every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

from decompose.resolve import names
from decompose.resolve.engine import Engine
from decompose.resolve.hierarchy import Hierarchy
from decompose.resolve.sites import CallSite, Load, Place
from decompose.resolve.values import Kind, Value

Caller = Callable[[int, CallSite], None]


class Classes(Hierarchy):
    """Attribute access on classes, instances and everything else."""

    def __init__(self, engine: Engine, call: Caller) -> None:
        super().__init__(engine)
        self._call = call

    def load(self, base: int, attr: str, place: Place, result: int) -> None:
        """Let `result` hold `attr` of whatever node `base` holds."""
        self.engine.load(base, _load(attr, place, result))

    def load_of(self, number: int, attr: str, place: Place, result: int) -> None:
        """Let `result` hold `attr` of one value."""
        self.load_value(number, _load(attr, place, result))

    def load_value(self, number: int, load: Load) -> None:
        """Read an attribute of one value."""
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self._load_instance(number, value, load)
        elif value.kind is Kind.CLASS:
            self._load_class(number, load)
        elif value.kind is Kind.MODULE:
            names.import_name(self.engine, value.name, load.attr, load.result)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self._load_external(number, value, load)
        elif value.kind is Kind.SUPER:
            self._load_super(value, load)
        elif value.kind is Kind.CONTAINER:
            path = f"builtins.{value.name}().{load.attr}"
            self.engine.add(load.result, self.engine.external(path, number))
        elif value.kind is Kind.CONSTANT:
            if isinstance(value.data, str):
                path = f"builtins.str().{load.attr}"
                self.engine.add(load.result, self.engine.external(path))
        else:
            target = value.link if value.kind is Kind.BOUND else number
            self.engine.edge(self.engine.field(target, load.attr), load.result)

    def _load_instance(self, number: int, value: Value, load: Load) -> None:
        engine = self.engine
        if load.attr == "__class__":
            engine.add(load.result, value.link)
            return
        entry = self._entries.get(value.link)
        for class_ in entry.order if entry is not None else [value.link]:
            if engine.values[class_].kind is Kind.CLASS:
                engine.edge(engine.field(engine.instance(class_), load.attr), load.result)
        engine.edge(engine.field(number, load.attr), load.result)
        self._load_found(value.link, number, load)

    def _load_class(self, number: int, load: Load) -> None:
        self._load_found(number, number, load)

    def _load_super(self, value: Value, load: Load) -> None:
        receiver = self.engine.values[value.index]
        class_ = receiver.link if receiver.kind is Kind.INSTANCE else value.index
        start = class_ if self.entry(class_) is not None else value.link
        self._load_found(start, value.index, load, after=value.link)

    def _load_found(self, class_: int, receiver: int, load: Load, after: int | None = None) -> None:
        """Bind what a class has under the name to the receiver; else libraries may know of it."""
        node = self.find(class_, load.attr, after)
        if node is not None:
            self._bind_all(node, receiver, load)
            if not self.defines(class_, load.attr, after):
                self.engine.later(self._load_absent, class_, receiver, load, after)

    def _load_absent(self, class_: int, receiver: int, load: Load, after: int | None) -> None:
        """Once all else is settled, what nothing of ours defines is the libraries' classes'."""
        external = self.external_bases(class_)
        if external and not self.defines(class_, load.attr, after):
            self._inherit(receiver, external, load)

    def _load_external(self, number: int, value: Value, load: Load) -> None:
        if value.name == "...":
            return
        self.engine.edge(self.engine.field(number, load.attr), load.result)
        for library in self.engine.libraries:
            if library.attribute(number, load.attr, load, load.result):
                return
        if value.kind is Kind.EXTERNAL:
            path = f"{value.name}.{load.attr}"
            self.engine.add_external(load.result, path, number, value.index)

    def _inherit(self, receiver: int, bases: list[int], load: Load) -> None:
        """What libraries know of their classes' attributes; else the first one's, unknown."""
        for base in bases:
            for library in self.engine.libraries:
                if library.inherited(receiver, base, load.attr, load, load.result):
                    return
        path = self.engine.values[bases[0]].name
        call = "" if self.engine.values[receiver].kind is Kind.CLASS else "()"
        if load.attr == "__init__":
            call = ""
        self.engine.add_external(load.result, f"{path}{call}.{load.attr}", receiver)

    def _bind_all(self, node: int, receiver: int, load: Load) -> None:
        self.engine.watch(node, self._bind, receiver, load)

    def _bind(self, number: int, receiver: int, load: Load) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            self._bind_function(number, value, receiver, load)
            return
        if value.kind in (Kind.EXTERNAL, Kind.MODEL, Kind.INSTANCE):
            for library in self.engine.libraries:
                if library.descriptor(number, receiver, load.attr, load, load.result):
                    return
        self.engine.add(load.result, number)

    def _bind_function(self, number: int, value: Value, receiver: int, load: Load) -> None:
        method = self.engine.program.definitions[value.index].method_kind
        held, through = self.engine.values[receiver], receiver
        on_class = held.kind is Kind.CLASS
        if method == "static" or (on_class and method == ""):
            self.engine.add(load.result, number)
            return
        if method == "setter" or (method == "expression" and not on_class):
            return
        if method in ("class", "declared") and not on_class:
            receiver = held.link
        bound = self.engine.values.number(Value(Kind.BOUND, index=receiver, link=number))
        if method in ("property", "expression"):
            self._call(bound, make_site(self.engine, load, (), (), load.result))
        elif method == "declared":
            self._call_declared(bound, through, load)
        else:
            self.engine.add(load.result, bound)

    def _call_declared(self, bound: int, receiver: int, load: Load) -> None:
        """A `declared_attr`: what the function gives is as if it stood in the class body."""
        given = self.engine.node()
        self._call(bound, make_site(self.engine, load, (), (), given))
        self._bind_all(given, receiver, load)

    def store(self, base: int, attr: str, node: int, place: Place) -> None:
        """Let `attr` of whatever `base` holds hold what `node` holds."""
        self.engine.watch(base, self._store_value, attr, node, place)

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
            found = self.find(value.link, attr)
            if found is not None:
                self.engine.watch(found, self._set, number, node, place)
        if value.kind in (Kind.EXTERNAL, Kind.INSTANCE):
            for library in self.engine.libraries:
                library.store(number, attr, node, place)

    def _set(self, number: int, receiver: int, node: int, place: Place) -> None:
        """Call the setter that a class attribute may be."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            definition = self.engine.program.definitions[value.index]
            if definition.method_kind == "setter":
                bound = self.engine.values.number(Value(Kind.BOUND, index=receiver, link=number))
                site = make_site(self.engine, place, ((node, False),), (), self.engine.node())
                self._call(bound, site)


def _load(attr: str, place: Place, result: int) -> Load:
    return Load(place.activation, place.line, intern(attr), result)


def make_site(
    engine: Engine,
    place: Place,
    args: tuple[tuple[int, bool], ...],
    kwargs: tuple[tuple[str, int], ...],
    result: int,
    ordinal: int | None = None,
) -> CallSite:
    """A new call site in an activation; `ordinal` is that of the call it stands for, if any."""
    activation = place.activation
    activation.sites += 1
    if ordinal is None:
        ordinal = activation.sites
    given = tuple([~node if starred else node for node, starred in args])
    site = CallSite(activation, place.line, len(engine.sites), ordinal, given, kwargs, result)
    engine.sites.append(site)
    return site
