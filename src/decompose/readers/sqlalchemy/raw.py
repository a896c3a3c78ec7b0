"""SQL in strings, wherever it is executed."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain import facts as f
from decompose.domain.model import Mode
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.engine import CallSite, Engine, Place
from decompose.resolve.sql import SqlTable, statements
from decompose.resolve.values import Kind

EXECUTING = frozenset(
    """execute executemany executescript exec_driver_sql execute_sql read_sql read_sql_query
    scalar scalars query_db text @sql from_statement""".split()
)


class RawSql:
    """Executed texts: what they read and write, and the tables that they create."""

    def __init__(self, engine: Engine, touches: Touches) -> None:
        self.engine = engine
        self.touches = touches
        self.created: dict[str, tuple[SqlTable, Place]] = {}

    def execute(self, site: CallSite) -> None:
        """A call whose first arguments may be SQL."""
        for node, _ in site.args[:2]:
            self.engine.watch(node, lambda value: self._execute(value, site.place))
        for name, node in site.kwargs:
            if name in ("statement", "sql", "query"):
                self.engine.watch(node, lambda value: self._execute(value, site.place))

    def _execute(self, number: int, place: Place) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CONSTANT and isinstance(value.data, str):
            self._run(value.data, place)

    def _run(self, text: str, place: Place) -> None:
        found = statements(text)
        if not found.ok:
            return
        for table in found.reads:
            self.touches.note(place, Mode.READ, What.NAME, attr=table, how="raw")
        for table in found.writes:
            self.touches.note(place, Mode.WRITE, What.NAME, attr=table, how="raw")
        for created in found.tables:
            self.created.setdefault(created.name, (created, place))

    def sweep(self) -> None:
        """Calls by a telling name on objects of which nothing is known, with literal SQL."""
        for activation in self.engine.activations:
            for statement in activation.definition.facts.body:
                for call in _calls(statement):
                    for text in _literals(call):
                        self._run(text, Place(activation, call.line))


def _calls(node: object) -> Iterator[f.Call]:
    """Calls of something's `execute` and its like anywhere in a statement."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in EXECUTING:
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from _calls(item)
    elif isinstance(node, f._Node):  # noqa: SLF001 - the common base of statements and expressions
        for name in node.__struct_fields__:
            yield from _calls(getattr(node, name))


def _literals(call: f.Call) -> Iterator[str]:
    for argument in call.args[:2]:
        if isinstance(argument, f.Const) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, f.Text):
            yield "".join(
                str(part.value) if isinstance(part, f.Const) else "{}" for part in argument.parts
            )
