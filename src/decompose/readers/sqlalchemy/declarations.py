"""Declarative code: columns, keys, tables, relationships, query classes, events."""

from __future__ import annotations

from collections.abc import Callable

from decompose.domain.model import Mode
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy import paths
from decompose.readers.sqlalchemy.events import Events
from decompose.readers.sqlalchemy.paths import words
from decompose.readers.sqlalchemy.queries import Queries
from decompose.readers.sqlalchemy.relations import Relations
from decompose.readers.sqlalchemy.touches import Touches, What
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind, Value

_PLAIN = {
    "Column": m.COLUMN,
    "mapped_column": m.COLUMN,
    "Field": m.COLUMN,
    "column_property": m.COLUMN,
    "deferred": m.COLUMN,
    "ForeignKey": m.FOREIGN_KEY,
    "ForeignKeyConstraint": m.KEY_CONSTRAINT,
    "PrimaryKeyConstraint": m.PRIMARY_KEY,
    "backref": m.BACKREF,
    "association_proxy": m.PROXY,
    "synonym": m.SYNONYM,
    "Table": m.TABLE,
    "text": m.TEXT,
}
_RELATIONS = frozenset({"relationship", "relation", "dynamic_loader", "Relationship"})
_LOADERS = words(
    """joinedload selectinload subqueryload lazyload contains_eager immediateload eagerload
    joinedload_all subqueryload_all defer undefer load_only noload raiseload"""
)
_STATEMENTS = frozenset(
    {"select", "exists", "union", "union_all", "intersect", "except_", "join", "outerjoin", "Query"}
)
_CHANGES = frozenset({"insert", "update", "delete"})
_ALIASES = frozenset({"aliased", "with_polymorphic", "alias"})
_MAPPERS = frozenset({"mapper", "map_imperatively"})
_BASE_ARGUMENTS = {"SQLAlchemy": "model_class", "declarative_base": "cls"}


class Declarations:
    """Calls of the libraries' functions, and what class bodies made with them mean."""

    def __init__(
        self, engine: Engine, touches: Touches, relations: Relations, queries: Queries
    ) -> None:
        self.engine = engine
        self.touches = touches
        self.relations = relations
        self.queries = queries
        self.decorated: dict[int, None] = {}
        self.mapped: dict[int, int] = {}
        self.tables: list[int] = []
        self.events = Events(engine)
        self._proxied: dict[tuple[int, int, int], int] = {}
        self._default_queries = engine.node()

    # Calls -----------------------------------------------------------------------------------

    def call(self, called: Value, site: CallSite) -> bool:
        """A call of an EXTERNAL; False if this package does not know it."""
        if called.name == "sqlalchemy_continuum.version_class":
            for node, _ in site.args:
                self.engine.watch(node, lambda class_: self._version(class_, site.result))
            return True
        name = paths.tail(called.name)
        if not name:
            return False
        for known, action in self._CALLS:
            if name in known:
                action(self, name, called, site)
                return True
        return False

    def _version(self, class_: int, result: int) -> None:
        if self.engine.values[class_].kind is Kind.CLASS:
            self.engine.add(result, m.model(self.engine, m.VERSION, link=class_))

    def _plain(self, name: str, called: Value, site: CallSite) -> None:
        number = m.model(self.engine, _PLAIN[name], site=site.number)
        self.engine.add(site.result, number)
        if name == "Table":
            self.tables.append(number)

    def _relation(self, name: str, called: Value, site: CallSite) -> None:
        self.relations.declare(site, dynamic=name == "dynamic_loader")

    def _loader(self, name: str, called: Value, site: CallSite) -> None:
        self.engine.add(site.result, m.model(self.engine, m.LOADER, site=site.number))

    def _statement(self, name: str, called: Value, site: CallSite) -> None:
        nodes = tuple(node for node, _ in site.args)
        self.engine.add(site.result, self.queries.of_site(m.SELECT, site, nodes))
        self.queries.mention(site)

    def _change(self, name: str, called: Value, site: CallSite) -> None:
        self.engine.add(site.result, self.queries.of_site(m.CHANGE, site, ()))
        for node, _ in site.args[:1]:
            self.touches.values(node, site.place, Mode.WRITE, "core")

    def _alias(self, name: str, called: Value, site: CallSite) -> None:
        for node, _ in site.args[:1]:
            self.engine.edge(node, site.result)
        self.queries.mention(site)

    def _database(self, name: str, called: Value, site: CallSite) -> None:
        """`SQLAlchemy(query_class=...)`, made as any other EXTERNAL besides."""
        node = site.argument(-1, "query_class")
        if node is not None:
            self.engine.edge(node, self._default_queries)
        self._base(name, called, site)

    def _base(self, name: str, called: Value, site: CallSite) -> None:
        """`declarative_base(cls=Base)` gives `Base` its library base too."""
        made = f"{called.name}()"
        self.engine.add_external(site.result, made, -1, site.number)
        node = site.argument(-1, _BASE_ARGUMENTS.get(name, ""))
        if node is not None and name != "SQLAlchemy":
            self.engine.edge(node, site.result)

    def _map(self, name: str, called: Value, site: CallSite) -> None:
        """`mapper(User, users)`."""
        first, second = site.argument(0, "class_"), site.argument(1, "local_table")
        if first is not None and second is not None:
            for class_ in self.engine.numbers(first):
                for table in m.held_models(self.engine, second, m.TABLE):
                    self.mapped[class_] = table

    def _decorator(self, name: str, called: Value, site: CallSite) -> None:
        """`@registry.mapped`."""
        for node, _ in site.args[:1]:
            self.engine.watch(node, self._decorated)
            self.engine.edge(node, site.result)

    def _decorated(self, number: int) -> None:
        if self.engine.values[number].kind is Kind.CLASS:
            self.decorated.setdefault(number)

    def _listen(self, name: str, called: Value, site: CallSite) -> None:
        """`event.listen(User, "before_update", f)`, and `listens_for` once it has its function."""
        if name == "listen":
            self.events.listen(site.argument(2, "fn"), site, site)
        else:
            self.events.listen(site.argument(0), self.engine.sites[called.index], site)

    _CALLS: tuple[
        tuple[frozenset[str], Callable[[Declarations, str, Value, CallSite], None]], ...
    ] = (
        (frozenset(_PLAIN), _plain),
        (_RELATIONS, _relation),
        (_LOADERS, _loader),
        (_STATEMENTS, _statement),
        (_CHANGES, _change),
        (_ALIASES, _alias),
        (frozenset({"SQLAlchemy"}), _database),
        (frozenset({"declarative_base", "make_declarative_base", "automap_base"}), _base),
        (_MAPPERS, _map),
        (frozenset({"mapped", "mapped_as_dataclass", "mapped_as_dataclass()"}), _decorator),
        (frozenset({"listen", "listens_for()"}), _listen),
    )

    def call_table(self, table: int, method: str, site: CallSite) -> None:
        """`users.insert()` and its like."""
        if method in _CHANGES:
            self.touches.value(table, site.place, Mode.WRITE)
            self.engine.add(site.result, self.queries.of_site(m.CHANGE, site, ()))
            return
        self.touches.value(table, site.place, Mode.READ)
        self.queries.mention(site)
        same = method in ("alias", "tometadata", "to_metadata")
        made = table if same else self.queries.of_site(m.SELECT, site, ())
        self.engine.add(site.result, made)

    # Classes ---------------------------------------------------------------------------------

    def base_classes(self, site: int, result: int) -> None:
        """`db.Model` of a database made with `model_class`."""
        if site < len(self.engine.sites):
            node = self.engine.sites[site].argument(-1, "model_class")
            if node is not None:
                self.engine.watch(node, lambda value: self._base_class(value, result))

    def _base_class(self, number: int, result: int) -> None:
        value = self.engine.values[number]
        if value.kind in (Kind.CLASS, Kind.EXTERNAL):
            self.engine.add(result, number)

    def inherited(self, receiver: int, attr: str, place: Place, result: int) -> bool:
        """What the library's base gives each entity."""
        class_ = self._class(receiver)
        if attr == "query":
            self.touches.note(place, Mode.READ, What.CLASS, class_)
            self._query(class_, place, result)
            return True
        if attr == "__table__":
            self.engine.add(result, m.model(self.engine, m.TABLE, data=(class_,)))
            return True
        if attr == "versions":
            self.touches.note(place, Mode.READ, What.VERSION, class_)
        return attr in self.relations.by_target.get(class_, {})

    def _class(self, receiver: int) -> int:
        value = self.engine.values[receiver]
        return value.link if value.kind is Kind.INSTANCE else receiver

    def _query(self, class_: int, place: Place, result: int) -> None:
        """`User.query`, of our query class where the entity or the database names one."""
        chosen = self.engine.node()
        self.engine.edge(self._default_queries, chosen)
        named = self.engine.calls.classes.find(class_, "query_class")
        if named is not None:
            self.engine.edge(named, chosen)
        self.engine.watch(chosen, lambda value: self._custom(class_, value, result))
        self.engine.later(self._plain_query, class_, chosen, result)

    def _custom(self, class_: int, query_class: int, result: int) -> None:
        if self.engine.values[query_class].kind is Kind.CLASS:
            self.engine.add(result, self.queries.of_custom(class_, query_class))

    def _plain_query(self, class_: int, chosen: int, result: int) -> None:
        if not any(value.kind is Kind.CLASS for value in self.engine.held(chosen)):
            self.engine.add(result, self.queries.of_entity(class_))

    def read(self, value: int, receiver: int, attr: str, place: Place, result: int) -> bool:
        """What stands in a class body, read through the class or an instance."""
        held = self.engine.values[value]
        if held.name == m.RELATION:
            self.relations.load(value, receiver, attr, place, result)
        elif held.name == m.COLUMN:
            self._column(held, receiver, place, result)
        elif held.name == m.PROXY:
            self._proxy(value, receiver, place, result)
        elif held.name == m.SYNONYM:
            self._synonym(held, receiver, place, result)
        else:
            return False
        return True

    def _column(self, held: Value, receiver: int, place: Place, result: int) -> None:
        """A column named through its class reaches a query; a row's may be loaded anew."""
        if m.is_code(place.activation):
            self.touches.note(place, Mode.READ, What.COLUMN, self._class(receiver))
        if self.engine.values[receiver].kind is Kind.CLASS:
            column = m.model(self.engine, m.COLUMN, site=held.index, link=receiver)
            self.engine.add(result, column)

    def _proxy(self, proxy: int, receiver: int, place: Place, result: int) -> None:
        """`association_proxy("memberships", "user")`: through the one, to the other."""
        key = (proxy, receiver, place.activation.number)
        if key not in self._proxied:
            self._proxied[key] = self.engine.node()
            self._load_proxied(proxy, receiver, place, self._proxied[key])
        self.engine.edge(self._proxied[key], result)

    def _load_proxied(self, proxy: int, receiver: int, place: Place, result: int) -> None:
        site = self.engine.sites[self.engine.values[proxy].index]
        load = self.engine.calls.classes.load_of
        for through in m.texts(self.engine, site.argument(0, "target_collection")):
            middle, items = self.engine.node(), self.engine.node()
            load(receiver, through, place, middle)
            self.engine.calls.iterate(middle, place, items)
            self.engine.edge(middle, items)
            for name in m.texts(self.engine, site.argument(1, "attr")):
                self.engine.calls.classes.load(items, name, place, result)
            self.engine.edge(middle, result)

    def _synonym(self, held: Value, receiver: int, place: Place, result: int) -> None:
        """`synonym("_password", descriptor=property(...))`."""
        site = self.engine.sites[held.index]
        for name in m.texts(self.engine, site.argument(0, "name")):
            self.engine.calls.classes.load_of(receiver, name, place, result)
