"""Attributes: binding, loads and stores on every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

from decompose.resolve import names
from decompose.resolve.engine import CallSite, Engine, Place
from decompose.resolve.hierarchy import Hierarchy
from decompose.resolve.values import Kind, Value

_SITE_BITS = 32

Caller = Callable[[int, CallSite], None]


class Classes(Hierarchy):
    """Attribute access on classes, instances and everything else."""

    def __init__(self, engine: Engine, call: Caller) -> None:
        super().__init__(engine)
        self._call = call

    def load(self, base: int, attr: str, place: Place, result: int) -> None:
        """Let `result` hold `attr` of whatever node `base` holds."""
        self.engine.watch(base, self.load_value, intern(attr), place, result)

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

    def _bind_all(self, node: int, receiver: int, attr: str, place: Place, result: int) -> None:
        self.engine.watch(node, self._bind, receiver, attr, place, result)

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
            self.find(value.link, attr, lambda found: self._set_all(found, number, node, place))
        if value.kind in (Kind.EXTERNAL, Kind.INSTANCE):
            for library in self.engine.libraries:
                library.store(number, attr, node, place)

    def _set_all(self, found: int, receiver: int, node: int, place: Place) -> None:
        self.engine.watch(found, self._set, receiver, node, place)

    def _set(self, number: int, receiver: int, node: int, place: Place) -> None:
        """Call the setter that a class attribute may be."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            definition = self.engine.program.definitions[value.index]
            if definition.method_kind == "setter":
                bound = self.engine.values.number(Value(Kind.BOUND, index=receiver, link=number))
                site = make_site(self.engine, place, ((node, False),), (), self.engine.node())
                self._call(bound, site)


def make_site(
    engine: Engine,
    place: Place,
    args: tuple[tuple[int, bool], ...],
    kwargs: tuple[tuple[str, int], ...],
    result: int,
    key: int | None = None,
) -> CallSite:
    """A new call site in an activation; `key` is that of the call it stands for, if any."""
    activation = place.activation
    activation.sites += 1
    if key is None:
        key = activation.definition.index << _SITE_BITS | activation.sites
    given = tuple([~node if starred else node for node, starred in args])
    site = CallSite(activation, place.line, len(engine.sites), key, given, kwargs, result)
    engine.sites.append(site)
    return site
