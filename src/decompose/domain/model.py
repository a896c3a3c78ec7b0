"""The system model: what the monolith is, after names, calls and data accesses are resolved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from decompose.domain.finding import Finding, Location
from decompose.domain.observation import Observation
from decompose.domain.requirement import Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A Python module, a template (`template:NAME`) or an SQL file (`sql:PATH`).

    `lines` counts all lines of the file. `words` are its identifiers' words with counts, sorted.
    """

    name: str
    path: str
    language: str
    lines: int
    is_package: bool = False
    words: tuple[tuple[str, int], ...] = ()


class DefinitionKind(StrEnum):
    """What a definition is; `MODULE` stands for the module's own top-level code."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    VARIABLE = "variable"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A named piece of code, down to methods and nested functions.

    `id` is the qualified name (`shop.orders.Order.total`; a module's own code has the module's
    name). `top` is the id of the top-level definition that holds it, itself where it is one:
    top-level definitions and module code are the nodes of the coupling graph.
    """

    id: str
    module: str
    kind: DefinitionKind
    location: Location
    end_line: int
    top: str

    @property
    def lines(self) -> int:
        """How many lines it spans."""
        return self.end_line - self.location.line + 1


class ReferenceKind(StrEnum):
    """How one definition uses another."""

    CALL = "call"
    IMPORT = "import"
    INHERIT = "inherit"
    DECORATE = "decorate"
    REFERENCE = "reference"
    ANNOTATE = "annotate"
    STRING = "string"
    TEMPLATE = "template"
    URL = "url"
    SIGNAL = "signal"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reference:
    """`source` uses `target` (definition ids) at `location`.

    The target of a call into a library is its dotted path and `external` is true. `handed` says
    that the code only calls a variable: what that holds was chosen by who handed it over.
    """

    source: str
    target: str
    kind: ReferenceKind
    location: Location
    external: bool = False
    handed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Route:
    """A URL rule with its methods, as the running application's `url_map` would show it.

    `endpoint` is Flask's endpoint name (`orders.checkout`), `handler` the id of the definition
    that runs (for a view class, the class; its methods are reached from it).
    """

    rule: str
    methods: tuple[str, ...]
    endpoint: str
    handler: str
    location: Location
    blueprint: str = ""


class EntryKind(StrEnum):
    """A way into the code that is not a route."""

    BEFORE_REQUEST = "before-request"
    AFTER_REQUEST = "after-request"
    TEARDOWN = "teardown"
    ERROR_HANDLER = "error-handler"
    CONTEXT_PROCESSOR = "context-processor"
    TEMPLATE_FILTER = "template-filter"
    CLI = "cli"
    SIGNAL_RECEIVER = "signal-receiver"
    TASK = "task"
    SCHEDULE = "schedule"
    USER_LOADER = "user-loader"
    EXTENSION = "extension"
    CONFIG = "config"
    MODEL_EVENT = "model-event"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A framework's hold on a definition: a hook, a command, a receiver, a task.

    `name` tells which (the signal, the error code, the command's name, the configuration key).
    `scope` is the blueprint that it is limited to, empty for the whole application.
    """

    kind: EntryKind
    name: str
    handler: str
    location: Location
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ForeignKey:
    """Column `column` points at `target` (`table.column`)."""

    column: str
    target: str
    location: Location
    on_delete: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """`entity.name` leads to `target` (entity ids); `backref` where the other side has a name."""

    entity: str
    name: str
    target: str
    location: Location
    backref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, the entities mapped to it (ids, may be none), its columns and foreign keys.

    `definition` is the definition that declares it (entity, or the assigned `Table(...)`),
    empty for a table that only SQL names.
    """

    name: str
    location: Location
    definition: str = ""
    entities: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    relationships: tuple[Relationship, ...] = ()


class Mode(StrEnum):
    """What an access does."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Access:
    """`definition` itself reads or writes `table` at `location`.

    `how` is one of `orm`, `core`, `raw`, `relationship`, `template`, `cascade`, `trace`.
    """

    definition: str
    table: str
    mode: Mode
    location: Location
    how: str


class NoteKind(StrEnum):
    """What a note is about."""

    STATE = "state"
    LOCK = "lock"
    SAVEPOINT = "savepoint"
    ISOLATION = "isolation"
    GUARD = "guard"
    FILE = "file"
    CACHE = "cache"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Note:
    """What a function does that a split changes the meaning of.

    STATE: it changes the module-level variable `target` at run time. LOCK: it locks rows
    (`SELECT … FOR UPDATE`). SAVEPOINT: it opens a nested transaction. ISOLATION: it asks for an
    isolation level. GUARD: it calls something here, and an `except` ends the errors of a database.
    FILE: it writes a file. CACHE: its results are kept in memory.
    PAGE: it takes some rows of a query that names no order, on some way to it.
    """

    definition: str
    kind: NoteKind
    target: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Effect:
    """An entry point's access to a table, with the path of definition ids that proves it.

    `path` starts at the handler and ends at the definition that makes the access.
    """

    table: str
    mode: Mode
    path: tuple[str, ...]
    location: Location
    how: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Transaction:
    """The tables written before one commit, on the paths from one entry point."""

    tables: tuple[str, ...]
    commit: Location
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEffects:
    """What an entry point (a route's or an `Entry`'s handler) reaches and touches.

    `name` is the endpoint's name, or `KIND:HANDLER` for an entry. `hooks` are handlers of the
    entries that run around it (request hooks, error handlers, context processors where something
    renders); what those do is in effects of their own, not here.
    """

    name: str
    handler: str
    hooks: tuple[str, ...]
    reaches: tuple[str, ...]
    effects: tuple[Effect, ...]
    transactions: tuple[Transaction, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Tables read, sorted."""
        return tuple(sorted({e.table for e in self.effects if e.mode is Mode.READ}))

    @property
    def writes(self) -> tuple[str, ...]:
        """Tables written, sorted."""
        return tuple(sorted({e.table for e in self.effects if e.mode is Mode.WRITE}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemModel:
    """Everything known about the monolith. All tuples are sorted; ids are unique.

    `observed` is what a tape shows, None without one.
    """

    root_name: str
    modules: tuple[Module, ...]
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]
    routes: tuple[Route, ...]
    entries: tuple[Entry, ...]
    tables: tuple[Table, ...]
    accesses: tuple[Access, ...]
    endpoints: tuple[EndpointEffects, ...]
    requirements: tuple[Requirement, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    observed: Observation | None = None
