"""Listeners of mapper, attribute, session and engine events."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.model import EntryKind
from decompose.readers.sqlalchemy import models as m
from decompose.resolve import names
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundEntry
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind

_OF_MAPPER = ("before_", "after_")
_TARGET_OF_MAPPER = 2


class Events:
    """Who listens to what; a listener's target is an instance of the class listened to."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[tuple[int, int], CallSite] = {}

    def listen(self, handler: int | None, declared: CallSite, site: CallSite) -> None:
        """A function given to `listen()`, or decorated: `declared` names target and event."""
        if handler is not None:
            self.engine.watch(handler, lambda value: self._handle(value, declared))
            self.engine.edge(handler, site.result)

    def _handle(self, number: int, declared: CallSite) -> None:
        value = self.engine.values[number]
        if value.kind not in (Kind.FUNCTION, Kind.BOUND):
            return
        self._known.setdefault((number, declared.number), declared)
        target = declared.argument(0, "target")
        if value.kind is Kind.FUNCTION and target is not None:
            self.engine.watch(target, lambda class_: self._pass(number, class_, declared))

    def _pass(self, handler: int, class_: int, declared: CallSite) -> None:
        """Give the listener what it is called with."""
        function = self.engine.values[handler]
        if self.engine.values[class_].kind is not Kind.CLASS or function.link < 0:
            return
        definition = self.engine.program.definitions[function.index]
        on_mapper = self._event(declared).startswith(_OF_MAPPER)
        position = _TARGET_OF_MAPPER if on_mapper else 0
        if position < len(definition.facts.params):
            activation = self.engine.activation(definition, self.engine.activations[function.link])
            name = definition.facts.params[position].name
            node = names.variable(self.engine, activation, name)
            self.engine.add(node, self.engine.instance(class_))

    def _event(self, declared: CallSite) -> str:
        return next(iter(m.texts(self.engine, declared.argument(1, "identifier"))), "")

    def entries(self) -> Iterator[FoundEntry]:
        """The listeners as entry points."""
        for (handler, _), declared in sorted(self._known.items(), key=lambda item: item[0]):
            value = self.engine.values[handler]
            function = self.engine.values[value.link] if value.kind is Kind.BOUND else value
            yield FoundEntry(
                kind=EntryKind.MODEL_EVENT,
                name=self._event(declared),
                scope="",
                handler=self.engine.program.definitions[function.index].id,
                handlers=(handler,),
                location=m.location(declared),
            )
