"""Queries, select statements and their results: which rows come out, what is read and written."""

from __future__ import annotations

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.pages import Pages
from decompose.readers.sqlalchemy.paths import words
from decompose.readers.sqlalchemy.relations import Relations
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind

_ONE = words(
    """first one one_or_none get get_one first_or_404 one_or_404 get_or_404 scalar scalar_one
    scalar_one_or_none fetchone first_or_none"""
)
_SCALAR = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_MANY = frozenset({"all", "fetchall", "fetchmany", "partitions"})
_NOTHING = frozenset({"count", "exists", "column_descriptions", "rowcount", "close", "keys"})
_OTHER_COLUMNS = frozenset(
    {"with_entities", "with_only_columns", "add_columns", "add_entity", "add_column", "columns"}
)
_BY_NAME = frozenset({"join", "outerjoin", "options"})
_CHANGES = words(
    """append remove extend add insert clear pop discard update add_all set __setitem__
    __delitem__"""
)
_QUERIES = (m.QUERY, m.SELECT, m.RESULT, m.SCALARS, m.DYNAMIC, m.CHANGE)


class Queries:
    """The columns of each query, and the methods that all of them share."""

    def __init__(self, engine: Engine, touches: Touches, relations: Relations) -> None:
        self.engine = engine
        self.touches = touches
        self.relations = relations
        self.pages = Pages(engine, relations)
        self.custom: set[int] = set()
        self._columns: dict[int, tuple[int, ...]] = {}
        self._rows: dict[int, int] = {}
        self._lists: dict[tuple[int, bool], int] = {}

    # Making ----------------------------------------------------------------------------------

    def of_entity(self, class_: int) -> int:
        """The query over all of an entity (`User.query`)."""
        number = m.model(self.engine, m.QUERY, data=(class_,))
        self._columns[number] = (self.engine.constant(class_),)
        return number

    def of_custom(self, class_: int, query_class: int) -> int:
        """The query over an entity, of a query class of ours."""
        number = self.engine.instance(query_class, class_ + 1)
        self.custom.add(number)
        self._columns[number] = (self.engine.constant(class_),)
        return number

    def of_site(self, kind: str, site: CallSite, nodes: tuple[int, ...]) -> int:
        """The query over the columns that a call names."""
        number = m.model(self.engine, kind, site=site.number)
        self._columns[number] = nodes
        return number

    def construct(self, class_: int, site: CallSite) -> None:
        """`self.__class__(...)` in a query class of ours: a query over the same entity."""
        receiver = next(iter(site.activation.context), None)
        custom = receiver if isinstance(receiver, int) and receiver in self.custom else None
        if custom is not None and self.engine.values[custom].link == class_:
            self.engine.add(site.result, custom)

    def is_query(self, number: int) -> bool:
        """Whether a value is anything that rows come out of."""
        value = self.engine.values[number]
        return number in self._columns or (value.kind is Kind.MODEL and value.name in _QUERIES)

    def result_of(self, query: int, kind: str) -> int:
        """The executed form of a statement; pages remember what they are pages of."""
        link = query if kind == m.PAGES else self._statement(query)
        return m.model(self.engine, kind, link=link)

    def _statement(self, query: int) -> int:
        value = self.engine.values[query]
        return value.link if value.name in (m.RESULT, m.SCALARS) else query

    def columns(self, query: int) -> tuple[int, ...]:
        """The nodes of what a query selects."""
        query = self._statement(query)
        if self.engine.values[query].name == m.DYNAMIC:
            return (self.relations.known[self.engine.values[query].link].target,)
        return self._columns.get(query, ())

    # Rows ------------------------------------------------------------------------------------

    def rows(self, query: int, result: int, *, scalar: bool = False) -> None:
        """Let `result` hold what one row of a query is."""
        columns = self.columns(query)
        name = self.engine.values[query].name
        scalar = scalar or name in (m.SCALARS, m.DYNAMIC)
        whole = name == m.QUERY or self.engine.values[query].kind is Kind.INSTANCE
        if name == m.RESULT:
            whole = self.engine.values[self._statement(query)].name == m.QUERY
        if columns and (scalar or (whole and len(columns) == 1)):
            self._entities(columns[0], result)
        elif columns:
            self.engine.add(result, self._row(query))
            self.engine.add(result, m.model(self.engine, m.ROW, link=self._statement(query)))

    def _entities(self, column: int, result: int) -> None:
        each(self.engine, column, lambda class_: self.relations.give_instance(class_, result))

    def _row(self, query: int) -> int:
        query = self._statement(query)
        if query not in self._rows:
            containers = self.engine.calls.containers
            row = self._rows[query] = self.engine.container("tuple")
            for index, column in enumerate(self.columns(query)):
                self._entities(column, containers.item(row, index))
        return self._rows[query]

    def row_attribute(self, row: int, attr: str, result: int) -> None:
        """`row.User`: the entity among a row's columns with this name."""
        for column in self.columns(self.engine.values[row].link):
            each(
                self.engine,
                column,
                lambda class_: self._named_entity(class_, attr, result),
            )

    def _named_entity(self, class_: int, attr: str, result: int) -> None:
        is_class = self.engine.values[class_].kind is Kind.CLASS
        if is_class and m.class_name(self.engine, class_) == attr:
            self.engine.add(result, self.engine.instance(class_))

    def _all(self, query: int, result: int, *, scalar: bool = False) -> None:
        key = (query, scalar)
        if key not in self._lists:
            self._lists[key] = self.engine.container("list")
            items = self.engine.calls.containers.any(self._lists[key])
            self.rows(query, items, scalar=scalar)
        self.engine.add(result, self._lists[key])

    def iterate(self, query: int, place: Place, result: int) -> None:
        """Iteration over a query, or an item of it."""
        if self.engine.values[query].name == m.DYNAMIC:
            self.relations.read(query, place)
        self.rows(query, result)

    # Methods ---------------------------------------------------------------------------------

    def call(self, query: int, method: str, site: CallSite) -> None:
        """A method of a query, a statement or a result."""
        name = self.engine.values[query].name
        if name == m.DYNAMIC:
            if method in _CHANGES and method != "update":
                self.relations.change(query, site)
                return
            self.relations.read(query, site.place)
        if method in ("update", "delete") and name != m.SELECT:
            self._write(query, site.place)
        else:
            self._call(query, method, site)

    def call_collection(self, collection: int, method: str, site: CallSite) -> None:
        """A method of a loaded relationship's list."""
        if method in _CHANGES:
            self.relations.change(collection, site)
        self.relations.items(collection, site.result)

    def _write(self, query: int, place: Place) -> None:
        """`query.update()` and `query.delete()`: rows changed without being loaded."""
        for column in self.columns(query):
            self.touches.values(column, place, Mode.WRITE)

    def _call(self, query: int, method: str, site: CallSite) -> None:
        engine = self.engine
        if method in _ONE:
            self.rows(query, site.result, scalar=method in _SCALAR)
        elif method in _MANY:
            self._all(query, site.result)
        elif method == "scalars":
            engine.add(site.result, self.result_of(query, m.SCALARS))
        elif method in ("paginate", "mappings"):
            kind = m.PAGES if method == "paginate" else m.RESULT
            if kind == m.PAGES:
                self.pages.take(query, site)
            engine.add(site.result, self.result_of(query, kind))
        elif method in _OTHER_COLUMNS:
            self._other_columns(query, method, site)
        elif method == "returning":
            self._columns[query] = tuple(node for node, _ in site.args)
            engine.add(site.result, query)
        elif method not in _NOTHING:
            self._narrow(query, method, site)

    def _other_columns(self, query: int, method: str, site: CallSite) -> None:
        nodes = tuple(node for node, _ in site.args)
        if method.startswith("add_"):
            nodes = (*self.columns(query), *nodes)
        name = self.engine.values[query].name
        kind = name if name in (m.QUERY, m.SELECT) else m.QUERY
        self.engine.add(site.result, self.of_site(kind, site, nodes))
        self.mention(site)

    def _narrow(self, query: int, method: str, site: CallSite) -> None:
        """Filters, joins, orders, options: the same query, and reads of what they name."""
        narrowed = self.pages.after(query, method, site)
        if narrowed != query:
            self._columns[narrowed] = self.columns(query)
            self.custom.update({narrowed} if query in self.custom else ())
        self.engine.add(site.result, narrowed)
        self.mention(site)
        if method in _BY_NAME:
            for node, _ in site.args:
                self.engine.watch(node, lambda value: self._by_name(query, value, site.place))

    def mention(self, site: CallSite) -> None:
        """Entities and tables among a call's arguments are read."""
        for node in [node for node, _ in site.args] + [node for _, node in site.kwargs]:
            each(self.engine, node, lambda value: self._mention(value, site.place))

    def _mention(self, number: int, place: Place) -> None:
        if self.engine.values[number].kind in (Kind.CLASS, Kind.MODEL):
            self.touches.value(number, place, Mode.READ)

    def _by_name(self, query: int, number: int, place: Place) -> None:
        """`.join("orders")`, `.options(joinedload("orders.lines"))`: by attribute names."""
        value = self.engine.values[number]
        names: list[str] = []
        if value.kind is Kind.CONSTANT and isinstance(value.data, str):
            names = [value.data]
        elif value.kind is Kind.MODEL and value.name == m.LOADER:
            names = m.texts(self.engine, self.engine.sites[value.index].argument(0))
        for name in names:
            for column in self.columns(query):
                self._follow(column, name.split("."), place)

    def _follow(self, column: int, names: list[str], place: Place) -> None:
        each(self.engine, column, lambda class_: self._follow_class(class_, names, place))

    def _follow_class(self, class_: int, names: list[str], place: Place) -> None:
        if self.engine.values[class_].kind is Kind.CLASS:
            self.touches.note(
                place, Mode.READ, What.ATTRIBUTE, class_, names[0], how="relationship"
            )
