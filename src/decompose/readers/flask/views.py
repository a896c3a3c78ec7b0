"""What a view is called and what it runs: functions, wrapped functions, view classes."""

from __future__ import annotations

from decompose.domain.facts import Attr, Call, Name
from decompose.resolve.attributes import make_site
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.names import lookup
from decompose.resolve.program import Definition
from decompose.resolve.sites import Place
from decompose.resolve.values import Kind, Value

HTTP_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_MOST_WRAPPERS = 8


def view_functions(engine: Engine, node: int | None) -> list[int]:
    """The values among a node's that can be a view: functions, methods, view classes."""
    if node is None:
        return []
    kinds = (Kind.FUNCTION, Kind.BOUND, Kind.CLASS)
    direct = [n for n in engine.numbers(node) if engine.values[n].kind in kinds]
    return direct or as_view_classes(engine, node)


def as_view_classes(engine: Engine, node: int) -> list[int]:
    """The classes behind what `Class.as_view(...)` returned."""
    found = []
    for number in engine.numbers(node):
        value = engine.values[number]
        if value.kind is Kind.EXTERNAL and value.name.endswith(".as_view()"):
            method = engine.values[value.link]
            if method.link >= 0 and engine.values[method.link].kind is Kind.CLASS:
                found.append(method.link)
    return found


def as_view_names(engine: Engine, node: int) -> list[str]:
    """The names given to `as_view`."""
    names: list[str] = []
    for number in engine.numbers(node):
        value = engine.values[number]
        if value.kind is Kind.EXTERNAL and value.name.endswith(".as_view()"):
            site = engine.sites[value.index]
            names += engine.texts(site.argument(0, "name"))
    return names


def function_of(engine: Engine, number: int) -> Value:
    """The FUNCTION behind a value that may be bound."""
    value = engine.values[number]
    return engine.values[value.link] if value.kind is Kind.BOUND else value


def wrapped(engine: Engine, number: int) -> Definition:
    """The definition that a view finally is, through decorators that use `functools.wraps`."""
    for _ in range(_MOST_WRAPPERS):
        value = function_of(engine, number)
        definition = engine.program.definitions[value.index]
        inner = _wrapped_function(engine, value, definition)
        if inner is None:
            return definition
        number = inner
    return engine.program.definitions[function_of(engine, number).index]


def _wrapped_function(engine: Engine, value: Value, definition: Definition) -> int | None:
    if value.kind is not Kind.FUNCTION or value.link < 0:
        return None
    outer = engine.activations[value.link]
    for decorator in definition.facts.decorators:
        if isinstance(decorator, Call) and _name(decorator.func) == "wraps" and decorator.args:
            argument = decorator.args[0]
            if isinstance(argument, Name):
                node = lookup(engine, outer, argument.id)
                functions = [
                    n
                    for n in engine.numbers(node)
                    if engine.values[n].kind in (Kind.FUNCTION, Kind.BOUND)
                ]
                if functions:
                    return functions[0]
    return None


def _name(func: object) -> str:
    if isinstance(func, Name):
        return func.id.partition("@")[0]
    return func.attr if isinstance(func, Attr) else ""


def class_methods(engine: Engine, class_: int) -> tuple[str, ...]:
    """The HTTP methods that a view class answers, upper case, by its methods' names."""
    found = []
    classes = engine.calls.classes
    entry = classes.entry(class_)
    for number in entry.order if entry is not None else []:
        inner = classes.entry(number)
        if inner is not None:
            found += [m for m in HTTP_METHODS if m in inner.body.definition.versions]
    return tuple(sorted({method.upper() for method in found}))


def run_class(engine: Engine, class_: int) -> None:
    """Let the class's own activation call what Flask calls on a view class."""
    entry = engine.calls.classes.entry(class_)
    if entry is None:
        return
    instance = engine.node(engine.instance(class_))
    place = Place(entry.body, entry.body.definition.facts.line)
    decorators = _decorators(engine, class_, place)
    for name in ("__init__", "dispatch_request", *HTTP_METHODS):
        _run_method(engine, instance, name, place, decorators)


def _decorators(engine: Engine, class_: int, place: Place) -> int:
    """What a view class says its methods are decorated with (`decorators`, Flask-RESTful's)."""
    listed, decorators = engine.node(), engine.node()
    for name in ("decorators", "method_decorators"):
        if engine.calls.classes.defines(class_, name):
            engine.calls.classes.load_of(class_, name, place, listed)

    each(engine, listed, lambda value: engine.add(decorators, value))
    return decorators


def _run_method(engine: Engine, instance: int, name: str, place: Place, decorators: int) -> None:
    """Call a method as it is, and as each decorator hands it on."""
    method, decorated = engine.node(), engine.node()
    engine.calls.classes.load(instance, name, place, method)
    if name in HTTP_METHODS:
        site = make_site(engine, place, ((method, False),), (), decorated)
        engine.calls.call(decorators, site)

    def call(number: int) -> None:
        if engine.values[number].kind in (Kind.BOUND, Kind.FUNCTION):
            engine.calls.call_value(number, make_site(engine, place, (), (), engine.node()))

    engine.watch(method, call)
    engine.watch(decorated, call)
