"""Reads a tape: one JSON object per line; a line that a kill cut off is the end of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from decompose.errors import UserError

FORMAT = 1
Change = tuple[str, list[Any], list[Any] | None]
"""A table, a row's key, and the row; None for a row that is gone."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    pass


class Header(_Event, frozen=True, kw_only=True, tag="tape"):
    """The first line; `code` is a digest of the monolith's source files."""

    format: int
    tool: str
    code: str


class Application(_Event, frozen=True, kw_only=True, tag="application"):
    """The configuration and the endpoints of the application that answers from here on."""

    config: dict[str, dict[str, Any]]
    endpoints: tuple[str, ...]


class Shape(msgspec.Struct, frozen=True):
    """The columns of a table, and those that tell its rows apart (or a hidden row number)."""

    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def keyed(self) -> bool:
        """Whether the rows have a key that an application knows."""
        return set(self.key) <= set(self.columns)


class Schema(_Event, frozen=True, kw_only=True, tag="schema"):
    """The tables from here on, and the statements that make them."""

    dialect: str
    tables: dict[str, Shape]
    sql: tuple[str, ...]


class State(_Event, frozen=True, kw_only=True, tag="state"):
    """Rows that changed without a request."""

    changes: tuple[Change, ...]


class Request(_Event, frozen=True, kw_only=True, tag="request"):
    """One request: what was asked and answered, and all that the application did.

    `replaced` names what a test had put its own in the place of.
    """

    step: int
    now: float
    seed: str
    method: str
    target: str
    scheme: str
    headers: tuple[tuple[str, str], ...]
    body: str | dict[str, str]
    endpoint: str | None
    status: int
    answer_headers: tuple[tuple[str, str], ...]
    answer: str | dict[str, str]
    raised: str | None
    rows: tuple[Change, ...]
    statements: tuple[tuple[int, str, int], ...]
    definitions: tuple[tuple[str, int, str, str, int, str], ...]
    messages: tuple[tuple[str, str], ...]
    replaced: tuple[str, ...] = ()


class Full(_Event, frozen=True, kw_only=True, tag="full"):
    """The tape reached its limit; nothing after this was recorded."""


class End(_Event, frozen=True, kw_only=True, tag="end"):
    """The recording ended in order; seconds spent on answering and on recording.

    `kept` has what of the tests' the application kept in memory, and the file of what keeps it.
    """

    steps: int
    answering: float
    recording: float
    kept: tuple[tuple[str, str], ...] = ()


Event = Header | Application | Schema | State | Request | Full | End
_DECODER = msgspec.json.Decoder(Event)


def read_events(path: Path) -> Iterator[Event]:
    """The events of a tape, one after the other.

    Raises UserError where the file is no tape, or a line that isn't its last can't be read.
    """
    with path.open("rb") as file:
        broken = 0
        for number, line in enumerate(file, 1):
            if broken:
                raise UserError(
                    f"{path}: line {broken} can't be read.", hint="Record the tape anew."
                )
            try:
                yield _DECODER.decode(line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                if number == 1:
                    raise UserError(
                        f"{path} is no tape: {error}.", hint="Record one: decompose trace PATH."
                    ) from error
                broken = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a tape holds, read once from end to end. `tables` and `sql` are those of all schemas."""

    code: str
    config: dict[str, dict[str, Any]]
    endpoints: frozenset[str]
    seen: frozenset[str]
    dialect: str
    tables: dict[str, Shape]
    sql: tuple[str, ...]
    steps: int
    end: End | Full | None

    @property
    def cost(self) -> float | None:
        """What recording took, as a share of the time of answering."""
        if isinstance(self.end, End) and self.end.answering:
            return self.end.recording / self.end.answering
        return None

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What of the tests' the application kept, and the file of what keeps it."""
        return self.end.kept if isinstance(self.end, End) else ()


def survey(path: Path) -> Survey:
    """Read a tape through; raises UserError where it can't be replayed at all."""
    try:
        events = read_events(path)
        header = next(events, None)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from error
    if not isinstance(header, Header) or header.format != FORMAT:
        raise UserError(
            f"{path} is no tape of format {FORMAT}.", hint="Record one: decompose trace PATH."
        )
    return _surveyed(path, header, events)


def _surveyed(path: Path, header: Header, events: Iterator[Event]) -> Survey:
    config: dict[str, dict[str, Any]] | None = None
    endpoints: set[str] = set()
    seen: set[str] = set()
    dialect = ""
    tables: dict[str, Shape] = {}
    sql: dict[str, None] = {}
    steps = 0
    end: End | Full | None = None
    for event in events:
        match event:
            case Application():
                config = event.config if config is None else config
                endpoints.update(event.endpoints)
            case Schema():
                dialect = event.dialect
                tables.update(event.tables)
                sql.update(dict.fromkeys(event.sql))
            case Request():
                steps += 1
                seen.update({event.endpoint} if event.endpoint else ())
            case End() | Full():
                end = event
    if not steps:
        raise UserError(
            f"{path} holds no request.",
            hint="No request came to a Flask application. Tests that only use the database show"
            " nothing of what it answers: record something that sends requests.",
        )
    return Survey(
        code=header.code,
        config=config or {},
        endpoints=frozenset(endpoints),
        seen=frozenset(seen),
        dialect=dialect,
        tables=tables,
        sql=tuple(sql),
        steps=steps,
        end=end,
    )
