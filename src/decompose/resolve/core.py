"""What evaluation of expressions and statements shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from sys import intern

from decompose.domain import facts as f
from decompose.domain.model import ReferenceKind
from decompose.resolve.calls import Calls
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Activation, CallSite, Place
from decompose.resolve.values import Kind, Value


class Core(ABC):
    """Where evaluation stands, and what the code at that place refers to."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls = Calls(engine)
        self.unknown = engine.sealed()
        self._activation = engine.sites[0].activation
        self._line = 0
        self._place = Place(self._activation, 0)
        self._kind = ReferenceKind.REFERENCE
        self._user: Activation | None = None

    @property
    def place(self) -> Place:
        """Where evaluation stands."""
        last = self._place
        if last.line != self._line or last.activation is not self._activation:
            self._place = last = Place(self._activation, self._line)
        return last

    @property
    def activation(self) -> Activation:
        """The activation under evaluation."""
        return self._activation

    def use(self, kind: ReferenceKind, expr: f.Expr, user: Activation | None = None) -> int:
        """Evaluate an expression whose names are used in a certain way.

        What a definition says around its body (bases, decorators, defaults, annotations) is
        evaluated outside it, but it is the definition, the `user`, that uses it.
        """
        before = self._kind, self._user
        self._kind, self._user = kind, user or self._user
        node = self.node(expr)
        self._kind, self._user = before
        return node

    def refer(self, target: str | None) -> None:
        """Note that the activation's code uses the definition `target`."""
        if target is not None:
            key = (intern(target), self._kind.value)
            user = (self._user or self._activation).definition
            self.engine.references[user].setdefault(key, self._line)

    def refer_import(self, module: str, name: str) -> None:
        """Note an import as a use of what it finally names."""
        target = self.engine.program.origin(module, name)
        if target is None and module in self.engine.program.modules:
            target = module
        if target is not None:
            self.refer_as(ReferenceKind.IMPORT, target)

    def refer_as(self, kind: ReferenceKind, target: str) -> None:
        """Note a use of a certain kind."""
        before, self._kind = self._kind, kind
        self.refer(target)
        self._kind = before

    def defines(self, site: CallSite) -> None:
        """Note that a call makes or applies a decorator; in a class body it runs just once."""
        if site.activation.definition.facts.kind == "class":
            self.engine.defining.add(site.number)

    def class_value(self, body: Activation) -> int:
        """The class whose body is the activation `body`."""
        above = body.parent.number if body.parent is not None else -1
        return self.engine.values.number(Value(Kind.CLASS, index=body.definition.index, link=above))

    @abstractmethod
    def node(self, expr: f.Expr) -> int:
        """The node that holds the values of an expression."""
