"""Calls: which activation runs, how arguments reach parameters, what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from sys import intern

from decompose.resolve.arguments import Arguments
from decompose.resolve.attributes import Classes, make_site
from decompose.resolve.containers import Containers
from decompose.resolve.engine import Engine
from decompose.resolve.known import call_known
from decompose.resolve.program import Definition
from decompose.resolve.sites import Activation, CallSite, Context, Place
from decompose.resolve.values import Kind, Value


class Calls:
    """Everything callable."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.containers = Containers(engine)
        self.arguments = Arguments(engine, self.containers)
        self.classes = Classes(engine, self.call_value)
        self.unwrapped: dict[int, frozenset[int]] = {}
        engine.calls = self

    def call(self, callee: int, site: CallSite) -> None:
        """Call whatever node `callee` holds."""
        self.engine.call(callee, site)

    def call_value(self, number: int, site: CallSite) -> None:
        """Call one value."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            self._call_unbound(value, site)
        elif value.kind is Kind.BOUND:
            self._call_function(self.engine.values[value.link], value.index, site)
        elif value.kind is Kind.CLASS:
            self._construct(number, site)
        elif value.kind is Kind.INSTANCE:
            self._call_method(number, "__call__", site)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self._call_external(number, value, site)

    # Functions -------------------------------------------------------------------------------

    def _call_unbound(self, function: Value, site: CallSite) -> None:
        """`Base.method(self, ...)` is the method of each object that it is given; else a call."""
        given = site.argument(0)
        if given is None or not self._is_method(function):
            self._call_function(function, None, site)
            return
        bound = CallSite(
            site.activation, site.line, site.number, site.ordinal, site.given[1:], site.kwargs,
            site.result,
        )  # fmt: skip
        self.engine.watch(given, self._call_on, function, bound)
        self.engine.later(self._call_on_nothing, function, given, site)

    def _is_method(self, function: Value) -> bool:
        definition = self.engine.program.definitions[function.index]
        parent = self.engine.activations[function.link] if function.link >= 0 else None
        inside = parent is not None and parent.definition.facts.kind == "class"
        return inside and definition.method_kind == ""

    def _call_on(self, receiver: int, function: Value, site: CallSite) -> None:
        if self.engine.values[receiver].kind is Kind.INSTANCE:
            self._call_function(function, receiver, site)

    def _call_on_nothing(self, function: Value, given: int, site: CallSite) -> None:
        if not any(value.kind is Kind.INSTANCE for value in self.engine.held(given)):
            self._call_function(function, None, site)

    def _call_function(self, function: Value, receiver: int | None, site: CallSite) -> None:
        engine = self.engine
        definition = engine.program.definitions[function.index]
        parent = engine.activations[function.link] if function.link >= 0 else None
        context = self._context(definition, parent, receiver, site)
        activation = engine.activation(definition, parent, context)
        engine.note_call(site, activation)
        self.arguments.pass_(activation, receiver, site)
        if definition.facts.is_generator:
            engine.add(site.result, self.generator(activation))
        else:
            engine.edge(activation.returns, site.result)

    def _context(
        self,
        definition: Definition,
        parent: Activation | None,
        receiver: int | None,
        site: CallSite,
    ) -> Context:
        """What tells this call from others of the same function.

        An inherited method is evaluated for each class that it is called on (object sensitivity,
        Milanova et al., 2005), a small or function-returning one for each call (1-call-site),
        one of middling size for each that such a one makes; what a `declared_attr` gives is made
        once for each class. Calls that give the same literals are the same, unless the function
        returns one of its own.
        """
        context: Context = ()
        if receiver is not None and parent is not None:
            value = self.engine.values[receiver]
            class_ = value.link if value.kind is Kind.INSTANCE else receiver
            entry = self.classes.entry(class_)
            if value.index or (entry is not None and entry.body is not parent):
                context = (receiver,)
        made, called = _maker(site.activation), _caller(site.activation)
        told_apart = definition.is_modest and (definition.is_small or made or called)
        if (definition.escapes or told_apart) and definition.method_kind != "declared":
            if not definition.escapes and self._gives_literals(site):
                return (*context, "at", (site.given, site.kwargs))
            context = (*context, "at", site.key, *made, *called)
        return context

    def _gives_literals(self, site: CallSite) -> bool:
        """Whether nothing but literals is ever handed over at a call; each has one node."""
        nodes = (*site.given, *[node for _, node in site.kwargs])
        return all(node >= 0 and self._is_literal(node) for node in nodes)

    def _is_literal(self, node: int) -> bool:
        if not self.engine.is_sealed(node):
            return False
        return all(v.kind in (Kind.CONSTANT, Kind.EXTERNAL) for v in self.engine.held(node))

    def generator(self, activation: Activation) -> int:
        """The generator that calling an activation gives."""
        if activation.generator < 0:
            activation.generator = self.engine.container("generator")
        return activation.generator

    def activation_of(self, number: int) -> Activation | None:
        """The activation that runs when something outside the program calls a value.

        A class stands for its body's activation, where readers put what runs on its instances.
        """
        value = self.engine.values[number]
        if value.kind is Kind.BOUND:
            value = self.engine.values[value.link]
        if value.kind is Kind.CLASS:
            entry = self.classes.entry(number)
            return entry.body if entry is not None else None
        if value.kind is not Kind.FUNCTION:
            return None
        parent = self.engine.activations[value.link] if value.link >= 0 else None
        return self.engine.activation(self.engine.program.definitions[value.index], parent)

    # Classes ---------------------------------------------------------------------------------

    def _construct(self, number: int, site: CallSite) -> None:
        engine = self.engine
        external = self.classes.external_base(number)
        made = engine.instance(number, site.number if self._is_identified(external) else 0)
        engine.add(site.result, made)
        class_ = engine.program.definitions[engine.values[number].index]
        _note_first(engine.constructed, class_.id, site)
        if external is not None:
            for library in engine.libraries:
                library.construct(number, site)
        self._call_method(made, "__init__", site, self._fill)

    def _is_identified(self, external: int | None) -> bool:
        """Whether each instance of a class with this base matters by itself (an application)."""
        if external is None:
            return False
        name = self.engine.values[external].name
        return name.rpartition(".")[2] in ("Flask", "Blueprint", "Namespace", "Api", "Celery")

    def _fill(self, made: int, site: CallSite) -> None:
        """Without an `__init__` of ours, keyword arguments become attributes."""
        for name, node in site.kwargs:
            self.engine.edge(node, self.engine.field(made, name))
            for library in self.engine.libraries:
                library.store(made, name, node, site.place)

    def _call_method(
        self,
        receiver: int,
        name: str,
        site: CallSite,
        missing: object = None,
    ) -> None:
        result = site.result if name != "__init__" else self.engine.node()
        site = CallSite(
            site.activation, site.line, site.number, site.ordinal, site.given, site.kwargs, result
        )
        method = self.engine.node()
        self.classes.load_of(receiver, name, site.place, method)
        self.call(method, site)
        if missing is not None:
            self.engine.later(self._if_absent, method, receiver, site)

    def _if_absent(self, method: int, receiver: int, site: CallSite) -> None:
        if not any(v.kind is Kind.BOUND for v in self.engine.held(method)):
            self._fill(receiver, site)

    def special(self, receiver: int, name: str, place: Place, result: int) -> None:
        """Call a special method without arguments (`__iter__`, `__enter__`)."""
        self._call_method(receiver, name, make_site(self.engine, place, (), (), result))

    def special_with(
        self, receiver: int, name: str, args: Sequence[int], place: Place, result: int
    ) -> None:
        """Call a special method with arguments (`__getitem__`)."""
        pairs = tuple((node, False) for node in args)
        self._call_method(receiver, name, make_site(self.engine, place, pairs, (), result))

    # Iteration -------------------------------------------------------------------------------

    def iterate(self, source: int, place: Place, result: int) -> None:
        """Let `result` hold what iterating over `source` gives."""
        self.engine.watch(source, self.iterate_value, place, result)

    def iterate_value(self, number: int, place: Place, result: int) -> None:
        """Let `result` hold what iterating over one value gives."""
        value = self.engine.values[number]
        if value.kind is Kind.CONTAINER:
            if value.name == "dict":
                for key in self.containers.keys(number):
                    self.engine.add(result, self.engine.literal(key))
            else:
                self.engine.edge(self.containers.all(number), result)
        elif value.kind is Kind.INSTANCE:
            iterator = self.engine.node()
            self.special(number, "__iter__", place, iterator)
            self.special(number, "__aiter__", place, iterator)
            self.engine.watch(iterator, self.advance, place, result)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self.external_item(number, value, place, result)

    def advance(self, iterator: int, place: Place, result: int) -> None:
        """Let `result` hold what `next` gives of one iterator."""
        if self.engine.values[iterator].kind is Kind.INSTANCE:
            self.special(iterator, "__next__", place, result)
            self.special(iterator, "__anext__", place, result)
        else:
            self.iterate_value(iterator, place, result)

    def external_item(self, number: int, value: Value, place: Place, result: int) -> None:
        """An item of a library's object, by subscript or iteration."""
        for library in self.engine.libraries:
            if library.subscript(number, place, result):
                return
        if value.kind is Kind.EXTERNAL and value.name != "...":
            self.engine.add_external(result, f"{value.name}[]", number, value.index)

    # Libraries -------------------------------------------------------------------------------

    def _call_external(self, number: int, value: Value, site: CallSite) -> None:
        if value.name == "...":
            return
        path = intern(value.name.replace("()", "").replace("[]", ""))
        _note_first(self.engine.externals, path, site)
        for library in self.engine.libraries:
            if library.call(number, site):
                return
        if value.kind is not Kind.EXTERNAL:
            return
        link = self.engine.values[value.link] if value.link >= 0 else None
        if link is not None and link.kind is Kind.CONTAINER:
            self.containers.method(value.link, value.name.rpartition(".")[2], site)
        elif not call_known(self, value, site):
            self.engine.add_external(site.result, f"{value.name}()", number, site.number)
            if value.name.endswith("()"):
                self._hand_through(site)

    def _hand_through(self, site: CallSite) -> None:
        """What a library's call returned, called with one function: a decorator, it gives it back.

        The same is taken to be so where a library's decorator stands above a definition.
        """
        if len(site.given) == 1 and not site.kwargs:
            self.engine.watch(site.args[0][0], self._give_back, site.result)

    def _give_back(self, number: int, result: int) -> None:
        if self.engine.values[number].kind in (Kind.FUNCTION, Kind.BOUND, Kind.CLASS):
            self.engine.add(result, number)

    def above(self, receiver: int, class_: int, result: int) -> None:
        """Let `result` hold what `super()` gives in a method of `class_` for one receiver."""
        value = Value(Kind.SUPER, index=receiver, link=class_)
        self.engine.add(result, self.engine.values.number(value))


def _note_first(lines: dict[Definition, dict[str, int]], target: str, site: CallSite) -> None:
    """Note the first line at which a definition's code calls `target`."""
    found = lines.setdefault(site.activation.definition, {})
    found[target] = min(site.line, found.get(target, site.line))


def _caller(caller: Activation) -> Context:
    """The call that told the caller apart: helpers call helpers with what they were handed."""
    context = caller.context
    return context[context.index("at") + 1 :][:1] if "at" in context else ()


def _maker(caller: Activation) -> Context:
    """The call that made the caller, where a function told apart by its calls returned it.

    Without it, a decorator applied inside a decorator would mix up all that both ever wrap.
    """
    maker = caller.parent
    return () if maker is None or "at" not in maker.context else (maker.number,)
