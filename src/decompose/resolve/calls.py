"""Calls: which activation runs, how arguments reach parameters, what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.attributes import Classes, make_site
from decompose.resolve.containers import Containers
from decompose.resolve.engine import Activation, CallSite, Context, Engine, Place
from decompose.resolve.program import Definition
from decompose.resolve.values import Kind, Value

_CALLS_ARGUMENTS = frozenset(
    f"builtins.{name}" for name in ("map", "filter", "sorted", "min", "max", "reduce")
) | {"functools.reduce", "itertools.starmap", "itertools.groupby"}
_COPIES = frozenset(
    f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset", "sorted", "reversed")
) | {"builtins.iter", "builtins.filter", "itertools.chain", "itertools.islice", "collections.deque"}
_FORWARDED = frozenset(
    {"copy.copy", "copy.deepcopy", "typing.cast", "asyncio.run", "builtins.property"}
    | {"functools.wraps()", "functools.update_wrapper"}
    | {"builtins.staticmethod", "builtins.classmethod"}
)
_ASKING = {
    f"builtins.{name}": f"__{name}__"
    for name in ("len", "str", "repr", "bool", "hash", "int", "float", "bytes", "dir", "format")
}
_DICTS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.defaultdict"})

_MOST_PARTIALS = 2  # partials of partials that are followed
_MOST_ARGUMENTS = 64


class Calls:
    """Everything callable."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.containers = Containers(engine)
        self.classes = Classes(engine, self.call_value)
        self._unwrapped: dict[int, frozenset[int]] = {}
        engine.calls = self

    def call(self, callee: int, site: CallSite) -> None:
        """Call whatever node `callee` holds."""
        self.engine.watch(callee, lambda value: self.call_value(value, site))

    def call_value(self, number: int, site: CallSite) -> None:
        """Call one value."""
        value = self.engine.values[number]
        if value.kind is Kind.FUNCTION:
            self._call_function(value, None, site)
        elif value.kind is Kind.BOUND:
            self._call_function(self.engine.values[value.link], value.index, site)
        elif value.kind is Kind.CLASS:
            self._construct(number, site)
        elif value.kind is Kind.INSTANCE:
            self._call_method(number, "__call__", site)
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self._call_external(number, value, site)

    # Functions -------------------------------------------------------------------------------

    def _call_function(self, function: Value, receiver: int | None, site: CallSite) -> None:
        engine = self.engine
        definition = engine.program.definitions[function.index]
        parent = engine.activations[function.link] if function.link >= 0 else None
        context = self._context(definition, parent, receiver, site)
        activation = engine.activation(definition, parent, context)
        site.activation.calls.append((activation.number, site.line))
        self._pass(activation, receiver, site)
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
        Milanova et al., 2005), a small or function-returning one for each call (1-call-site).
        """
        context: Context = ()
        if receiver is not None and parent is not None:
            value = self.engine.values[receiver]
            class_ = value.link if value.kind is Kind.INSTANCE else receiver
            entry = self.classes.entry(class_)
            if value.index or (entry is not None and entry.body is not parent):
                context = (receiver,)
        if definition.escapes or definition.is_small:
            context = (*context, "at", site.key)
        return context

    def _pass(self, activation: Activation, receiver: int | None, site: CallSite) -> None:
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
                engine.watch(
                    node, lambda value: self._pass_mapping(activation, value, sorted(named))
                )
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
                engine.watch(
                    node,
                    lambda value, p=position: self._pass_items(  # type: ignore[misc]
                        activation, value, positional[p:], len(positional)
                    ),
                )
                continue
            if position < len(positional):
                engine.edge(node, names.variable(engine, activation, positional[position]))
            else:
                rest = self._rest(activation, "vararg")
                if rest is not None:
                    index = position - len(positional)
                    engine.edge(node, self.containers.item(rest, index))

    def _pass_items(
        self, activation: Activation, container: int, positional: Sequence[str], count: int
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

    def _pass_mapping(self, activation: Activation, mapping: int, named: Sequence[str]) -> None:
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
                for number in sorted(self.engine.points[node]):
                    value = self.engine.values[number]
                    if value.kind is Kind.CONTAINER and value.name == f"*{kind}":
                        return number
                made = self.engine.container(f"*{kind}")
                self.engine.add(node, made)
                return made
        return None

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
        site.activation.functions.append((number, site.line))
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
            site.activation, site.line, site.number, site.key, site.args, site.kwargs, result
        )
        method = self.engine.node()
        self.classes.load_value(receiver, name, site.place, method)
        self.call(method, site)
        if missing is not None:
            self.engine.later(lambda: self._if_absent(method, receiver, site))

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
        self.engine.watch(source, lambda value: self.iterate_value(value, place, result))

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
            self.engine.watch(iterator, lambda it: self._advance(it, place, result))
        elif value.kind in (Kind.EXTERNAL, Kind.MODEL):
            self.external_item(number, value, place, result)

    def _advance(self, iterator: int, place: Place, result: int) -> None:
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
        site.activation.externals.append((number, site.line))
        for library in self.engine.libraries:
            if library.call(number, site):
                return
        if value.kind is not Kind.EXTERNAL:
            return
        link = self.engine.values[value.link] if value.link >= 0 else None
        if link is not None and link.kind is Kind.CONTAINER:
            self.containers.method(value.link, value.name.rpartition(".")[2], site)
        elif not self._call_known(value, site):
            self.engine.add_external(site.result, f"{value.name}()", number, site.number)

    def _call_known(self, value: Value, site: CallSite) -> bool:
        """The built-in and standard functions whose result matters."""
        name, first = value.name, site.argument(0)
        if name in _ASKING and first is not None:
            self.engine.watch(first, lambda asked: self._ask(asked, _ASKING[name], site))
        if name in _CALLS_ARGUMENTS:
            self._call_arguments(name, site)
        action = _KNOWN.get(name)
        if action is not None:
            action(self, site)
        elif name in _FORWARDED and first is not None:
            for node, _ in site.args:
                self.engine.edge(node, site.result)
        elif name == "functools.partial()":
            self._call_partial(value, site)
        else:
            return name in _CALLS_ARGUMENTS
        return True

    def _ask(self, number: int, method: str, site: CallSite) -> None:
        """`len(x)` and its like call a method of `x`."""
        if self.engine.values[number].kind is Kind.INSTANCE:
            self.special(number, method, site.place, self.engine.node())

    def _next(self, site: CallSite) -> None:
        for node, _ in site.args[:1]:
            self.engine.watch(node, lambda it: self._advance(it, site.place, site.result))

    def _type_of(self, site: CallSite) -> None:
        for node, _ in site.args[:1]:
            self.engine.watch(node, lambda value: self._type(value, site.result))

    def _import_named(self, site: CallSite) -> None:
        for node, _ in site.args[:1]:
            self.engine.watch(node, lambda module: self._import(module, site))

    def _super(self, site: CallSite) -> None:
        """`super(C, self)`; the form without arguments is resolved where it stands."""
        class_, receiver = site.argument(0), site.argument(1)
        if class_ is None or receiver is None:
            return
        self.engine.watch(class_, lambda c: self._super_of(c, receiver, site.result))

    def _super_of(self, class_: int, receiver: int, result: int) -> None:
        if self.engine.values[class_].kind is not Kind.CLASS:
            return
        self.engine.watch(
            receiver,
            lambda value: self.engine.add(
                result, self.engine.values.number(Value(Kind.SUPER, index=value, link=class_))
            ),
        )

    def _type(self, number: int, result: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.INSTANCE:
            self.engine.add(result, value.link)

    def _call_arguments(self, name: str, site: CallSite) -> None:
        """`map(f, xs)` and its like call the functions among their arguments with the items."""
        items, made = self.engine.node(), self.engine.container("list")
        nodes = [node for node, _ in site.args] + [node for _, node in site.kwargs]
        for node in nodes:
            self.iterate(node, site.place, items)
        inner = make_site(
            self.engine,
            site.place,
            ((items, False),),
            (),
            self.containers.any(made) if name == "builtins.map" else self.engine.node(),
        )
        for node in nodes:
            self.engine.watch(node, lambda value: self._call_if_function(value, inner))
        if name == "builtins.map":
            self.engine.add(site.result, made)
        elif name in ("builtins.min", "builtins.max"):
            self.engine.edge(items, site.result)

    def _call_if_function(self, number: int, site: CallSite) -> None:
        if self.engine.values[number].kind in (Kind.FUNCTION, Kind.BOUND, Kind.CLASS):
            self.call_value(number, site)

    def _copy_items(self, site: CallSite) -> None:
        made = self.engine.container("list")
        for node, _ in site.args:
            self.engine.watch(node, lambda value: self._copy_value(value, made, site.place))
        self.engine.add(site.result, made)

    def _copy_value(self, number: int, made: int, place: Place) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONTAINER and value.name != "dict":
            self.containers.copy(number, made)
            if number in self.containers.lengths:
                self.containers.lengths[made] = self.containers.lengths[number]
        else:
            self.iterate_value(number, place, self.containers.any(made))

    def _enumerate(self, site: CallSite) -> None:
        self._tuples(1, site)

    def _zip(self, site: CallSite) -> None:
        self._tuples(0, site)

    def _tuples(self, offset: int, site: CallSite) -> None:
        pair, made = self.engine.container("tuple"), self.engine.container("list")
        for position, (node, _) in enumerate(site.args):
            self.iterate(node, site.place, self.containers.item(pair, position + offset))
        self.engine.add(self.containers.any(made), pair)
        self.engine.add(site.result, made)

    def _dict(self, site: CallSite) -> None:
        made = self.engine.container("dict")
        for name, node in site.kwargs:
            if name != "**":
                self.engine.edge(node, self.containers.item(made, name))
        copied = [n for n, _ in site.args] + [n for name, n in site.kwargs if name == "**"]
        for node in copied:
            self.engine.watch(node, lambda value: self._dict_from(value, made, site))
        self.engine.add(site.result, made)

    def _dict_from(self, number: int, made: int, site: CallSite) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONTAINER and value.name in ("dict", "*kwarg"):
            self.containers.copy(number, made)
        elif value.kind in (Kind.FUNCTION, Kind.CLASS):
            inner = make_site(self.engine, site.place, (), (), self.containers.any(made))
            self.call_value(number, inner)

    def _dynamic_attribute(self, site: CallSite) -> None:
        target, key = site.argument(0), site.argument(1)
        if target is None or key is None:
            return
        default = site.argument(2)
        if default is not None:
            self.engine.edge(default, site.result)
        self.engine.watch(key, lambda value: self._load_named(target, value, site))

    def _load_named(self, target: int, key: int, site: CallSite) -> None:
        name = self.engine.values[key].data
        if not isinstance(name, str):
            return
        if "{}" not in name:
            self.classes.load(target, name, site.place, site.result)
        elif name.strip("{}"):
            self.engine.watch(target, lambda value: self._load_like(value, name, site))

    def _load_like(self, target: int, name: str, site: CallSite) -> None:
        """`getattr(x, f"on_{event}")`: every attribute that the name can mean."""
        value = self.engine.values[target]
        class_ = value.link if value.kind is Kind.INSTANCE else target
        pattern = _pattern(name)
        for attr in self.classes.attributes(class_):
            if pattern.fullmatch(attr):
                self.classes.load_value(target, attr, site.place, site.result)

    def _import(self, number: int, site: CallSite) -> None:
        """`import_module` of a name known in part: every module of ours that it can mean."""
        name = self.engine.values[number].data
        if not isinstance(name, str):
            return
        if name.startswith("."):
            packages = self.engine.texts(site.argument(1, "package"))
            name = packages[0] + name if packages else name
        pattern = _pattern(name)
        for module in sorted(self.engine.program.modules):
            if pattern.fullmatch(module):
                key = (module, ReferenceKind.IMPORT.value)
                site.activation.references.setdefault(key, site.line)
                names.import_module(self.engine, module, site.result)

    def _partial(self, site: CallSite) -> None:
        """`partial(f, ...)`: the site remembers what is bound; calling it calls `f`."""
        value = self.engine.external("functools.partial()", -1, site.number)
        self.engine.add(site.result, value)

    def _call_partial(self, value: Value, site: CallSite) -> None:
        made = self.engine.sites[value.index]
        function = made.argument(0)
        unwrapped = self._unwrapped.get(site.number, frozenset())
        if function is None or value.index in unwrapped or len(unwrapped) >= _MOST_PARTIALS:
            return
        inner = make_site(
            self.engine,
            site.place,
            (*made.args[1:], *site.args)[:_MOST_ARGUMENTS],
            (*made.kwargs, *site.kwargs)[:_MOST_ARGUMENTS],
            site.result,
            site.key,
        )
        self._unwrapped[inner.number] = unwrapped | {value.index}
        self.call(function, inner)


def _pattern(name: str) -> re.Pattern[str]:
    """What a name with holes (`on_{}`) can be."""
    return re.compile(re.escape(name).replace(re.escape("{}"), "[^.]+"))


_KNOWN: dict[str, Callable[[Calls, CallSite], None]] = {
    **dict.fromkeys(_COPIES, Calls._copy_items),
    **dict.fromkeys(_DICTS, Calls._dict),
    "builtins.next": Calls._next,
    "builtins.enumerate": Calls._enumerate,
    "builtins.zip": Calls._zip,
    "builtins.getattr": Calls._dynamic_attribute,
    "builtins.super": Calls._super,
    "builtins.type": Calls._type_of,
    "importlib.import_module": Calls._import_named,
    "functools.partial": Calls._partial,
}
