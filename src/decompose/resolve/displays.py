"""Evaluation of displays, strings, and what comes out of other values."""

from __future__ import annotations

from itertools import islice, product

from decompose.domain import facts as f
from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.core import Core
from decompose.resolve.sites import Place
from decompose.resolve.values import Kind

_CONTEXTS = (("__enter__", "__exit__"), ("__aenter__", "__aexit__"))
_MOST_TEXTS = 16
_MOST_TEXT_PARTS = 24


class Displays(Core):
    """Expressions that build containers and texts, or take values out of them."""

    def sequence(self, expr: f.Seq) -> int:
        """A list, tuple or set display, or a comprehension."""
        containers = self.calls.containers
        made = self.engine.container(expr.kind)
        known = True
        for index, item in enumerate(expr.items):
            if isinstance(item, f.Star):
                known = False
                self.calls.iterate(self.node(item.value), self.place, containers.any(made))
            elif not isinstance(item, f.Lit):
                self.engine.edge(self.node(item), containers.item(made, index))
        if known:
            containers.lengths[made] = len(expr.items)
        return self.engine.sealed(made)

    def mapping(self, expr: f.Dict) -> int:
        """A dict display or comprehension."""
        containers = self.calls.containers
        made = self.engine.container("dict")
        for key, value in expr.items:
            node = self.node(value)
            if key is None:
                self.engine.watch(node, self._merge, made)
            else:
                self.engine.edge(self.unknown, containers.any(made))
                containers.put(made, self.node(key), node)
                if not isinstance(key, f.Const):
                    self.engine.edge(node, containers.any(made))
        return self.engine.sealed(made)

    def _merge(self, other: int, made: int) -> None:
        if self.engine.values[other].kind is Kind.CONTAINER:
            self.calls.containers.copy(other, made)

    def star(self, expr: f.Star) -> int:
        """A starred value outside a display."""
        return self.node(expr.value)

    def choice(self, expr: f.Choice) -> int:
        """Any of several values."""
        result = self.engine.node()
        for item in expr.items:
            self.engine.edge(self.node(item), result)
        return result

    def iteration(self, expr: f.Iter) -> int:
        """What iterating gives."""
        base = self.node(expr.value)
        self._line = expr.line
        result = self.engine.node()
        self.calls.iterate(base, self.place, result)
        return result

    def awaited(self, expr: f.Await) -> int:
        """What awaiting gives: coroutines are taken as their results."""
        return self.node(expr.value)

    def entered(self, expr: f.Enter) -> int:
        """What entering a context manager gives."""
        base = self.node(expr.value)
        self._line = expr.line
        result, place = self.engine.node(), self.place
        self.engine.watch(base, self._enter, place, result)
        return result

    def _enter(self, number: int, place: Place, result: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            for enter, leave in _CONTEXTS:
                self.calls.special(number, enter, place, result)
                self.calls.special(number, leave, place, self.engine.node())
        elif value.kind is Kind.CONTAINER:
            self.engine.edge(self.calls.containers.all(number), result)
        else:
            self.engine.add(result, number)

    def module(self, expr: f.Module) -> int:
        """A module named by a call (`import_module("a.b")`)."""
        if expr.name in self.engine.program.modules:
            self.refer_as(ReferenceKind.IMPORT, expr.name)
        result = self.engine.node()
        names.import_module(self.engine, expr.name, result)
        return result

    def imported(self, expr: f.From) -> int:
        """A name of a module."""
        result = self.engine.node()
        names.import_name(self.engine, expr.module, expr.name, result)
        return result

    def text(self, expr: f.Text) -> int:
        """A string put together from parts: all that its known parts can make, `{}` elsewhere."""
        parts = tuple(
            [
                str(part.value) if isinstance(part, f.Const) else self.node(part)
                for part in expr.parts[:_MOST_TEXT_PARTS]
            ]
        )
        result = self.engine.node(self.engine.external("builtins.str()"))
        if all(isinstance(part, str) for part in parts):
            self._put_together(parts, result)
        else:
            self.engine.later(self._put_together, parts, result)
        return result

    def _put_together(self, parts: tuple[str | int, ...], result: int) -> None:
        options = [[part] if isinstance(part, str) else self._texts(part) for part in parts]
        for combination in islice(product(*options), _MOST_TEXTS):
            self.engine.add(result, self.engine.literal("".join(combination)))

    def _texts(self, node: int) -> list[str]:
        known = [v.data for v in self.engine.held(node) if v.kind is Kind.CONSTANT]
        texts = [str(data) for data in known if isinstance(data, str | int)]
        return texts[:4] or ["{}"]

    def unpacked(self, expr: f.Unpack) -> int:
        """A part of an unpacked value."""
        base = self.node(expr.value)
        result, place = self.engine.node(), self.place
        if expr.rest:
            made = self.engine.container("list")
            self.engine.add(result, made)
            self.engine.watch(base, self._rest, expr, made)
        else:
            self.engine.watch(base, self._part, expr.index, place, result)
        return result

    def _rest(self, number: int, expr: f.Unpack, made: int) -> None:
        if self.engine.values[number].kind is Kind.CONTAINER:
            self.calls.containers.rest(number, expr.index, expr.tail, made)

    def _part(self, number: int, index: int, place: Place, result: int) -> None:
        if self.engine.values[number].kind is Kind.CONTAINER:
            self.calls.containers.unpacked(number, index, result)
        else:
            self.calls.iterate_value(number, place, result)
