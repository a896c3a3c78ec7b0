"""Evaluation of facts: each expression to a node, each statement to edges and watchers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from decompose.domain import facts as f
from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.annotations import annotated, instances
from decompose.resolve.attributes import make_site
from decompose.resolve.calls import Calls
from decompose.resolve.engine import Activation, Engine, Place
from decompose.resolve.program import Definition
from decompose.resolve.values import Kind, Value

_CONTEXTS = (("__enter__", "__exit__"), ("__aenter__", "__aexit__"))
_MOST_TEXTS = 16
_MOST_TEXT_PARTS = 24
_BINDING_DECORATORS = frozenset({"staticmethod", "classmethod", "property"})
_ACCESSOR_DECORATORS = frozenset({"setter", "deleter", "getter", "expression"})


class Evaluator:
    """Evaluates bodies, one activation at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls = Calls(engine)
        self.unknown = engine.node()
        self._activation: Activation
        self._line = 0
        self._kind = ReferenceKind.REFERENCE
        self._user: Activation | None = None

    def body(self, engine: Engine, activation: Activation) -> None:
        """Evaluate an activation's body; the engine calls this for each one queued."""
        self._activation = activation
        definition = activation.definition
        self._line = definition.facts.line
        if definition.facts.params:
            self._parameters(activation)
        for statement in definition.facts.body:
            _STATEMENTS[type(statement)](self, statement)
        if definition.facts.returns is not None:
            self._line = definition.facts.line
            self._annotate(definition.facts.returns, activation.returns, activation)

    @property
    def place(self) -> Place:
        """Where evaluation stands."""
        return Place(self._activation, self._line)

    @property
    def activation(self) -> Activation:
        """The activation under evaluation."""
        return self._activation

    def node(self, expr: f.Expr) -> int:
        """The node that holds the values of an expression."""
        return _EXPRESSIONS[type(expr)](self, expr)

    def _use(self, kind: ReferenceKind, expr: f.Expr, user: Activation | None = None) -> int:
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
            key = (target, self._kind.value)
            (self._user or self._activation).references.setdefault(key, self._line)

    # Parameters and definitions --------------------------------------------------------------

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
                        self._use(ReferenceKind.REFERENCE, d, activation), t
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
        self._use(ReferenceKind.ANNOTATE, annotation, user)
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

    def class_value(self, body: Activation) -> int:
        """The class whose body is the activation `body`."""
        above = body.parent.number if body.parent is not None else -1
        return self.engine.values.number(Value(Kind.CLASS, index=body.definition.index, link=above))

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
        bases = [self._use(ReferenceKind.INHERIT, base, inner) for base in definition.facts.bases]
        for _, keyword in definition.facts.keywords:
            self._use(ReferenceKind.REFERENCE, keyword, inner)
        self.calls.classes.define(number, inner, bases)
        return number

    def _decorate(self, decorator: f.Expr, node: int, definition: Definition) -> int:
        """Apply one decorator. A library's decorators are taken to hand the function through."""
        self._line = definition.facts.line
        user = self.engine.activation(definition, self._activation)
        callee = self._use(ReferenceKind.DECORATE, decorator, user)
        if isinstance(decorator, f.Name) and decorator.id in _BINDING_DECORATORS:
            return node
        if isinstance(decorator, f.Attr) and decorator.attr in _ACCESSOR_DECORATORS:
            return node
        result = self.engine.node()
        site = make_site(self.engine, self.place, ((node, False),), (), result)
        self.engine.decorating[site.number] = definition
        self.calls.call(callee, site)
        self.engine.watch(callee, lambda value: self._hand_through(value, node, result))
        return result

    def _hand_through(self, decorator: int, node: int, result: int) -> None:
        kind = self.engine.values[decorator].kind
        if kind in (Kind.EXTERNAL, Kind.MODEL, Kind.INSTANCE, Kind.CONSTANT):
            self.engine.edge(node, result)

    def lambda_(self, expr: f.Def) -> int:
        """A lambda's value."""
        definition = self._activation.definition.module.definitions[expr.index]
        self.engine.activation(definition, self._activation)
        value = Value(Kind.FUNCTION, index=definition.index, link=self._activation.number)
        return self.engine.node(self.engine.values.number(value))

    # Statements ------------------------------------------------------------------------------

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
                self._kind_refer(ReferenceKind.IMPORT, value.name)
            names.import_module(self.engine, value.name, target)
        else:
            self.engine.edge(self.node(value), target)

    def refer_import(self, module: str, name: str) -> None:
        """Note an import as a use of what it finally names."""
        target = self.engine.program.origin(module, name)
        if target is None and module in self.engine.program.modules:
            target = module
        if target is not None:
            self._kind_refer(ReferenceKind.IMPORT, target)

    def _kind_refer(self, kind: ReferenceKind, target: str) -> None:
        before, self._kind = self._kind, kind
        self.refer(target)
        self._kind = before

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
        self.engine.watch(base, lambda number: self._put(number, key, value))

    def _put(self, number: int, key: int, node: int) -> None:
        kind = self.engine.values[number].kind
        if kind is Kind.CONTAINER:
            self.calls.containers.put(number, key, node)
        elif kind is Kind.EXTERNAL:
            self.engine.watch(key, lambda value: self._put_named(number, value, node))

    def _put_named(self, number: int, key: int, node: int) -> None:
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
        self.engine.watch(node, lambda value: self._raise_class(value, site))

    def _raise_class(self, value: int, site: object) -> None:
        if self.engine.values[value].kind is Kind.CLASS:
            self.calls.call_value(value, site)  # type: ignore[arg-type]

    def star_import(self, statement: f.StarImport) -> None:
        """`from module import *`."""
        self._line = statement.line
        if statement.module in self.engine.program.modules:
            self._kind_refer(ReferenceKind.IMPORT, statement.module)

    def delete(self, statement: f.DelAttr) -> None:
        """`del object.attr`."""
        self._line = statement.line
        self.node(statement.object)

    # Expressions -----------------------------------------------------------------------------

    def name(self, expr: f.Name) -> int:
        """A variable."""
        bare = expr.id.partition("@")[0] or expr.id
        if bare == "@instance":
            return self.unknown
        here = self._activation
        if bare not in here.definition.versions or here.parent is None:
            if (
                names.owner(here, bare) is None
                or here.parent is None
                or self._is_module_level(here, bare)
            ):
                self._refer_global(bare)
        elif here.definition.facts.kind not in ("class",):
            pass
        return names.lookup(self.engine, here, expr.id)

    def _is_module_level(self, here: Activation, name: str) -> bool:
        holder = names.owner(here, name)
        return holder is not None and holder.parent is None

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
        base = self._use(ReferenceKind.REFERENCE, expr.value)
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
        if isinstance(expr.func, f.Name) and expr.func.id == "super":
            self._super(result)
        self.calls.call(callee, site)
        return result

    def _argument(self, expr: f.Expr) -> int:
        return self._use(ReferenceKind.REFERENCE, expr)

    def _super(self, result: int) -> None:
        """`super()`: the class of the method around, and its receiver."""
        method: Activation | None = self._activation
        while method is not None and not self._is_method(method):
            method = method.parent
        if method is None or method.parent is None or not method.definition.facts.params:
            return
        class_ = self.class_value(method.parent)
        receiver = names.variable(self.engine, method, method.definition.facts.params[0].name)
        self.engine.watch(
            receiver,
            lambda value: self.engine.add(
                result, self.engine.values.number(Value(Kind.SUPER, index=value, link=class_))
            ),
        )

    def _is_method(self, activation: Activation) -> bool:
        parent = activation.parent
        return parent is not None and parent.definition.facts.kind == "class"

    def subscript(self, expr: f.Sub) -> int:
        """`value[index]`."""
        base, key = self.node(expr.value), self.node(expr.index)
        self._line = expr.line
        result = self.engine.node()
        place, is_slice = self.place, expr.index == f.Lit("slice")
        self.engine.watch(base, lambda value: self._item(value, key, is_slice, place, result))
        return result

    def _item(self, number: int, key: int, is_slice: bool, place: Place, result: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONTAINER:
            if is_slice:
                self.engine.add(result, number)
            else:
                self.calls.containers.get(number, key, result)
                if not self.engine.is_told_apart(place.activation):
                    self.engine.later(lambda: self._item_unknown(number, key, result))
        elif value.kind is Kind.INSTANCE:
            self.calls.special_with(number, "__getitem__", (key,), place, result)
        elif value.kind is Kind.CLASS:
            self.engine.add(result, number)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self.engine.watch(key, lambda k: self._external_field(number, k, result))
            if is_slice and value.kind is Kind.MODEL:
                self.engine.add(result, number)
            self.calls.external_item(number, value, place, result)

    def _item_unknown(self, container: int, key: int, result: int) -> None:
        """A key of which nothing is known may be any."""
        if not self.engine.points[key]:
            self.engine.edge(self.calls.containers.all(container), result)

    def _external_field(self, number: int, key: int, result: int) -> None:
        data = self.engine.values[key].data
        if isinstance(data, str):
            self.engine.edge(self.engine.field(number, f"[{data!r}]"), result)

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
        return self.engine.node(made)

    def mapping(self, expr: f.Dict) -> int:
        """A dict display or comprehension."""
        containers = self.calls.containers
        made = self.engine.container("dict")
        for key, value in expr.items:
            node = self.node(value)
            if key is None:
                self.engine.watch(node, lambda other: self._merge(other, made))
            else:
                self.engine.edge(self.unknown, containers.any(made))
                containers.put(made, self.node(key), node)
                if not isinstance(key, f.Const):
                    self.engine.edge(node, containers.any(made))
        return self.engine.node(made)

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
        self.engine.watch(base, lambda value: self._enter(value, place, result))
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
            self._kind_refer(ReferenceKind.IMPORT, expr.name)
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
        parts = [
            part.value if isinstance(part, f.Const) else self.node(part)
            for part in expr.parts[:_MOST_TEXT_PARTS]
        ]
        result = self.engine.node(self.engine.external("builtins.str()"))
        nodes = [part for part, e in zip(parts, expr.parts, strict=False) if not _is_const(e)]
        kinds = [_is_const(e) for e in expr.parts[:_MOST_TEXT_PARTS]]

        def put_together() -> None:
            options = [
                [str(part)] if known else self._texts(int(part or 0))
                for part, known in zip(parts, kinds, strict=True)
            ]
            for combination in list(product(*options))[:_MOST_TEXTS]:
                self.engine.add(result, self.engine.literal("".join(combination)))

        if nodes:
            self.engine.later(put_together)
        else:
            put_together()
        return result

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
            self.engine.watch(base, lambda value: self._rest(value, expr, made))
        else:
            self.engine.watch(base, lambda value: self._part(value, expr.index, place, result))
        return result

    def _rest(self, number: int, expr: f.Unpack, made: int) -> None:
        if self.engine.values[number].kind is Kind.CONTAINER:
            self.calls.containers.rest(number, expr.index, expr.tail, made)

    def _part(self, number: int, index: int, place: Place, result: int) -> None:
        if self.engine.values[number].kind is Kind.CONTAINER:
            self.calls.containers.unpacked(number, index, result)
        else:
            self.calls.iterate_value(number, place, result)


def _is_const(expr: f.Expr) -> bool:
    return isinstance(expr, f.Const)


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
_EXPRESSIONS: dict[type, Callable[..., int]] = {
    f.Name: Evaluator.name,
    f.Const: Evaluator.constant,
    f.Lit: Evaluator.literal,
    f.Attr: Evaluator.attribute,
    f.Call: Evaluator.call,
    f.Sub: Evaluator.subscript,
    f.Seq: Evaluator.sequence,
    f.Dict: Evaluator.mapping,
    f.Star: Evaluator.star,
    f.Def: Evaluator.lambda_,
    f.Choice: Evaluator.choice,
    f.Iter: Evaluator.iteration,
    f.Await: Evaluator.awaited,
    f.Enter: Evaluator.entered,
    f.Module: Evaluator.module,
    f.From: Evaluator.imported,
    f.Text: Evaluator.text,
    f.Unpack: Evaluator.unpacked,
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
