"""Annotations as hints: the instances that an annotated variable may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decompose.domain import facts as f
from decompose.resolve.containers import each
from decompose.resolve.values import Kind

if TYPE_CHECKING:
    from decompose.resolve.core import Core
    from decompose.resolve.engine import Engine

_TRANSPARENT = frozenset(
    {"Optional", "Union", "Annotated", "ClassVar", "Final", "Type", "type", "Awaitable", "Mapped"}
)
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "OrderedDict"})
_ITERABLES = frozenset(
    [
        "list",
        "List",
        "set",
        "Set",
        "frozenset",
        "FrozenSet",
        "tuple",
        "Tuple",
        "Sequence",
        "Iterable",
        "Iterator",
        "Collection",
        "Generator",
        "AsyncIterator",
        "MutableSequence",
        "deque",
        "Deque",
    ]
)


def annotated(evaluator: Core, annotation: f.Expr) -> int:
    """A node with the values that the annotation `annotation` promises."""
    if isinstance(annotation, f.Choice):
        result = evaluator.engine.node()
        for item in annotation.items:
            evaluator.engine.edge(annotated(evaluator, item), result)
        return result
    if isinstance(annotation, f.Sub):
        return _generic(evaluator, annotation)
    if isinstance(annotation, f.Name | f.Attr):
        return instances(evaluator, annotation)
    return evaluator.unknown


def _generic(evaluator: Core, annotation: f.Sub) -> int:
    name = _last_name(annotation.value)
    index = annotation.index
    args = index.items if isinstance(index, f.Seq) else (index,)
    result = evaluator.engine.node()
    if name in ("Type", "type"):
        evaluator.engine.edge(evaluator.node(args[0]), result)
    elif name in _TRANSPARENT:
        for arg in args:
            evaluator.engine.edge(annotated(evaluator, arg), result)
    elif name in _MAPPINGS or name in _ITERABLES:
        made = evaluator.engine.container("dict" if name in _MAPPINGS else "list")
        target = evaluator.calls.containers.any(made)
        for arg in args[-1:] if name in _MAPPINGS else args:
            evaluator.engine.edge(annotated(evaluator, arg), target)
        evaluator.engine.add(result, made)
    else:
        evaluator.engine.edge(instances(evaluator, annotation.value), result)
    return result


def _last_name(expr: f.Expr) -> str:
    if isinstance(expr, f.Name):
        return expr.id.partition("@")[0]
    return expr.attr if isinstance(expr, f.Attr) else ""


def instances(evaluator: Core, classes: f.Expr) -> int:
    """A node with instances of the classes that an expression holds, tuples of them included."""
    result = evaluator.engine.node()
    source = evaluator.node(classes)
    each(evaluator.engine, source, _instance, evaluator.engine, result)
    return result


def _instance(number: int, engine: Engine, result: int) -> None:
    value = engine.values[number]
    if value.kind is Kind.CLASS:
        engine.add(result, engine.instance(number))
    elif value.kind is Kind.EXTERNAL and not value.name.startswith("builtins."):
        engine.add_external(result, f"{value.name}()", number)
