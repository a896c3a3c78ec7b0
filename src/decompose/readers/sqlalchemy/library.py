"""The library hooks: who asks what, and which part of this package answers."""

from __future__ import annotations

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy import paths
from decompose.readers.sqlalchemy.contribution import contribution
from decompose.readers.sqlalchemy.declarations import Declarations
from decompose.readers.sqlalchemy.queries import Queries
from decompose.readers.sqlalchemy.raw import RawSql
from decompose.readers.sqlalchemy.relations import Relations
from decompose.readers.sqlalchemy.sessions import Sessions
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.engine import Engine
from decompose.resolve.library import Contribution, Library
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind, Value

_TABLE_COLUMNS = frozenset({"c", "columns"})


class SqlAlchemyLibrary(Library):
    """SQLAlchemy 1 and 2, Flask-SQLAlchemy, and SQL in strings."""

    families = ("sqlalchemy", "sqlmodel", "wtf")

    def start(self, engine: Engine) -> None:
        """Take the engine, and put the parts together."""
        self.engine = engine
        self.touches = Touches(engine)
        self.relations = Relations(engine, self.touches)
        self.queries = Queries(engine, self.touches, self.relations)
        self.raw = RawSql(engine, self.touches)
        self.sessions = Sessions(engine, self.touches, self.queries, self.raw)
        self.declarations = Declarations(engine, self.touches, self.relations, self.queries)

    # Attributes ------------------------------------------------------------------------------

    def attribute(self, value: int, attr: str, place: Place, result: int) -> bool:
        """Attributes of queries, tables and collections are methods, mostly."""
        held = self.engine.values[value]
        if held.kind is Kind.EXTERNAL:
            return self._external_attribute(held, attr, result)
        if not held.name.startswith("sqlalchemy."):
            return False
        self._model_attribute(value, held, attr, place, result)
        return True

    def _external_attribute(self, held: Value, attr: str, result: int) -> bool:
        """`db.Model` is also the model class that the database object was made with."""
        if attr == "Model" and paths.is_database(held.name):
            self.declarations.base_classes(held.index, result)
        return False

    def _model_attribute(
        self, value: int, held: Value, attr: str, place: Place, result: int
    ) -> None:
        if held.name == m.TABLE and attr in _TABLE_COLUMNS:
            is_introspection = attr == "columns" and held.data is not None
            if m.is_code(place.activation) and not is_introspection:
                self.touches.value(value, place, Mode.READ)
        elif held.name == m.VERSION:
            self._version_attribute(value, attr, place, result)
        elif held.name == m.ROW:
            self.queries.row_attribute(value, attr, result)
        elif held.name == m.PAGES and attr == "items":
            self.queries.call(held.link, "all", self._site(place, result))
        elif held.name != m.COLUMN:
            made = m.model(self.engine, m.METHOD, link=value, data=attr)
            self.engine.add(result, made)

    def _version_attribute(self, value: int, attr: str, place: Place, result: int) -> None:
        if m.is_code(place.activation):
            self.touches.value(value, place, Mode.READ)
        if attr == "query":
            self.engine.add(result, self.queries.of_entity(value))

    def _site(self, place: Place, result: int) -> CallSite:
        return CallSite(place.activation, place.line, -1, -1, (), (), result)

    def inherited(self, receiver: int, base: int, attr: str, place: Place, result: int) -> bool:
        """`User.query`, `User.__table__`, the methods of our own query classes."""
        path = self.engine.values[base].name
        if receiver in self.queries.custom and paths.is_library(path):
            made = m.model(self.engine, m.METHOD, link=receiver, data=attr)
            self.engine.add(result, made)
            return True
        if not paths.is_base(path) and not paths.is_root_base(path):
            return False
        return self.declarations.inherited(receiver, attr, place, result)

    def descriptor(self, value: int, receiver: int, attr: str, place: Place, result: int) -> bool:
        """Columns and relationships in class bodies, read through the class or an instance."""
        held = self.engine.values[value]
        if held.kind is not Kind.MODEL or not held.name.startswith("sqlalchemy."):
            return False
        return self.declarations.read(value, receiver, attr, place, result)

    def store(self, value: int, attr: str, node: int, place: Place) -> None:
        """`user.name = ...`: a write, if `name` turns out to be mapped."""
        held = self.engine.values[value]
        if held.kind is Kind.INSTANCE:
            self.touches.note(place, Mode.WRITE, What.ATTRIBUTE, held.link, attr)

    def construct(self, value: int, site: CallSite) -> None:
        """Making an entity is the first half of inserting it."""
        self.touches.note(site.place, Mode.WRITE, What.CLASS, value)
        self.queries.construct(value, site)

    # Calls -----------------------------------------------------------------------------------

    def call(self, value: int, site: CallSite) -> bool:
        """Calls of the libraries' functions and of methods of their objects."""
        held = self.engine.values[value]
        if held.kind is Kind.EXTERNAL:
            if held.name.endswith(".populate_obj"):
                self._populate(held.link, site)
            called = self.sessions.call(held.name, site)
            return called or self.declarations.call(held, site)
        if held.kind is not Kind.MODEL or not held.name.startswith("sqlalchemy."):
            return False
        if held.name == m.METHOD:
            self._call_method(held.link, str(held.data), site)
        return True

    def _populate(self, form: int, site: CallSite) -> None:
        """`form.populate_obj(user)` stores what the form has fields for."""
        first = site.argument(0, "obj")
        if first is not None and form >= 0:
            fields = m.attribute_names(self.engine, self.engine.values[form].link)
            self.engine.watch(first, lambda value: self._store_all(value, fields, site.place))

    def _store_all(self, value: int, fields: list[str], place: Place) -> None:
        for field in fields:
            self.store(value, field, -1, place)

    def _call_method(self, receiver: int, method: str, site: CallSite) -> None:
        held = self.engine.values[receiver]
        if self.queries.is_query(receiver):
            self.queries.call(receiver, method, site)
        elif held.name == m.TABLE:
            self.declarations.call_table(receiver, method, site)
        elif held.name == m.COLLECTION:
            self.queries.call_collection(receiver, method, site)
        elif held.name in (m.PAGES, m.ROW, m.TEXT):
            self.engine.add(site.result, receiver)
        elif held.name == m.RELATION:
            self.queries.mention(site)

    def subscript(self, value: int, place: Place, result: int) -> bool:
        """Iteration over queries, results, pages and collections, and their items."""
        held = self.engine.values[value]
        if held.kind is not Kind.MODEL or not held.name.startswith("sqlalchemy."):
            return False
        if self.queries.is_query(value):
            self.queries.iterate(value, place, result)
        elif held.name == m.PAGES:
            self.queries.rows(held.link, result)
        elif held.name == m.COLLECTION:
            self.relations.items(value, result)
        return True

    def contribution(self) -> Contribution:
        """Tables, accesses, commits and model events."""
        self.raw.sweep()
        return contribution(
            self.engine, self.declarations, self.touches, self.raw, self.queries.pages
        )
