"""Foreign keys, the relationships between entities, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.model import ForeignKey, Relationship
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.mapping import Mapping
from decompose.readers.sqlalchemy.relations import Relation, Relations
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind


class Keys:
    """Foreign keys by table, relationships by class."""

    def __init__(self, engine: Engine, mapping: Mapping, relations: Relations) -> None:
        self.engine = engine
        self.mapping = mapping
        self.relations = relations
        self._named: dict[int, str] = {}
        self.of_table: dict[str, tuple[ForeignKey, ...]] = {}

    def name_columns(self, table: str, columns: list[tuple[str, int]]) -> None:
        """Learn which table and column a COLUMN's declaration is."""
        for name, value in columns:
            if value >= 0:
                site = self.engine.values[value].index
                self._named.setdefault(site, f"{table}.{name}")

    def of_column(self, name: str, column: int) -> Iterator[ForeignKey]:
        """The foreign keys that a COLUMN declares."""
        if column < 0:
            return
        site = self.engine.sites[self.engine.values[column].index]
        for target in m.texts(self.engine, site.argument(-1, "foreign_key")):
            yield ForeignKey(column=name, target=target, location=m.location(site))
        for node, _ in site.args:
            for key in m.held_models(self.engine, node, m.FOREIGN_KEY):
                yield from self._of_key(name, self.engine.sites[self.engine.values[key].index])

    def _of_key(self, name: str, site: CallSite) -> Iterator[ForeignKey]:
        on_delete = str(m.keyword(self.engine, site, "ondelete") or "")
        for target in self._targets(site.argument(0, "column"))[:1]:
            yield ForeignKey(
                column=name, target=target, location=m.location(site), on_delete=on_delete
            )

    def _targets(self, node: int | None) -> list[str]:
        """`table.column`, written so or as a column."""
        if node is None:
            return []
        found = m.texts(self.engine, node)
        for column in m.held_models(self.engine, node, m.COLUMN):
            value = self.engine.values[column]
            if value.link >= 0:
                found.append(self._class_column(value.link, column))
            elif value.index in self._named:
                found.append(self._named[value.index])
        return [target for target in found if target]

    def _class_column(self, class_: int, column: int) -> str:
        site = self.engine.values[column].index
        for owner in self.mapping.order(class_):
            for known in self.mapping.columns(owner):
                if known.value >= 0 and self.engine.values[known.value].index == site:
                    return f"{self.mapping.own_table(class_)}.{known.name}"
        return ""

    def of_constraints(self, node: int | None) -> Iterator[ForeignKey]:
        """`ForeignKeyConstraint(["a"], ["table.a"])` among table arguments."""
        if node is None:
            return
        for number in m.held_models(self.engine, node, m.KEY_CONSTRAINT):
            site = self.engine.sites[self.engine.values[number].index]
            on_delete = str(m.keyword(self.engine, site, "ondelete") or "")
            columns = self._items(site.argument(0, "columns"))
            targets = self._items(site.argument(1, "refcolumns"))
            for name, target in zip(columns, targets, strict=False):
                yield ForeignKey(
                    column=name, target=target, location=m.location(site), on_delete=on_delete
                )

    def _items(self, node: int | None) -> list[str]:
        containers = self.engine.calls.containers
        found: list[str] = []
        for number in self.engine.numbers(node) if node is not None else ():
            if self.engine.values[number].kind is Kind.CONTAINER:
                for index in range(containers.lengths.get(number, 0)):
                    found += m.texts(self.engine, containers.item(number, index))[:1]
        return found

    # Relationships ---------------------------------------------------------------------------

    def relation(self, class_: int, attr: str) -> Relation | None:
        """The relationship that an attribute of an entity is, backrefs included."""
        for owner in self.mapping.order(class_):
            for number in self.mapping.attribute_values(owner, attr, m.RELATION):
                return self.relations.known[number]
            number_ = self.relations.by_target.get(owner, {}).get(attr)
            if number_ is not None:
                return self.relations.known[number_]
        return None

    def of_class(self, class_: int) -> list[tuple[str, Relation]]:
        """All relationships of an entity by name."""
        found: dict[str, Relation] = {}
        for owner in self.mapping.order(class_):
            entry = self.mapping.classes.entry(owner)
            names = list(entry.body.definition.versions) if entry is not None else []
            for name in [*names, *self.relations.by_target.get(owner, {})]:
                relation = self.relation(owner, name)
                if relation is not None:
                    found.setdefault(name, relation)
        return list(found.items())

    def classes(self, node: int) -> list[int]:
        """The entities that a node of classes holds."""
        held = self.engine.numbers(node)
        return [n for n in held if self.engine.values[n].kind is Kind.CLASS]

    def tables(self, node: int) -> set[str]:
        """The tables of the entities and TABLEs that a node holds, or that a text names."""
        found: set[str] = set()
        for number in self.engine.numbers(node):
            value = self.engine.values[number]
            if value.kind is Kind.CLASS:
                found.update(self.mapping.tables(number))
            elif value.kind is Kind.MODEL and value.name == m.TABLE:
                found.add(self.mapping.table_name(number))
            elif isinstance(value.data, str) and value.data in self.of_table:
                found.add(value.data)
        return found

    def changed(self, relation: Relation, class_: int | None = None) -> set[str]:
        """The tables that hold a relationship: the one in between, or the key's.

        A relationship of a mixin has no tables of its own: those of `class_`, which has it, count.
        """
        between = self.tables(relation.secondary)
        if between:
            return between
        here, there = self.tables(relation.owner), self.tables(relation.target)
        if not here and class_ is not None:
            here = set(self.mapping.tables(class_))
        holders = {t for t in there if self._points(t, here)}
        holders |= {t for t in here if self._points(t, there)}
        return holders or here | there

    def is_to_many(self, relation: Relation) -> bool:
        """Whether the key is at the other end."""
        here, there = self.tables(relation.owner), self.tables(relation.target)
        return any(self._points(table, here) for table in there)

    def _points(self, table: str, others: set[str]) -> bool:
        keys = self.of_table.get(table, ())
        return any(key.target.rpartition(".")[0] in others for key in keys)

    def described(self, class_: int, names: dict[int, str]) -> Iterator[Relationship]:
        """The relationships that an entity declares, as the model has them."""
        for name, relation in self.of_class(class_):
            for target in [] if relation.is_reverse else self.classes(relation.target):
                if target in names:
                    yield Relationship(
                        entity=names[class_],
                        name=name,
                        target=names[target],
                        location=m.location(relation.site),
                        backref=relation.backref,
                    )
