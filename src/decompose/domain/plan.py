"""The cut plan: what each service gets, and what becomes of everything that crosses two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from decompose.domain.boundary import Composition, Level, RouteMode
from decompose.domain.finding import Finding, Location

_STATIC = "static"
"""What Flask calls the endpoint of static files, after the blueprint's name."""


class Technique(StrEnum):
    """What the split does about a seam."""

    COPY = "copy"
    REPLICA = "replica"
    FORWARD = "forward"
    UNCONSTRAINED = "unconstrained"
    BUILD_ONLY = "build-only"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """How the application is come by: `target` is `module:name`, a factory or a finished object.

    `roots` are the definitions (ids) that make it: the module that holds the object, the factory.
    """

    target: str
    factory: bool
    location: Location
    roots: tuple[str, ...]


class SettingStyle(StrEnum):
    """What the value of a database setting looks like."""

    URL = "url"
    PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSetting:
    """Where the monolith takes its database from: a key of `app.config`, or of the environment."""

    key: str
    style: SettingStyle
    environment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEndpoint:
    """An endpoint in its service; tables include those of the hooks that run around it.

    `replicas` are the foreign tables that it reads, `forwards` those that it writes, `owners`
    the services whose tables one of its transactions writes where that is more than its own.
    """

    name: str
    handler: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    replicas: tuple[str, ...]
    forwards: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ForeignTable:
    """A table of another service that this one holds a copy of; `written` if it also writes it."""

    table: str
    owner: str
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """One service of the split.

    `handlers` are all definitions that the framework calls here (views, hooks, commands,
    receivers), `excluded` those that it calls in other services only.
    """

    id: str
    name: str
    endpoints: tuple[PlannedEndpoint, ...]
    commands: tuple[str, ...]
    tables: tuple[str, ...]
    foreign: tuple[ForeignTable, ...]
    handlers: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PlannedRoute:
    """A URL rule, and the service that answers it, or who else for now."""

    rule: str
    methods: tuple[str, ...]
    endpoint: str
    service: str
    mode: RouteMode = RouteMode.SERVICE


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SeamDecision:
    """What becomes of one seam, and why; `location` is where it is in the monolith."""

    location: Location
    seam: str
    technique: Technique
    from_service: str
    to_service: str
    source: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPlan:
    """The whole split before anything is written; all tuples are sorted.

    `fallback` is the service that answers what no rule matches; `compositions` name services by
    their ids; `levels` are those of tables whose copies need not be strong.
    """

    system: str
    application: Application
    database: DatabaseSetting
    fallback: str
    services: tuple[ServicePlan, ...]
    routes: tuple[PlannedRoute, ...]
    compositions: tuple[Composition, ...]
    levels: tuple[tuple[str, Level], ...]
    decisions: tuple[SeamDecision, ...]
    findings: tuple[Finding, ...]

    def serves_files(self, service: ServicePlan) -> bool:
        """Whether the service answers for a folder of static files."""
        return any(
            route.service == service.id and route.endpoint.rpartition(".")[2] == _STATIC
            for route in self.routes
        )
