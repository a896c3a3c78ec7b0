"""The values that stand for SQLAlchemy's objects, and small readings of engine state."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.finding import Location
from decompose.resolve.engine import Engine
from decompose.resolve.sites import Activation, CallSite
from decompose.resolve.values import Kind, Value

COLUMN = "sqlalchemy.column"
FOREIGN_KEY = "sqlalchemy.foreign_key"
KEY_CONSTRAINT = "sqlalchemy.foreign_key_constraint"
PRIMARY_KEY = "sqlalchemy.primary_key"
RELATION = "sqlalchemy.relation"
BACKREF = "sqlalchemy.backref"
PROXY = "sqlalchemy.proxy"
SYNONYM = "sqlalchemy.synonym"
TABLE = "sqlalchemy.table"
QUERY = "sqlalchemy.query"
SELECT = "sqlalchemy.select"
CHANGE = "sqlalchemy.change"
RESULT = "sqlalchemy.result"
SCALARS = "sqlalchemy.scalars"
ROW = "sqlalchemy.row"
PAGES = "sqlalchemy.pages"
COLLECTION = "sqlalchemy.collection"
DYNAMIC = "sqlalchemy.dynamic"
LOADER = "sqlalchemy.loader"
TEXT = "sqlalchemy.text"
VERSION = "sqlalchemy.version"
METHOD = "sqlalchemy.method"


def model(engine: Engine, name: str, *, site: int = 0, link: int = -1, data: object = None) -> int:
    """The number of a MODEL value."""
    held = data if isinstance(data, str | int | tuple) else None
    return engine.values.number(Value(Kind.MODEL, name, site, link, held))


def class_of_body(engine: Engine, body: Activation) -> int:
    """The class value whose body is the activation `body`."""
    above = body.parent.number if body.parent is not None else -1
    return engine.values.number(Value(Kind.CLASS, index=body.definition.index, link=above))


def class_name(engine: Engine, class_: int) -> str:
    """The bare name of a class of ours."""
    return definition_id(engine, class_).rpartition(".")[2]


def definition_id(engine: Engine, class_: int) -> str:
    """The qualified name of a class of ours."""
    return engine.program.definitions[engine.values[class_].index].id


def attribute_names(engine: Engine, class_: int) -> list[str]:
    """The names that the bodies of a class and of its bases bind."""
    entry = engine.calls.classes.entry(class_)
    order = entry.order if entry is not None else []
    bodies = [engine.calls.classes.entry(number) for number in order]
    found = [name for body in bodies if body for name in body.body.definition.versions]
    return list(dict.fromkeys(found))


def texts(engine: Engine, node: int | None) -> list[str]:
    """The literal strings that a node holds."""
    if node is None:
        return []
    data = [value.data for value in engine.held(node) if value.kind is Kind.CONSTANT]
    return [text for text in data if isinstance(text, str)]


def keyword(engine: Engine, site: CallSite, name: str) -> object:
    """The literal given for a keyword argument, None without one."""
    for given, node in site.kwargs:
        if given == name:
            for value in engine.held(node):
                if value.kind is Kind.CONSTANT:
                    return value.data
    return None


def held_models(engine: Engine, node: int, *names: str) -> list[int]:
    """The MODEL values of certain names in a node, and in the containers that it holds."""
    return [
        number
        for number in _flat(engine, node, 2)
        if engine.values[number].kind is Kind.MODEL and engine.values[number].name in names
    ]


def _flat(engine: Engine, node: int, depth: int) -> Iterator[int]:
    for number in engine.numbers(node):
        if engine.values[number].kind is Kind.CONTAINER and depth:
            yield from _flat(engine, engine.calls.containers.all(number), depth - 1)
        else:
            yield number


def is_code(activation: Activation) -> bool:
    """Whether an activation runs for a purpose of its own, rather than to declare something."""
    if activation.definition.facts.kind == "lambda" and activation.parent is not None:
        return is_code(activation.parent)
    return activation.definition.facts.kind not in ("class", "module")


def location(site: CallSite) -> Location:
    """Where a call stands."""
    return Location(path=site.activation.definition.module.facts.path, line=site.line)
