"""Built-in and standard functions whose result matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from decompose.domain.model import ReferenceKind
from decompose.resolve import names
from decompose.resolve.attributes import make_site
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind, Value

if TYPE_CHECKING:
    from decompose.resolve.calls import Calls

_MOST_PARTIALS = 2  # partials of partials that are followed
_MOST_ARGUMENTS = 64
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
_ENTRY_POINT, _LOAD = "importlib.metadata.EntryPoint.", ".load"
_DICTS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.defaultdict"})


def call_known(calls: Calls, value: Value, site: CallSite) -> bool:
    """The built-in and standard functions whose result matters."""
    name, first = value.name, site.argument(0)
    if name in _ASKING and first is not None:
        calls.engine.watch(first, _ask, calls, _ASKING[name], site)
    if name in _CALLS_ARGUMENTS:
        _call_arguments(calls, name, site)
    action = _KNOWN.get(name)
    if action is not None:
        action(calls, site)
    elif name in _FORWARDED and first is not None:
        for node, _ in site.args:
            calls.engine.edge(node, site.result)
    elif name == "functools.partial()":
        _call_partial(calls, value, site)
    elif name.startswith(_ENTRY_POINT) and name.endswith(_LOAD):
        _load_entry_point(calls, name, site)
    else:
        return name in _CALLS_ARGUMENTS
    return True


def _ask(number: int, calls: Calls, method: str, site: CallSite) -> None:
    """`len(x)` and its like call a method of `x`."""
    if calls.engine.values[number].kind is Kind.INSTANCE:
        calls.special(number, method, site.place, calls.engine.node())


def _next(calls: Calls, site: CallSite) -> None:
    for node, _ in site.args[:1]:
        calls.engine.watch(node, calls.advance, site.place, site.result)


def _type_of(calls: Calls, site: CallSite) -> None:
    for node, _ in site.args[:1]:
        calls.engine.watch(node, _type, calls, site.result)


def _import_named(calls: Calls, site: CallSite) -> None:
    for node, _ in site.args[:1]:
        calls.engine.watch(node, _import, calls, site)


def _super(calls: Calls, site: CallSite) -> None:
    """`super(C, self)`; the form without arguments is resolved where it stands."""
    class_, receiver = site.argument(0), site.argument(1)
    if class_ is None or receiver is None:
        return
    calls.engine.watch(class_, _super_of, calls, receiver, site.result)


def _super_of(class_: int, calls: Calls, receiver: int, result: int) -> None:
    if calls.engine.values[class_].kind is not Kind.CLASS:
        return
    calls.engine.watch(receiver, calls.above, class_, result)


def _type(number: int, calls: Calls, result: int) -> None:
    value = calls.engine.values[number]
    if value.kind is Kind.INSTANCE:
        calls.engine.add(result, value.link)


def _call_arguments(calls: Calls, name: str, site: CallSite) -> None:
    """`map(f, xs)` and its like call the functions among their arguments with the items."""
    items, made = calls.engine.node(), calls.engine.container("list")
    nodes = [node for node, _ in site.args] + [node for _, node in site.kwargs]
    for node in nodes:
        calls.iterate(node, site.place, items)
    inner = make_site(
        calls.engine,
        site.place,
        ((items, False),),
        (),
        calls.containers.any(made) if name == "builtins.map" else calls.engine.node(),
    )
    for node in nodes:
        calls.engine.watch(node, _call_if_function, calls, inner)
    if name == "builtins.map":
        calls.engine.add(site.result, made)
    elif name in ("builtins.min", "builtins.max"):
        calls.engine.edge(items, site.result)


def _call_if_function(number: int, calls: Calls, site: CallSite) -> None:
    if calls.engine.values[number].kind in (Kind.FUNCTION, Kind.BOUND, Kind.CLASS):
        calls.call_value(number, site)


def _copy_items(calls: Calls, site: CallSite) -> None:
    made = calls.engine.container("list")
    for node, _ in site.args:
        calls.engine.watch(node, _copy_value, calls, made, site.place)
    calls.engine.add(site.result, made)


def _copy_value(number: int, calls: Calls, made: int, place: Place) -> None:
    value = calls.engine.values[number]
    if value.kind is Kind.CONTAINER and value.name != "dict":
        calls.containers.copy(number, made)
        if number in calls.containers.lengths:
            calls.containers.lengths[made] = calls.containers.lengths[number]
    else:
        calls.iterate_value(number, place, calls.containers.any(made))


def _enumerate(calls: Calls, site: CallSite) -> None:
    _tuples(calls, 1, site)


def _zip(calls: Calls, site: CallSite) -> None:
    _tuples(calls, 0, site)


def _tuples(calls: Calls, offset: int, site: CallSite) -> None:
    pair, made = calls.engine.container("tuple"), calls.engine.container("list")
    for position, (node, _) in enumerate(site.args):
        calls.iterate(node, site.place, calls.containers.item(pair, position + offset))
    calls.engine.add(calls.containers.any(made), pair)
    calls.engine.add(site.result, made)


def _dict(calls: Calls, site: CallSite) -> None:
    made = calls.engine.container("dict")
    for name, node in site.kwargs:
        if name != "**":
            calls.engine.edge(node, calls.containers.item(made, name))
    copied = [n for n, _ in site.args] + [n for name, n in site.kwargs if name == "**"]
    for node in copied:
        calls.engine.watch(node, _dict_from, calls, made, site)
    calls.engine.add(site.result, made)


def _dict_from(number: int, calls: Calls, made: int, site: CallSite) -> None:
    value = calls.engine.values[number]
    if value.kind is Kind.CONTAINER and value.name in ("dict", "*kwarg"):
        calls.containers.copy(number, made)
    elif value.kind in (Kind.FUNCTION, Kind.CLASS):
        inner = make_site(calls.engine, site.place, (), (), calls.containers.any(made))
        calls.call_value(number, inner)


def _dynamic_attribute(calls: Calls, site: CallSite) -> None:
    target, key = site.argument(0), site.argument(1)
    if target is None or key is None:
        return
    default = site.argument(2)
    if default is not None:
        calls.engine.edge(default, site.result)
    calls.engine.watch(key, _load_named, calls, target, site)


def _load_named(key: int, calls: Calls, target: int, site: CallSite) -> None:
    name = calls.engine.values[key].data
    if not isinstance(name, str):
        return
    if "{}" not in name:
        calls.classes.load(target, name, site.place, site.result)
    elif name.strip("{}"):
        calls.engine.watch(target, _load_like, calls, name, site)


def _load_like(target: int, calls: Calls, name: str, site: CallSite) -> None:
    """`getattr(x, f"on_{event}")`: every attribute that the name can mean."""
    value = calls.engine.values[target]
    class_ = value.link if value.kind is Kind.INSTANCE else target
    pattern = _pattern(name)
    for attr in calls.classes.attributes(class_):
        if pattern.fullmatch(attr):
            calls.classes.load_of(target, attr, site.place, site.result)


def _import(number: int, calls: Calls, site: CallSite) -> None:
    """`import_module` of a name known in part: every module of ours that it can mean."""
    name = calls.engine.values[number].data
    if not isinstance(name, str):
        return
    if name.startswith("."):
        packages = calls.engine.texts(site.argument(1, "package"))
        name = packages[0] + name if packages else name
    pattern = _pattern(name)
    for module in sorted(calls.engine.program.modules):
        if pattern.fullmatch(module):
            kind = ReferenceKind.DYNAMIC if "{}" in name else ReferenceKind.IMPORT
            _refer(calls, module, kind, site)
            names.import_module(calls.engine, module, site.result)


def _refer(calls: Calls, module: str, kind: ReferenceKind, site: CallSite) -> None:
    lines = calls.engine.references[site.activation.definition]
    lines[module, kind.value] = min(site.line, lines.get((module, kind.value), site.line))


def _entry_points(calls: Calls, site: CallSite) -> None:
    """`entry_points(group="...")`: what the project itself offers there, to be loaded."""
    made = calls.engine.container("list")
    groups = calls.engine.texts(site.argument(0, "group"))
    for number, point in enumerate(calls.engine.program.entry_points):
        if point.group in groups:
            calls.engine.add_external(calls.containers.any(made), f"{_ENTRY_POINT}{number}")
    calls.engine.add(site.result, made)


def _load_entry_point(calls: Calls, name: str, site: CallSite) -> None:
    number = name.removeprefix(_ENTRY_POINT).removesuffix(_LOAD)
    point = calls.engine.program.entry_points[int(number)]
    _refer(calls, point.module, ReferenceKind.IMPORT, site)
    names.import_name(calls.engine, point.module, point.name, site.result)


def _partial(calls: Calls, site: CallSite) -> None:
    """`partial(f, ...)`: the site remembers what is bound; calling it calls `f`."""
    value = Value(Kind.EXTERNAL, "functools.partial()", site.number)
    calls.engine.add(site.result, calls.engine.values.number(value))


def _call_partial(calls: Calls, value: Value, site: CallSite) -> None:
    made = calls.engine.sites[value.index]
    function = made.argument(0)
    unwrapped = calls.unwrapped.get(site.number, frozenset())
    if function is None or value.index in unwrapped or len(unwrapped) >= _MOST_PARTIALS:
        return
    inner = make_site(
        calls.engine,
        site.place,
        (*made.args[1:], *site.args)[:_MOST_ARGUMENTS],
        (*made.kwargs, *site.kwargs)[:_MOST_ARGUMENTS],
        site.result,
        site.ordinal,
    )
    calls.unwrapped[inner.number] = unwrapped | {value.index}
    calls.call(function, inner)


def _pattern(name: str) -> re.Pattern[str]:
    """What a name with holes (`on_{}`) can be."""
    return re.compile(re.escape(name).replace(re.escape("{}"), "[^.]+"))


_KNOWN: dict[str, Callable[[Calls, CallSite], None]] = {
    **dict.fromkeys(_COPIES, _copy_items),
    **dict.fromkeys(_DICTS, _dict),
    "builtins.next": _next,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.getattr": _dynamic_attribute,
    "builtins.super": _super,
    "builtins.type": _type_of,
    "importlib.import_module": _import_named,
    "importlib.metadata.entry_points": _entry_points,
    "importlib_metadata.entry_points": _entry_points,
    "pkg_resources.iter_entry_points": _entry_points,
    "functools.partial": _partial,
}
