"""The data inside the page. Long lists refer to each other by index to keep it small."""

from __future__ import annotations

import msgspec


class _Row(msgspec.Struct, frozen=True):
    """Base of the rows."""


class PlaceRow(_Row, frozen=True):
    """A service, the shared kernel or the composition root; `kind` says which."""

    id: str
    name: str
    kind: str
    description: str
    lines: int
    share: float
    confidence: float
    endpoints: int
    tables: int


class ModuleRow(_Row, frozen=True):
    """A module; `place` is an index into the places."""

    name: str
    path: str
    lines: int
    place: int
    split: tuple[int, ...]
    confidence: float
    runner_up: str
    reason: str


class DefinitionRow(_Row, frozen=True):
    """A top-level definition."""

    name: str
    module: int
    kind: str
    line: int
    lines: int
    place: int
    confidence: float
    runner_up: str
    reason: str


class EffectRow(_Row, frozen=True):
    """An endpoint's access to a table: `path` holds indexes into the names."""

    table: int
    write: bool
    how: str
    path: tuple[int, ...]
    location: str


class EndpointRow(_Row, frozen=True):
    """A route's endpoint or another way in."""

    name: str
    handler: str
    rules: tuple[str, ...]
    place: int
    location: str
    effects: tuple[EffectRow, ...]
    transactions: tuple[tuple[tuple[int, ...], str], ...]


class TableRow(_Row, frozen=True):
    """A table with its owner."""

    name: str
    place: int
    tied: bool
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    location: str


class SeamRow(_Row, frozen=True):
    """A seam; `source` and `target` are names, the indexes beside them definitions or -1."""

    id: str
    kind: str
    automation: str
    origin: int
    goal: int
    source: str
    target: str
    source_at: int
    target_at: int
    path: str
    line: int
    technique: str
    flags: tuple[str, ...]
    endpoints: tuple[str, ...]
    first: int
    excerpt: tuple[str, ...]


class MetricRow(_Row, frozen=True):
    """A metric, with the name of the service it is about."""

    name: str
    value: float | None
    better: str
    scope: str


class AlternativeRow(_Row, frozen=True):
    """An alternative partition."""

    services: int
    score: float | None
    chosen: bool
    names: tuple[str, ...]
    metrics: tuple[MetricRow, ...]


class FindingRow(_Row, frozen=True):
    """A finding."""

    code: str
    severity: str
    message: str
    hint: str
    location: str


class PageData(_Row, frozen=True):
    """Everything that the page shows. `uses` lists source, target, number of references."""

    name: str
    places: tuple[PlaceRow, ...]
    modules: tuple[ModuleRow, ...]
    definitions: tuple[DefinitionRow, ...]
    uses: tuple[tuple[int, int, int], ...]
    names: tuple[str, ...]
    endpoints: tuple[EndpointRow, ...]
    tables: tuple[TableRow, ...]
    seams: tuple[SeamRow, ...]
    metrics: tuple[MetricRow, ...]
    alternatives: tuple[AlternativeRow, ...]
    findings: tuple[FindingRow, ...]
