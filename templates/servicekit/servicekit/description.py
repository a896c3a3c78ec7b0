"""What `service.json` says about a service, checked and typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

from servicekit.document import Node, Problems
from servicekit.levels import LEVELS, Levels

FORMAT = 1
OWNER_DOWN = ("stale", "refuse")


class DescriptionError(Exception):
    """`service.json` can't be used; `problems` says all that is wrong with it."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self.problems = tuple(f"{path}: {problem}" for problem in problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Application:
    """Where the sliced application is: `module:name` of an object, or of a factory to call."""

    target: str
    is_factory: bool


@dataclass(frozen=True)
class Place:
    """Where the application looks for a value: a config key, an environment variable, or both."""

    config: Optional[str]
    environment: Optional[str]
    style: str = "url"


@dataclass(frozen=True)
class Setting:
    """A config key that an environment variable decides; without a default it is required."""

    config: str
    environment: str
    type: str
    default: Any
    required: bool


@dataclass(frozen=True)
class BuildOnly:
    """A rule of another service's endpoint, known here only to build URLs."""

    rule: str
    endpoint: str
    methods: Optional[Tuple[str, ...]]
    defaults: Mapping[str, Any]
    subdomain: Optional[str]
    strict_slashes: Optional[bool]


@dataclass(frozen=True)
class Description:
    """A service: its application, its tables, and what it needs of others."""

    directory: Path
    name: str
    application: Application
    database: Place
    secret: Optional[Place]
    settings: Tuple[Setting, ...]
    models: Tuple[str, ...]
    schema: Optional[str]
    owned: Tuple[str, ...]
    replicas: Mapping[str, str]
    declared: Mapping[str, str]
    endpoints: Mapping[str, Tuple[str, ...]]
    build_only: Tuple[BuildOnly, ...]
    peers: Tuple[str, ...]
    levels: Levels
    owner_down: str

    @property
    def tables(self) -> Tuple[str, ...]:
        """All tables that the service's database has, owned or not."""
        return tuple(sorted({*self.owned, *self.replicas, *self.declared}))

    @property
    def owners(self) -> Tuple[str, ...]:
        """The services whose rows this one holds copies of."""
        return tuple(sorted({*self.replicas.values()}))


def read(path: Path) -> Description:
    """Return the description in a file; raises `DescriptionError` with all that is wrong."""
    problems: Problems = []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DescriptionError(path, [f"can't be read: {error}"]) from error
    description = _description(path.resolve().parent, Node(data, "", problems))
    problems.extend(_contradictions(description))
    if problems:
        raise DescriptionError(path, problems)
    return description


def _description(directory: Path, root: Node) -> Description:
    if root.get("format").value != FORMAT:
        root.get("format").complain(f"this kit reads format {FORMAT}")
    return Description(
        directory=directory,
        name=root.get("name").text(),
        application=_application(root.get("application")),
        database=_place(root.get("database"), ("url", "path")),
        secret=_place(root.get("secret"), ("url",)) if root.has("secret") else None,
        settings=tuple(_setting(name, node) for name, node in root.get("settings").items()),
        models=root.get("models").texts(),
        schema=root.get("schema").optional_text(),
        owned=root.get("owned").texts(),
        replicas=root.get("replicas").text_by_name(),
        declared=root.get("declared").text_by_name(),
        endpoints={name: node.get("reads").texts() for name, node in root.get("endpoints").items()},
        build_only=tuple(_build_only(node) for node in root.get("build_only").nodes()),
        peers=root.get("peers").texts(),
        levels=Levels(
            root.get("level").choice(LEVELS),
            {name: node.choice(LEVELS) for name, node in root.get("levels").items()},
        ),
        owner_down=root.get("owner_down").choice(OWNER_DOWN),
    )


def _application(node: Node) -> Application:
    target = node.get("target").text()
    module, _, name = target.partition(":")
    if target and not (module and name):
        node.get("target").complain("expected 'module:name'")
    return Application(target, node.get("kind").choice(("factory", "object")) == "factory")


def _place(node: Node, styles: Tuple[str, ...]) -> Place:
    place = Place(
        config=node.get("config").optional_text(),
        environment=node.get("environment").optional_text(),
        style=node.get("style").choice(styles),
    )
    if not place.config and not place.environment:
        node.complain("expected 'config' or 'environment', where the application looks for it")
    return place


def _setting(name: str, node: Node) -> Setting:
    return Setting(
        config=name,
        environment=node.get("environment").optional_text() or name,
        type=node.get("type").choice(("text", "integer", "number", "boolean", "json")),
        default=node.get("default").value,
        required=not node.has("default", none_counts=True),
    )


def _build_only(node: Node) -> BuildOnly:
    rule = node.get("rule").text()
    if rule and not rule.startswith("/"):
        node.get("rule").complain("a rule starts with '/'")
    return BuildOnly(
        rule=rule,
        endpoint=node.get("endpoint").text(),
        methods=node.get("methods").texts() or None,
        defaults={name: value.value for name, value in node.get("defaults").items()},
        subdomain=node.get("subdomain").optional_text(),
        strict_slashes=node.get("strict_slashes").optional_flag(),
    )


def _contradictions(description: Description) -> List[str]:
    """Return what can't be true together."""
    owned, replicas, declared = (
        set(description.owned),
        set(description.replicas),
        set(description.declared),
    )
    twice = sorted(owned & replicas | owned & declared | replicas & declared)
    found = [f"{table}: is more than one of owned, replicas, declared" for table in twice]
    owners: Dict[str, str] = {**description.declared, **description.replicas}
    found += [
        f"{table}: its owner {owner!r} is not among the peers"
        for table, owner in sorted(owners.items())
        if owner not in description.peers
    ]
    if description.name in description.peers:
        found.append("peers: a service is no peer of its own")
    return found
