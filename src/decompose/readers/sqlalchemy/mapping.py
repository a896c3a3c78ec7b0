"""Which class is mapped to which table, with which columns, once everything is resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from decompose.domain import facts as f
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy import naming, paths
from decompose.readers.sqlalchemy.declarations import Declarations
from decompose.resolve.engine import Engine
from decompose.resolve.values import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A mapped column: its attribute, its name in the table and its value (-1 without one)."""

    attr: str
    name: str
    value: int


class Mapping:
    """Classes and tables. Everything is computed at the first request."""

    def __init__(self, engine: Engine, declarations: Declarations) -> None:
        self.engine = engine
        self.declarations = declarations
        self.classes = engine.calls.classes
        self._own: dict[int, str] = {}
        self._columns: dict[int, tuple[Column, ...]] = {}

    # Classes ---------------------------------------------------------------------------------

    def order(self, class_: int) -> list[int]:
        """The resolution order of a class of ours, itself first."""
        entry = self.classes.entry(class_)
        return entry.order if entry is not None else []

    def _bases(self, class_: int) -> list[str]:
        """The paths of all bases that are libraries'."""
        values = (self.engine.values[number] for number in self.order(class_))
        return [value.name for value in values if value.kind is Kind.EXTERNAL]

    def is_entity(self, class_: int) -> bool:
        """Whether a class is mapped to a table."""
        if class_ in self.declarations.decorated or class_ in self.declarations.mapped:
            return True
        bases = self._bases(class_)
        if not any(paths.is_base(path) for path in bases):
            return False
        return not self._is_declarative_base(class_) and not self._is_abstract(class_)

    def _is_declarative_base(self, class_: int) -> bool:
        entry = self.classes.entry(class_)
        direct = [number for group in entry.bases for number in group] if entry else []
        values = [self.engine.values[number] for number in direct]
        if any(v.kind is Kind.EXTERNAL and paths.is_root_base(v.name) for v in values):
            return True
        names = self._bases(class_)
        return any(paths.tail(n) == "SQLModel" for n in names) and not self._is_table(class_)

    def _is_table(self, class_: int) -> bool:
        """`class User(SQLModel, table=True)`."""
        keywords = self.engine.program.definitions[self.engine.values[class_].index].facts.keywords
        return ("table", f.Const(True)) in keywords

    def _is_abstract(self, class_: int) -> bool:
        node = self.own(class_, "__abstract__")
        if node is None:
            return False
        return any(v.kind is Kind.CONSTANT and v.data is True for v in self.engine.held(node))

    def own(self, class_: int, name: str) -> int | None:
        """The node of a name that the class body binds itself."""
        entry = self.classes.entry(class_)
        if entry is None or name not in entry.body.definition.versions:
            return None
        return entry.body.variables.get(name)

    def parent(self, class_: int) -> int | None:
        """The nearest entity that an entity inherits from."""
        return next((c for c in self.order(class_)[1:] if self.is_entity(c)), None)

    def entities(self) -> list[int]:
        """All entities that have a table, in the order of their definition."""
        found = [entry.number for entry in self.classes.all() if self.is_entity(entry.number)]
        found += [number for number in self.declarations.mapped if number not in found]
        return [number for number in found if self.own_table(number)]

    # Tables ----------------------------------------------------------------------------------

    def tables(self, class_: int) -> tuple[str, ...]:
        """The tables that a row of an entity lies in: its own, and those of its parents."""
        if not self.is_entity(class_):
            return ()
        own, parent = self.own_table(class_), self.parent(class_)
        above = self.tables(parent) if parent is not None else ()
        return above if own in above else tuple(t for t in (own, *above) if t)

    def own_table(self, class_: int) -> str:
        """The table that an entity is mapped to, its parent's with single-table inheritance."""
        if class_ not in self._own:
            self._own[class_] = ""  # ends circles of inheritance
            self._own[class_] = self._table(class_)
        return self._own[class_]

    def _table(self, class_: int) -> str:
        if class_ in self.declarations.mapped:
            return self.table_name(self.declarations.mapped[class_])
        node = self.own(class_, "__table__")
        if node is not None:
            for table in m.held_models(self.engine, node, m.TABLE):
                return self.table_name(table)
        name, parent = self._declared_name(class_), self.parent(class_)
        if any(paths.is_flask(path) for path in self._bases(class_)):
            if parent is not None and not self._has_primary_key(class_):
                return self.own_table(parent)
            name = name or naming.snake_case(m.class_name(self.engine, class_))
        elif self._is_table(class_):
            name = name or m.class_name(self.engine, class_).lower()
        if name:
            return self._with_schema(class_, name)
        return self.own_table(parent) if parent is not None else ""

    def _declared_name(self, class_: int) -> str:
        """`__tablename__` of the class, or of a base that is no entity itself."""
        for base in self.order(class_):
            node = self.own(base, "__tablename__")
            if node is None:
                continue
            for value in self.engine.held(node):
                if value.kind is Kind.FUNCTION:
                    body = self.engine.program.definitions[value.index].facts.statements()
                    return naming.computed(body, m.class_name(self.engine, class_))
            literal = m.texts(self.engine, node)
            if literal and (base == class_ or not self.is_entity(base)):
                return literal[0]
        return ""

    def _with_schema(self, class_: int, name: str) -> str:
        """`__table_args__ = {"schema": ...}` puts a name in front."""
        node = self.own(class_, "__table_args__")
        for number in self.engine.numbers(node) if node is not None else ():
            for schema in self._schemas(number, 2):
                return f"{schema}.{name}"
        return name

    def _schemas(self, number: int, depth: int) -> list[str]:
        containers = self.engine.calls.containers
        value = self.engine.values[number]
        if value.kind is not Kind.CONTAINER or not depth:
            return []
        if value.name == "dict" and "schema" in containers.keys(number):
            return m.texts(self.engine, containers.item(number, "schema"))
        items = self.engine.numbers(containers.all(number))
        return [schema for item in items for schema in self._schemas(item, depth - 1)]

    def table_name(self, table: int) -> str:
        """The name of a TABLE."""
        value = self.engine.values[table]
        if isinstance(value.data, tuple):
            return self.own_table(value.data[0])
        site = self.engine.sites[value.index]
        schema = m.keyword(self.engine, site, "schema")
        name = next(iter(m.texts(self.engine, site.argument(0, "name"))), "")
        return f"{schema}.{name}" if schema and name else name

    # Columns ---------------------------------------------------------------------------------

    def columns(self, class_: int) -> tuple[Column, ...]:
        """The columns that a class declares itself or has from mixins that no parent has."""
        if class_ not in self._columns:
            parent = self.parent(class_)
            above = self.order(parent) if parent is not None else ()
            own = [base for base in self.order(class_) if base not in above]
            self._columns[class_] = self._columns_of(own)
        return self._columns[class_]

    def _columns_of(self, bases: Iterable[int]) -> tuple[Column, ...]:
        found: dict[str, Column] = {}
        for base in bases:
            for column in self._declared_columns(base):
                found.setdefault(column.attr, column)
        return tuple(found.values())

    def _declared_columns(self, class_: int) -> list[Column]:
        entry = self.classes.entry(class_)
        if entry is None:
            return []
        columns = []
        for attr in entry.body.definition.versions:
            value = next(iter(self.attribute_values(class_, attr, m.COLUMN)), -1)
            if value >= 0 or self._is_mapped_hint(class_, attr):
                columns.append(Column(attr, self.column_name(value) or attr, value))
        return columns

    def attribute_values(self, class_: int, attr: str, *names: str) -> list[int]:
        """The MODEL values of a class attribute, those that a `declared_attr` gives included."""
        node = self.own(class_, attr)
        if node is None:
            return []
        found = m.held_models(self.engine, node, *names)
        for number in self.engine.numbers(node):
            value = self.engine.values[number]
            if value.kind is not Kind.FUNCTION:
                continue
            definition = self.engine.program.definitions[value.index]
            if definition.method_kind == "declared":
                parent = self.engine.activations[value.link]
                returned = self.engine.activation(definition, parent).returns
                found += m.held_models(self.engine, returned, *names)
        return found

    def _is_mapped_hint(self, class_: int, attr: str) -> bool:
        """`name: Mapped[str]` alone is a column; with entities inside it is a relationship."""
        definition = self.engine.program.definitions[self.engine.values[class_].index]
        for statement in definition.facts.statements():
            if isinstance(statement, f.Assign) and statement.target.partition("@")[0] == attr:
                return statement.value is None and _is_mapped(statement.annotation)
        return False

    def column_name(self, column: int) -> str:
        """The name that a COLUMN is given by its first argument; empty without one."""
        if column < 0:
            return ""
        site = self.engine.sites[self.engine.values[column].index]
        return next(iter(m.texts(self.engine, site.argument(0, "name"))), "")

    def _has_primary_key(self, class_: int) -> bool:
        bases = [b for b in self.order(class_) if b == class_ or not self.is_entity(b)]
        values = [column.value for column in self._columns_of(bases) if column.value >= 0]
        sites = [self.engine.sites[self.engine.values[value].index] for value in values]
        return any(m.keyword(self.engine, site, "primary_key") is True for site in sites)


def _is_mapped(annotation: f.Expr | None) -> bool:
    if not isinstance(annotation, f.Sub):
        return False
    name = annotation.value
    bare = name.attr if isinstance(name, f.Attr) else getattr(name, "id", "").partition("@")[0]
    return bare == "Mapped"
