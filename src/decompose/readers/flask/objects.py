"""Applications, blueprints, APIs and namespaces: which value is which, and who registers whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from decompose.resolve.engine import Engine
from decompose.resolve.program import Definition
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind


class Role(Enum):
    """What an object does for routing."""

    APP = auto()
    BLUEPRINT = auto()
    API = auto()
    NAMESPACE = auto()


_ROLES = {
    "Flask": Role.APP,
    "APIFlask": Role.APP,
    "OpenAPI": Role.APP,
    "Blueprint": Role.BLUEPRINT,
    "APIBlueprint": Role.BLUEPRINT,
    "Api": Role.API,
    "Namespace": Role.NAMESPACE,
}
_LIBRARIES = ("flask", "apiflask", "quart")


def role_of_path(path: str) -> Role | None:
    """The role of instances of a library's class, by its path (`flask.Blueprint`)."""
    if not path.startswith(_LIBRARIES):
        return None
    return _ROLES.get(path.rpartition(".")[2])


@dataclass(slots=True, eq=False)
class RouterObject:
    """An object that routes are registered on.

    `children` are (object, registering call), `registered` (what holds the object, that call).
    """

    value: int
    role: Role
    path: str
    site: CallSite | None
    rules: list[Rule] = field(default_factory=list)
    children: list[tuple[int, CallSite]] = field(default_factory=list)
    registered: list[tuple[int, CallSite]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Rule:
    """A rule as registered: `rules`, `endpoint`, `methods` and `views` are nodes.

    `decorated` is the definition under the decorator that registers it, if one does.
    """

    site: CallSite
    rules: tuple[int, ...]
    endpoint: int | None
    methods: int | tuple[str, ...] | None
    views: int | None
    decorated: Definition | None
    is_resource: bool = False


class Objects:
    """Every router object met so far, in the order of meeting."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.all: dict[int, RouterObject] = {}

    def get(self, number: int) -> RouterObject | None:
        """The router object that a value is; None for any other value."""
        known = self.all.get(number)
        if known is not None:
            return known
        value = self.engine.values[number]
        path = ""
        if value.kind is Kind.EXTERNAL and value.name.endswith("()"):
            path = value.name[:-2]
        elif value.kind is Kind.INSTANCE and value.index:  # 0: the receiver of an uncalled method
            path = self._external_class(value.link)
        role = role_of_path(path)
        if role is None:
            return None
        site = self.engine.sites[value.index] if 0 < value.index < len(self.engine.sites) else None
        made = self.all[number] = RouterObject(number, role, path, site)
        return made

    def _external_class(self, class_: int) -> str:
        for base in self.engine.calls.classes.external_bases(class_):
            path = self.engine.values[base].name
            if role_of_path(path) is not None:
                return path
        return ""

    def of_node(self, node: int | None) -> list[RouterObject]:
        """The router objects among a node's values."""
        if node is None:
            return []
        found = (self.get(number) for number in self.engine.numbers(node))
        return [item for item in found if item is not None]
