"""How arguments reach parameters, starred ones included."""

from __future__ import annotations

from collections.abc import Sequence

from decompose.resolve import names
from decompose.resolve.containers import Containers
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Activation, CallSite
from decompose.resolve.values import Kind


class Arguments:
    """Passes what a call site gives to an activation's parameters."""

    def __init__(self, engine: Engine, containers: Containers) -> None:
        self.engine = engine
        self.containers = containers

    def pass_(self, activation: Activation, receiver: int | None, site: CallSite) -> None:
        """Let the parameters of `activation` hold what `site` gives, the receiver first."""
        engine = self.engine
        params = activation.definition.facts.params
        positional = [p.name for p in params if p.kind in ("pos", "arg")]
        if receiver is not None:
            if positional:
                engine.add(names.variable(engine, activation, positional[0]), receiver)
            positional = positional[1:]
        self._pass_positional(activation, positional, site)
        named = {p.name for p in params if p.kind in ("arg", "kwonly")}
        for name, node in site.kwargs:
            if name == "**":
                engine.watch(node, self._pass_mapping, activation, tuple(sorted(named)))
            elif name in named:
                engine.edge(node, names.variable(engine, activation, name))
            else:
                rest = self._rest(activation, "kwarg")
                if rest is not None:
                    engine.edge(node, self.containers.item(rest, name))

    def _pass_positional(
        self, activation: Activation, positional: Sequence[str], site: CallSite
    ) -> None:
        engine = self.engine
        for position, (node, starred) in enumerate(site.args):
            if starred:
                left = tuple(positional[position:])
                engine.watch(node, self._pass_items, activation, left, len(positional))
                continue
            if position < len(positional):
                engine.edge(node, names.variable(engine, activation, positional[position]))
            else:
                rest = self._rest(activation, "vararg")
                if rest is not None:
                    index = position - len(positional)
                    engine.edge(node, self.containers.item(rest, index))

    def _pass_items(
        self, container: int, activation: Activation, positional: Sequence[str], count: int
    ) -> None:
        """Pass the items of a starred argument."""
        if self.engine.values[container].kind is not Kind.CONTAINER:
            return
        for index, name in enumerate(positional):
            target = names.variable(self.engine, activation, name)
            self.engine.edge(self.containers.item(container, index), target)
            self.engine.edge(self.containers.any(container), target)
        rest = self._rest(activation, "vararg")
        if rest is not None and not count:
            self.containers.copy(container, rest)
        elif rest is not None:
            self.engine.edge(self.containers.any(container), self.containers.any(rest))

    def _pass_mapping(self, mapping: int, activation: Activation, named: Sequence[str]) -> None:
        """Pass the items of a `**` argument."""
        if self.engine.values[mapping].kind is not Kind.CONTAINER:
            return
        for name in named:
            target = names.variable(self.engine, activation, name)
            self.engine.edge(self.containers.item(mapping, name), target)
        rest = self._rest(activation, "kwarg")
        if rest is not None:
            self.containers.copy(mapping, rest)

    def _rest(self, activation: Activation, kind: str) -> int | None:
        """The container of `*args` or `**kwargs` of an activation."""
        for param in activation.definition.facts.params:
            if param.kind == kind:
                node = names.variable(self.engine, activation, param.name)
                for number in self.engine.numbers(node):
                    value = self.engine.values[number]
                    if value.kind is Kind.CONTAINER and value.name == f"*{kind}":
                        return number
                made = self.engine.container(f"*{kind}")
                self.engine.add(node, made)
                return made
        return None
