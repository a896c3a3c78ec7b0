"""From what was met to what the model takes: tables, accesses, commits, events."""

from __future__ import annotations

from dataclasses import replace

from decompose.domain.finding import Location
from decompose.domain.model import ForeignKey, Relationship, Table
from decompose.readers.sqlalchemy import models as m
from decompose.readers.sqlalchemy.declarations import Declarations
from decompose.readers.sqlalchemy.effects import Effects
from decompose.readers.sqlalchemy.keys import Keys
from decompose.readers.sqlalchemy.mapping import Mapping
from decompose.readers.sqlalchemy.pages import Pages
from decompose.readers.sqlalchemy.raw import RawSql
from decompose.readers.sqlalchemy.touches import Touches
from decompose.readers.sqlalchemy.versions import Versions
from decompose.resolve.engine import Engine
from decompose.resolve.library import Contribution
from decompose.resolve.sql import SqlTable


def contribution(
    engine: Engine, declarations: Declarations, touches: Touches, raw: RawSql, pages: Pages
) -> Contribution:
    """Everything understood, in the terms of the model."""
    mapping = Mapping(engine, declarations)
    keys = Keys(engine, mapping, declarations.relations)
    tables = _Tables(engine, declarations, mapping, keys)
    found = tables.all(raw)
    versions = Versions(mapping, keys)
    found |= versions.declared(found)
    effects = Effects(engine, mapping, keys, versions, found)
    return Contribution(
        tables=tuple(found[name] for name in sorted(found)),
        accesses=effects.accesses(touches),
        commits=tuple(sorted(touches.commits)),
        entries=tuple(declarations.events.entries()),
        notes=pages.notes(),
    )


class _Tables:
    """Collects every declared table once."""

    def __init__(
        self, engine: Engine, declarations: Declarations, mapping: Mapping, keys: Keys
    ) -> None:
        self.engine = engine
        self.declarations = declarations
        self.mapping = mapping
        self.keys = keys

    def all(self, raw: RawSql) -> dict[str, Table]:
        """Tables by name: entities', `Table(...)`s, then those that only SQL creates."""
        entities = self.mapping.entities()
        names = {number: m.definition_id(self.engine, number) for number in entities}
        self._name_columns(entities)
        by_table: dict[str, list[int]] = {}
        for number in entities:
            by_table.setdefault(self.mapping.own_table(number), []).append(number)
        found = self._core()
        for table, classes in by_table.items():
            found[table] = self._entity_table(table, classes, names, found.get(table))
        self.keys.of_table = {name: table.foreign_keys for name, table in found.items()}
        for table, classes in by_table.items():
            found[table] = self._with_relationships(found[table], classes, names)
        known = {name.lower() for name in found}
        for name, (created, place) in sorted(raw.created.items()):
            if name.lower() not in known:
                path = place.activation.definition.module.facts.path
                found[name] = _sql_table(created, Location(path=path, line=place.line))
        return found

    def _name_columns(self, entities: list[int]) -> None:
        for table in self.declarations.tables:
            self.keys.name_columns(self.mapping.table_name(table), self._core_columns(table))
        for number in entities:
            columns = [(c.name, c.value) for c in self.mapping.columns(number)]
            self.keys.name_columns(self.mapping.own_table(number), columns)

    def _core_columns(self, table: int) -> list[tuple[str, int]]:
        site = self.engine.sites[self.engine.values[table].index]
        values = [
            number
            for node, _ in site.args[1:]
            for number in m.held_models(self.engine, node, m.COLUMN)
        ]
        return [(self.mapping.column_name(value), value) for value in values]

    def _core(self) -> dict[str, Table]:
        found: dict[str, Table] = {}
        for number in self.declarations.tables:
            name = self.mapping.table_name(number)
            columns = self._core_columns(number)
            if not name or (name in found and not columns):
                continue
            site = self.engine.sites[self.engine.values[number].index]
            foreign = [key for c, value in columns for key in self.keys.of_column(c, value)]
            for node, _ in site.args[1:]:
                foreign += self.keys.of_constraints(node)
            found[name] = Table(
                name=name,
                location=m.location(site),
                definition=self._assigned(number),
                columns=tuple(sorted({column for column, _ in columns if column})),
                foreign_keys=tuple(sorted(set(foreign))),
            )
        return found

    def _assigned(self, table: int) -> str:
        """The id of the module-level name, or of the class, that holds a TABLE."""
        site = self.engine.sites[self.engine.values[table].index]
        definition = site.activation.definition
        if definition.facts.kind == "class":
            return definition.id
        for name, node in site.activation.variables.items():
            if table in self.engine.numbers(node) and not site.activation.parent:
                return f"{definition.id}.{name.partition('@')[0]}"
        return ""

    def _entity_table(
        self, table: str, classes: list[int], names: dict[int, str], core: Table | None
    ) -> Table:
        columns = {c.name for number in classes for c in self.mapping.columns(number)}
        definition = self.engine.program.definitions[self.engine.values[classes[0]].index]
        where = Location(path=definition.module.facts.path, line=definition.facts.line)
        return Table(
            name=table,
            location=core.location if core is not None else where,
            definition=core.definition if core is not None else definition.id,
            entities=tuple(sorted(names[number] for number in classes)),
            columns=tuple(sorted(columns | set(core.columns if core is not None else ()))),
            foreign_keys=self._keys(classes, core),
        )

    def _keys(self, classes: list[int], core: Table | None) -> tuple[ForeignKey, ...]:
        found = set(core.foreign_keys if core is not None else ())
        for number in classes:
            for column in self.mapping.columns(number):
                found.update(self.keys.of_column(column.name, column.value))
            found.update(self.keys.of_constraints(self.mapping.own(number, "__table_args__")))
        return tuple(sorted(found))

    def _with_relationships(self, table: Table, classes: list[int], names: dict[int, str]) -> Table:
        related: set[Relationship] = set()
        for number in classes:
            related.update(self.keys.described(number, names))
        ordered = sorted(related, key=lambda r: (r.entity, r.name, r.target))
        return replace(table, relationships=tuple(ordered))


def _sql_table(created: SqlTable, where: Location) -> Table:
    keys = (
        ForeignKey(column=k.column, target=k.target, location=where, on_delete=k.on_delete)
        for k in created.foreign_keys
    )
    return Table(
        name=created.name,
        location=where,
        columns=tuple(sorted(created.columns)),
        foreign_keys=tuple(sorted(keys)),
    )
