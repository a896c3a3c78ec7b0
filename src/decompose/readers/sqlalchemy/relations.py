"""Relationships: where they lead, their other side, and what loading one gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Activation, CallSite, Place
from decompose.resolve.values import Kind

_DYNAMIC = frozenset({"dynamic", "write_only"})
_EAGER = frozenset({"joined", "subquery", "selectin", "immediate", False})
_TARGETS = ("argument", "target")


@dataclass(slots=True, eq=False)
class Relation:
    """One side of a relationship: nodes of the classes that it leads to and comes from."""

    number: int
    site: CallSite
    target: int
    owner: int
    secondary: int
    dynamic: bool
    single: bool
    eager: bool
    ordered: bool
    backref: str = ""
    cascade: str = ""
    is_reverse: bool = False
    names: dict[int, str] = field(default_factory=dict)


class Relations:
    """All relationships by the number of their MODEL value."""

    def __init__(self, engine: Engine, touches: Touches) -> None:
        self.engine = engine
        self.touches = touches
        self.known: dict[int, Relation] = {}
        self.by_target: dict[int, dict[str, int]] = {}

    # Declaration -----------------------------------------------------------------------------

    def declare(self, site: CallSite, *, dynamic: bool) -> None:
        """A call of `relationship()` or one of its variants."""
        engine = self.engine
        number = m.model(engine, m.RELATION, site=site.number)
        lazy = m.keyword(engine, site, "lazy")
        relation = Relation(
            number,
            site,
            engine.node(),
            engine.node(*_owner(engine, site.activation)),
            engine.node(),
            dynamic or lazy in _DYNAMIC,
            m.keyword(engine, site, "uselist") is False,
            lazy in _EAGER,
            _names_order(site),
            cascade=str(m.keyword(engine, site, "cascade") or ""),
        )
        self.known[number] = relation
        engine.add(site.result, number)
        self._connect(relation)
        engine.later(self._complete, relation)

    def _connect(self, relation: Relation) -> None:
        site = relation.site
        target = site.argument(0)
        for name in _TARGETS:
            target = site.argument(-1, name) if target is None else target
        if target is not None:
            self.engine.watch(target, lambda value: self._lead(relation.target, value))
        secondary = site.argument(1, "secondary")
        if secondary is not None:
            self.engine.watch(secondary, lambda value: self._lead(relation.secondary, value))

    def _lead(self, node: int, number: int) -> None:
        """Let `node` hold the class or table that an argument means, however it says it."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            definition = self.engine.program.definitions[value.index]
            parent = self.engine.activations[value.link] if value.link >= 0 else None
            returned = self.engine.activation(definition, parent).returns
            self.engine.watch(returned, lambda inner: self._lead(node, inner))
        elif value.kind is Kind.CONSTANT and isinstance(value.data, str):
            self.engine.later(self._lead_by_name, node, value.data)
        elif value.kind in (Kind.CLASS, Kind.MODEL):
            self.engine.add(node, number)

    def _lead_by_name(self, node: int, name: str) -> None:
        """A class by its name or dotted path, as the declarative registry finds it."""
        bare = name.rpartition(".")[2]
        for entry in self.engine.calls.classes.all():
            id_ = entry.body.definition.id
            if id_.rpartition(".")[2] == bare and f".{id_}".endswith(f".{name}"):
                self.engine.add(node, entry.number)
        if not self.engine.numbers(node):
            self.engine.add(node, self.engine.literal(bare))

    def _complete(self, relation: Relation) -> None:
        """What is known only once the class body is: an annotation's target, the backref."""
        engine = self.engine
        if not engine.numbers(relation.target):
            self._lead_by_annotation(relation)
        name = self._backref_name(relation)
        if name:
            relation.backref = name
            self._reverse(relation, name)

    def _lead_by_annotation(self, relation: Relation) -> None:
        """`posts: Mapped[list["Post"]] = relationship()`."""
        for node in list(relation.site.activation.variables.values()):
            if relation.number in self.engine.numbers(node):
                each(self.engine, node, lambda value: self._lead_to_class(relation, value))

    def _lead_to_class(self, relation: Relation, number: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self.engine.add(relation.target, value.link)

    def _backref_name(self, relation: Relation) -> str:
        node = relation.site.argument(-1, "backref")
        if node is None:
            return ""
        for number in m.held_models(self.engine, node, m.BACKREF):
            inner = self.engine.sites[self.engine.values[number].index]
            return next(iter(m.texts(self.engine, inner.argument(0, "name"))), "")
        return next(iter(m.texts(self.engine, node)), "")

    def _reverse(self, relation: Relation, name: str) -> None:
        """The attribute that a backref gives each class at the other end."""
        engine, site = self.engine, relation.site
        node = site.argument(-1, "backref")
        made = m.held_models(engine, node, m.BACKREF) if node is not None else []
        inner = engine.sites[engine.values[made[0]].index] if made else None
        number = m.model(engine, m.RELATION, site=site.number, data=1)
        self.known[number] = Relation(
            number,
            site,
            relation.owner,
            relation.target,
            relation.secondary,
            inner is not None and m.keyword(engine, inner, "lazy") in _DYNAMIC,
            inner is not None and m.keyword(engine, inner, "uselist") is False,
            inner is not None and m.keyword(engine, inner, "lazy") in _EAGER,
            inner is not None and _names_order(inner),
            backref=name,
            cascade=str(m.keyword(engine, inner, "cascade") or "") if inner is not None else "",
            is_reverse=True,
        )
        engine.watch(relation.target, lambda class_: self._give(class_, name, number))

    def _give(self, class_: int, name: str, number: int) -> None:
        if self.engine.values[class_].kind is Kind.CLASS:
            self.by_target.setdefault(class_, {})[name] = number
            self.engine.add(self.engine.field(class_, name), number)

    # Use -------------------------------------------------------------------------------------

    def load(self, number: int, receiver: int, attr: str, place: Place, result: int) -> None:
        """A relationship read through a class or an instance."""
        relation = self.known[number]
        on_class = self.engine.values[receiver].kind is Kind.CLASS
        if not relation.is_reverse and not self.engine.numbers(relation.owner):
            self._own(relation, receiver)
        if on_class:
            self.engine.add(result, number)
            if m.is_code(place.activation):
                self.touches.note(place, Mode.READ, What.CLASS, receiver)
                self.touches.note(place, Mode.READ, What.RELATION, number, how="relationship")
        elif relation.dynamic:
            self.engine.add(result, m.model(self.engine, m.DYNAMIC, link=number))
        else:
            self.touches.note(place, Mode.READ, What.RELATION, number, how="relationship")
            self._give_items(relation, number, result)

    def _own(self, relation: Relation, receiver: int) -> None:
        """A relationship of a mixin belongs to each class that it is met through."""
        value = self.engine.values[receiver]
        self.engine.add(relation.owner, value.link if value.kind is Kind.INSTANCE else receiver)

    def _give_items(self, relation: Relation, number: int, result: int) -> None:
        self.engine.watch(relation.target, lambda class_: self.give_instance(class_, result))
        if not relation.single:
            self.engine.add(result, m.model(self.engine, m.COLLECTION, link=number))

    def give_instance(self, class_: int, result: int) -> None:
        """Let `result` hold an instance of what a node of classes holds."""
        if self.engine.values[class_].kind is Kind.CLASS:
            self.engine.add(result, self.engine.instance(class_))

    def items(self, collection: int, result: int) -> None:
        """Let `result` hold what a COLLECTION or DYNAMIC holds."""
        relation = self.known[self.engine.values[collection].link]
        self.engine.watch(relation.target, lambda class_: self.give_instance(class_, result))

    def read(self, value: int, place: Place) -> None:
        """Note that a COLLECTION's or DYNAMIC's rows are loaded."""
        link = self.engine.values[value].link
        self.touches.note(place, Mode.READ, What.RELATION, link, how="relationship")

    def change(self, value: int, site: CallSite) -> None:
        """`append`, `remove` and their like on a COLLECTION or DYNAMIC."""
        link = self.engine.values[value].link
        self.touches.note(site.place, Mode.WRITE, What.RELATION, link, how="relationship")


def _names_order(site: CallSite) -> bool:
    return any(name == "order_by" for name, _ in site.kwargs)


def _owner(engine: Engine, activation: Activation) -> list[int]:
    """The class in whose body, or for which, a declaration is evaluated."""
    if activation.definition.facts.kind == "class":
        return [m.class_of_body(engine, activation)]
    if activation.context and isinstance(activation.context[0], int):
        value = engine.values[activation.context[0]]
        return [value.link if value.kind is Kind.INSTANCE else activation.context[0]]
    return []
