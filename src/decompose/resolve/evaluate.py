"""Evaluation of facts: bodies, definitions and statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from decompose.domain import facts as f
from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.annotations import annotated
from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.expressions import Expressions
from decompose.resolve.program import Definition
from decompose.resolve.sites import Activation, CallSite
from decompose.resolve.values import Kind, Value

_BINDING_DECORATORS = frozenset({"staticmethod", "classmethod", "property"})
_ACCESSOR_DECORATORS = frozenset({"setter", "deleter", "getter", "expression"})


class Evaluator(Expressions):
    """Evaluates bodies, one activation at a time."""

    def body(self, engine: Engine, activation: Activation) -> None:
        """Evaluate an activation's body; the engine calls this for each one queued."""
        self._activation = activation
        definition = activation.definition
        self._line = definition.facts.line
        if definition.facts.params:
            self._parameters(activation)
        for statement in definition.facts.statements():
            _STATEMENTS[type(statement)](self, statement)
        if definition.facts.returns is not None:
            self._line = definition.facts.line
            self._annotate(definition.facts.returns, activation.returns, activation)

    def _parameters(self, activation: Activation) -> None:
        params = activation.definition.facts.params
        outer = activation.parent or activation
        for param in params:
            target = names.binding(self.engine, activation, f"{param.name}@1")
            whole = names.variable(self.engine, activation, param.name)
            self.engine.edge(whole, target)
            if param.annotation is not None:
                self._in(
                    outer,
                    lambda a=param.annotation, t=target: self._annotate(a, t, activation),  # type: ignore[misc]
                )
            if param.default is not None:
                self._in(
                    outer,
                    lambda d=param.default, t=target: self.engine.edge(  # type: ignore[misc]
                        self.use(ReferenceKind.REFERENCE, d, activation), t
                    ),
                )
        self._receiver(activation)

    def _in(self, activation: Activation, action: Callable[[], None]) -> None:
        """Evaluate something in the activation around this one."""
        here, self._activation = self._activation, activation
        action()
        self._activation = here

    def _annotate(self, annotation: f.Expr, target: int, user: Activation | None = None) -> None:
        """Let `target` hold what its annotation promises."""
        self.use(ReferenceKind.ANNOTATE, annotation, user)
        before = self._kind, self._user
        self._kind, self._user = ReferenceKind.ANNOTATE, user or self._user
        self.engine.edge(annotated(self, annotation), target)
        self._kind, self._user = before

    def _receiver(self, activation: Activation) -> None:
        """A method that nobody calls is still called with an instance of its class."""
        definition, parent = activation.definition, activation.parent
        if parent is None or parent.definition.facts.kind != "class":
            return
        if activation.context and activation.context[0] != "at":
            return
        if definition.method_kind == "static" or not definition.facts.params:
            return
        first = definition.facts.params[0]
        if first.kind not in ("pos", "arg"):
            return
        class_ = self.class_value(parent)
        on_class = definition.method_kind in ("class", "declared", "expression")
        receiver = class_ if on_class else self.engine.instance(class_)
        if not activation.context:
            target = names.variable(self.engine, activation, first.name)
            self.engine.add(target, receiver)

    def define(self, statement: f.Define) -> None:
        """A `def` or `class` statement: the definition, decorated, bound to its name."""
        self._line = statement.line
        here = self._activation
        definition = here.definition.module.definitions[statement.index]
        node = self.engine.node(self._defined(definition))
        for decorator in reversed(definition.facts.decorators):
            node = self._decorate(decorator, node, definition)
        self.engine.edge(node, names.binding(self.engine, here, statement.target))

    def _defined(self, definition: Definition) -> int:
        here = self._activation
        inner = self.engine.activation(definition, here)
        if definition.facts.kind != "class":
            return self.engine.values.number(
                Value(Kind.FUNCTION, index=definition.index, link=here.number)
            )
        number = self.class_value(inner)
        bases = [self.use(ReferenceKind.INHERIT, base, inner) for base in definition.facts.bases]
        for _, keyword in definition.facts.keywords:
            self.use(ReferenceKind.REFERENCE, keyword, inner)
        self.calls.classes.define(number, inner, bases)
        return number

    def _decorate(self, decorator: f.Expr, node: int, definition: Definition) -> int:
        """Apply one decorator. A library's decorators are taken to hand the function through."""
        self._line = definition.facts.line
        user = self.engine.activation(definition, self._activation)
        callee = self.use(ReferenceKind.DECORATE, decorator, user)
        if isinstance(decorator, f.Name) and decorator.id in _BINDING_DECORATORS:
            return node
        if isinstance(decorator, f.Attr) and decorator.attr in _ACCESSOR_DECORATORS:
            return node
        result = self.engine.node()
        site = make_site(self.engine, self.place, ((node, False),), (), result)
        self.engine.decorating[site.number] = definition
        self.defines(site)
        self.calls.call(callee, site)
        self.engine.watch(callee, self._hand_through, node, result)
        return result

    def _hand_through(self, decorator: int, node: int, result: int) -> None:
        kind = self.engine.values[decorator].kind
        if kind in (Kind.EXTERNAL, Kind.MODEL, Kind.INSTANCE, Kind.CONSTANT):
            self.engine.edge(node, result)

    def assign(self, statement: f.Assign) -> None:
        """`target = value`."""
        self._line = statement.line
        target = names.binding(self.engine, self._activation, statement.target)
        if statement.value is not None:
            self._assign_value(target, statement.value)
        if statement.annotation is not None:
            self._annotate(statement.annotation, target)

    def _assign_value(self, target: int, value: f.Expr) -> None:
        if isinstance(value, f.From):
            self.refer_import(value.module, value.name)
            names.import_name(self.engine, value.module, value.name, target)
        elif isinstance(value, f.Module):
            if value.name in self.engine.program.modules:
                self.refer_as(ReferenceKind.IMPORT, value.name)
            names.import_module(self.engine, value.name, target)
        else:
            self.engine.edge(self.node(value), target)

    def set_attribute(self, statement: f.SetAttr) -> None:
        """`object.attr = value`."""
        self._line = statement.line
        base = self.node(statement.object)
        value = self.node(statement.value)
        self.calls.classes.store(base, statement.attr, value, self.place)

    def set_item(self, statement: f.SetSub) -> None:
        """`object[index] = value`."""
        self._line = statement.line
        base, key = self.node(statement.object), self.node(statement.index)
        value = self.node(statement.value)
        self.engine.watch(base, self._put, key, value)

    def _put(self, number: int, key: int, node: int) -> None:
        kind = self.engine.values[number].kind
        if kind is Kind.CONTAINER:
            self.calls.containers.put(number, key, node)
        elif kind is Kind.EXTERNAL:
            self.engine.watch(key, self._put_named, number, node)

    def _put_named(self, key: int, number: int, node: int) -> None:
        data = self.engine.values[key].data
        if isinstance(data, str):
            self.engine.edge(node, self.engine.field(number, f"[{data!r}]"))

    def evaluate(self, statement: f.Eval) -> None:
        """An expression for its effect."""
        self._line = statement.line or self._line
        self.node(statement.value)

    def return_(self, statement: f.Return) -> None:
        """`return value`."""
        self._line = statement.line
        self.engine.edge(self.node(statement.value), self._activation.returns)

    def yield_(self, statement: f.Yield) -> None:
        """`yield value`."""
        node = self.node(statement.value)
        generator = self.calls.generator(self._activation)
        target = self.calls.containers.any(generator)
        if statement.delegate:
            self.calls.iterate(node, self.place, target)
        else:
            self.engine.edge(node, target)

    def raise_(self, statement: f.Raise) -> None:
        """`raise value`; a class is called."""
        self._line = statement.line
        node = self.node(statement.value)
        site = make_site(self.engine, self.place, (), (), self.engine.node())
        self.engine.watch(node, self._raise_class, site)

    def _raise_class(self, value: int, site: CallSite) -> None:
        if self.engine.values[value].kind is Kind.CLASS:
            self.calls.call_value(value, site)

    def star_import(self, statement: f.StarImport) -> None:
        """`from module import *`."""
        self._line = statement.line
        if statement.module in self.engine.program.modules:
            self.refer_as(ReferenceKind.IMPORT, statement.module)

    def delete(self, statement: f.DelAttr) -> None:
        """`del object.attr`."""
        self._line = statement.line
        self.node(statement.object)


_STATEMENTS: dict[type, Callable[..., None]] = {
    f.Assign: Evaluator.assign,
    f.SetAttr: Evaluator.set_attribute,
    f.SetSub: Evaluator.set_item,
    f.Eval: Evaluator.evaluate,
    f.Return: Evaluator.return_,
    f.Yield: Evaluator.yield_,
    f.Raise: Evaluator.raise_,
    f.Define: Evaluator.define,
    f.StarImport: Evaluator.star_import,
    f.DelAttr: Evaluator.delete,
}


def module_order(engine: Engine) -> Iterator[Definition]:
    """Modules, imported ones first, cycles cut where they were entered by name order."""
    seen: set[str] = set()
    for root in sorted(engine.program.modules):
        stack = [(root, False)]
        while stack:
            name, done = stack.pop()
            entry = engine.program.modules.get(name)
            if entry is None or not entry.definitions:
                continue
            if done:
                yield entry.definitions[0]
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                wanted = {i.module for i in entry.facts.imports} | {
                    f"{i.module}.{i.name}" for i in entry.facts.imports if i.name
                }
                stack += [(other, False) for other in sorted(wanted, reverse=True)]


def solve(engine: Engine) -> Evaluator:
    """Evaluate the whole program."""
    evaluator = Evaluator(engine)
    for definition in list(module_order(engine)):
        engine.activation(definition, None)
    engine.run(evaluator.body)
    return evaluator
