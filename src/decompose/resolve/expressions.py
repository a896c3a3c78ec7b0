"""Evaluation of names, attributes, calls and subscripts."""

from __future__ import annotations

from collections.abc import Callable

from decompose.domain import facts as f
from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.annotations import instances
from decompose.resolve.attributes import make_site
from decompose.resolve.displays import Displays
from decompose.resolve.sites import Activation, CallSite, Place
from decompose.resolve.values import Kind, Value


class Expressions(Displays):
    """Every kind of expression."""

    def node(self, expr: f.Expr) -> int:
        """The node that holds the values of an expression."""
        return _EXPRESSIONS[type(expr)](self, expr)

    def lambda_(self, expr: f.Def) -> int:
        """A lambda's value."""
        definition = self._activation.definition.module.definitions[expr.index]
        self.engine.activation(definition, self._activation)
        value = Value(Kind.FUNCTION, index=definition.index, link=self._activation.number)
        return self.engine.sealed(self.engine.values.number(value))

    def name(self, expr: f.Name) -> int:
        """A variable."""
        bare = expr.id.partition("@")[0] or expr.id
        if bare == "@instance":
            return self.unknown
        here = self._activation
        if here.parent is None or self._is_global(here, bare):
            self._refer_global(bare)
        return names.lookup(self.engine, here, expr.id)

    def _is_global(self, here: Activation, name: str) -> bool:
        """Whether a name read here is none of a function's own, nor of one around it."""
        if name in here.definition.versions:
            return False
        holder = names.owner(here, name)
        return holder is None or holder.parent is None

    def _refer_global(self, name: str) -> None:
        module = self._activation.definition.module.facts.name
        self.refer(self.engine.program.origin(module, name))

    def constant(self, expr: f.Const) -> int:
        """A literal whose value matters."""
        return self.engine.constant(self.engine.literal(expr.value))

    def literal(self, expr: f.Lit) -> int:
        """A value of a built-in type."""
        if expr.kind == "str":
            return self.engine.constant(self.engine.external("builtins.str()"))
        return self.unknown

    def attribute(self, expr: f.Attr) -> int:
        """`value.attr`."""
        self._line = expr.line
        base = self.use(ReferenceKind.REFERENCE, expr.value)
        self._line = expr.line
        self._refer_attribute(expr)
        result = self.engine.node()
        self.calls.classes.load(base, expr.attr, self.place, result)
        return result

    def _refer_attribute(self, expr: f.Attr) -> None:
        module = self._module_of(expr.value)
        if module is not None:
            self.refer(self.engine.program.origin(module, expr.attr))

    def _module_of(self, expr: f.Expr) -> str | None:
        """The module of ours that an expression statically names."""
        if isinstance(expr, f.Name):
            bare = expr.id.partition("@")[0]
            entry = self._activation.definition.module
            bound = entry.bound.get(bare)
            value = bound.value if isinstance(bound, f.Assign) else None
            if isinstance(value, f.Module):
                return value.name if self.engine.program.is_module(value.name) else None
            if isinstance(value, f.From):
                name = f"{value.module}.{value.name}"
                return name if self.engine.program.is_module(name) else None
        if isinstance(expr, f.Attr):
            outer = self._module_of(expr.value)
            name = f"{outer}.{expr.attr}"
            return name if outer is not None and self.engine.program.is_module(name) else None
        return None

    def call(self, expr: f.Call) -> int:
        """`func(...)`."""
        if isinstance(expr.func, f.Name) and expr.func.id == "@instance":
            return instances(self, expr.args[0])
        self._line = expr.line
        callee = self.node(expr.func)
        args = tuple(
            (self._argument(arg.value), True)
            if isinstance(arg, f.Star)
            else (self._argument(arg), False)
            for arg in expr.args
        )
        kwargs = tuple((name, self._argument(value)) for name, value in expr.kwargs)
        self._line = expr.line
        result = self.engine.node()
        site = make_site(self.engine, self.place, args, kwargs, result)
        if self._kind is ReferenceKind.DECORATE:
            self.defines(site)
        if isinstance(expr.func, f.Name):
            self._note_name(expr.func, site)
        self.calls.call(callee, site)
        return result

    def _note_name(self, called: f.Name, site: CallSite) -> None:
        """`super()` means the method around it; what a variable holds was handed over."""
        bare = called.id.partition("@")[0]
        if bare == "super":
            self._super(site.result)
        elif names.is_variable(self._activation, bare):
            self.engine.handed.add(site.number)

    def _argument(self, expr: f.Expr) -> int:
        return self.use(ReferenceKind.REFERENCE, expr)

    def _super(self, result: int) -> None:
        """`super()`: the class of the method around, and its receiver."""
        method: Activation | None = self._activation
        while method is not None and not self._is_method(method):
            method = method.parent
        if method is None or method.parent is None or not method.definition.facts.params:
            return
        class_ = self.class_value(method.parent)
        receiver = names.variable(self.engine, method, method.definition.facts.params[0].name)
        self.engine.watch(receiver, self.calls.above, class_, result)

    def _is_method(self, activation: Activation) -> bool:
        parent = activation.parent
        return parent is not None and parent.definition.facts.kind == "class"

    def subscript(self, expr: f.Sub) -> int:
        """`value[index]`."""
        base, key = self.node(expr.value), self.node(expr.index)
        self._line = expr.line
        result = self.engine.node()
        place, is_slice = self.place, expr.index == f.Lit("slice")
        self.engine.watch(base, self._item, key, is_slice, place, result)
        return result

    def _item(self, number: int, key: int, is_slice: bool, place: Place, result: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONTAINER:
            if is_slice:
                self.engine.add(result, number)
            else:
                self.calls.containers.get(number, key, result)
                if not self.engine.is_told_apart(place.activation):
                    self.engine.later(self._item_unknown, number, key, result)
        elif value.kind is Kind.INSTANCE:
            self.calls.special_with(number, "__getitem__", (key,), place, result)
        elif value.kind is Kind.CLASS:
            self.engine.add(result, number)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self.engine.watch(key, self._external_field, number, place, result)
            if is_slice and value.kind is Kind.MODEL:
                self.engine.add(result, number)
            self.calls.external_item(number, value, place, result)

    def _item_unknown(self, container: int, key: int, result: int) -> None:
        """A key of which nothing is known may be any."""
        if not self.engine.numbers(key):
            self.engine.edge(self.calls.containers.all(container), result)

    def _external_field(self, key: int, number: int, place: Place, result: int) -> None:
        data = self.engine.values[key].data
        if isinstance(data, str):
            for library in self.engine.libraries:
                library.item(number, data, place)
            self.engine.edge(self.engine.field(number, f"[{data!r}]"), result)


_EXPRESSIONS: dict[type, Callable[..., int]] = {
    f.Name: Expressions.name,
    f.Const: Expressions.constant,
    f.Lit: Expressions.literal,
    f.Attr: Expressions.attribute,
    f.Call: Expressions.call,
    f.Sub: Expressions.subscript,
    f.Seq: Expressions.sequence,
    f.Dict: Expressions.mapping,
    f.Star: Expressions.star,
    f.Def: Expressions.lambda_,
    f.Choice: Expressions.choice,
    f.Iter: Expressions.iteration,
    f.Await: Expressions.awaited,
    f.Enter: Expressions.entered,
    f.Module: Expressions.module,
    f.From: Expressions.imported,
    f.Text: Expressions.text,
    f.Unpack: Expressions.unpacked,
}
