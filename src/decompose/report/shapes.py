"""The shape of `decomposition.json`: the JSON Schema in the reference comes from these types."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Names = tuple[str, ...]
Where = Annotated[
    str, Meta(description="A service's id, `(kernel)`, `(root)`, or empty where unknown.")
]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of the document."""


class Place(_Shape, frozen=True):
    """A line of a file, relative to the analysed root; line 0 is the file as a whole."""

    path: str
    line: Count


class Verdict(_Shape, frozen=True):
    """The recommendation, with its reasons and what to do next."""

    advice: Literal["split", "extract", "keep-modular"]
    summary: str
    reasons: Names
    next_steps: Names


class Service(_Shape, frozen=True):
    """A candidate service. Its `id` is stable between runs."""

    id: str
    name: str
    description: str
    modules: Annotated[Names, Meta(description="Modules of which it holds at least a part.")]
    definitions: Names
    endpoints: Names
    routes: Annotated[Names, Meta(description="URL rules of its endpoints.")]
    tables: Annotated[Names, Meta(description="Tables that it owns.")]
    lines: Count
    share: Annotated[float, Meta(ge=0, description="Its lines as a share of all lines.")]


class Module(_Shape, frozen=True):
    """A file. `service` holds most of its lines; `split` lists all places when several do."""

    name: str
    path: str
    language: str
    lines: Count
    service: Where
    split: Names
    confidence: Fraction
    runner_up: Where
    reason: str


class Definition(_Shape, frozen=True):
    """A top-level definition, or a module's own code, and where it goes."""

    id: str
    module: str
    kind: str
    location: Place
    lines: Count
    service: Where
    confidence: Fraction
    runner_up: Where
    reason: str


class Route(_Shape, frozen=True):
    """A URL rule with its methods."""

    rule: str
    methods: Names
    endpoint: str
    handler: str
    blueprint: str
    service: Where
    location: Place


class Effect(_Shape, frozen=True):
    """An access to a table, with the definitions on the way from the handler to it."""

    table: str
    mode: Literal["read", "write"]
    how: str
    path: Names
    location: Place


class Transaction(_Shape, frozen=True):
    """The tables written before one commit."""

    tables: Names
    path: Names
    commit: Place


class Endpoint(_Shape, frozen=True):
    """What a route or another way into the code (`KIND:HANDLER`) touches."""

    name: str
    handler: str
    service: Where
    hooks: Names
    reads: Names
    writes: Names
    effects: tuple[Effect, ...]
    transactions: tuple[Transaction, ...]


class ForeignKey(_Shape, frozen=True):
    """A column that points at `table.column`."""

    column: str
    target: str
    on_delete: str
    location: Place


class Table(_Shape, frozen=True):
    """A table and the one service that may write it."""

    name: str
    owner: Where
    tied: Annotated[bool, Meta(description="Two services had equal claims to it.")]
    writers: Names
    readers: Names
    definition: str
    entities: Names
    columns: Names
    foreign_keys: tuple[ForeignKey, ...]
    location: Place


class Seam(_Shape, frozen=True):
    """Something that crosses two services, and what becomes of it."""

    id: str
    kind: str
    automation: Literal["automatic", "forwarded", "refused"]
    from_service: Where
    to_service: Where
    source: str
    target: str
    location: Place
    technique: str
    flags: Names
    endpoints: Names


class Metric(_Shape, frozen=True):
    """A value by its name in the metrics reference; null where it is not defined."""

    name: str
    value: float | None
    better: Annotated[str, Meta(description="higher, lower or empty.")]
    scope: Annotated[str, Meta(description="A service's id; empty for the whole partition.")]


class Alternative(_Shape, frozen=True):
    """The best partition found for one number of services."""

    services: Count
    score: float | None
    chosen: bool
    names: Names
    metrics: tuple[Metric, ...]


class Finding(_Shape, frozen=True):
    """A partial failure or a piece of advice."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    hint: str
    location: Place


class ObservedEndpoint(_Shape, frozen=True):
    """What requests of an endpoint did; 0 requests say nothing of it."""

    name: str
    requests: Count
    reads: Names
    writes: Names
    transactions: Annotated[
        tuple[Names, ...], Meta(description="Tables written before one commit, each set once.")
    ]


class Observed(_Shape, frozen=True):
    """What a tape of `decompose trace` shows."""

    requests: Count
    endpoints: tuple[ObservedEndpoint, ...]
    unseen: Annotated[Names, Meta(description="Endpoints that no request asked for.")]
    accesses: Annotated[
        Count, Meta(description="Accesses that the code of the asked endpoints tells.")
    ]
    confirmed: Annotated[Count, Meta(description="Those of them that were seen to happen.")]


class Decomposition(_Shape, frozen=True):
    """A monolith's candidate services, as `decompose analyze` found them."""

    version: Literal[1]
    root: Annotated[str, Meta(description="Name of the analysed application.")]
    lines: Count
    verdict: Verdict
    services: tuple[Service, ...]
    modules: tuple[Module, ...]
    definitions: tuple[Definition, ...]
    routes: tuple[Route, ...]
    endpoints: tuple[Endpoint, ...]
    tables: tuple[Table, ...]
    seams: tuple[Seam, ...]
    metrics: tuple[Metric, ...]
    alternatives: tuple[Alternative, ...]
    observed: Annotated[Observed | None, Meta(description="Null without `--trace`.")]
    findings: tuple[Finding, ...]
