"""What definitions need of each other, though no name in their code says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from decompose.domain.lookup import inside
from decompose.domain.model import ReferenceKind, SystemModel
from decompose.slice.program import Program
from decompose.slice.units import Unit


@dataclass(slots=True, kw_only=True)
class Relations:
    """Definitions by what asks for them.

    `needs` are the definitions that must be there for another (entities for one to be mapped),
    `named` what a string in an entity may stand for (a class or a table), `backrefs` who gives a
    class an attribute of a name, `entities` all that stand for a table.
    """

    needs: dict[Unit, set[Unit]] = field(default_factory=dict)
    named: dict[str, set[Unit]] = field(default_factory=dict)
    backrefs: dict[str, list[tuple[Unit, Unit]]] = field(default_factory=dict)
    tables: dict[str, set[Unit]] = field(default_factory=dict)
    entities: set[Unit] = field(default_factory=set)


def relate(program: Program, model: SystemModel) -> Relations:
    """The relations between the entities of a system, and references that no name tells of.

    What migrations and tests declare once more counts for nothing.
    """
    found, own = Relations(), inside(model)
    for table in model.tables:
        names = [name for name in (table.definition, *table.entities) if name in own]
        units = {unit for name in names for unit in program.find(name)}
        found.tables[table.name] = units
        found.entities |= units
        found.named.setdefault(table.name, set()).update(units)
        for unit in units:
            for name in unit.names:
                found.named.setdefault(name, set()).add(unit)
    for table in model.tables:
        targets = (key.target.rpartition(".")[0] for key in table.foreign_keys)
        needed = {unit for name in targets for unit in found.tables.get(name, ())}
        for unit in found.tables[table.name]:
            found.needs.setdefault(unit, set()).update(needed)
    _relationships(program, model, found)
    for source, target in _unnamed(model):
        for unit in program.find(source):
            found.needs.setdefault(unit, set()).update(program.find(target))
    return found


def _relationships(program: Program, model: SystemModel, found: Relations) -> None:
    for table in model.tables:
        for relationship in table.relationships:
            for source in program.find(relationship.entity):
                for target in program.find(relationship.target):
                    found.needs.setdefault(source, set()).add(target)
                    if relationship.backref:
                        pair = (target, source)
                        found.backrefs.setdefault(relationship.backref, []).append(pair)


def _unnamed(model: SystemModel) -> Iterator[tuple[str, str]]:
    """Top-level definitions that need another by a string, or by what a tape saw them call."""
    tops = {d.id: d.top for d in model.definitions}
    strings = (
        (r.source, r.target)
        for r in model.references
        if r.kind is ReferenceKind.STRING and not r.external
    )
    for source, target in (*strings, *(model.observed.calls if model.observed else ())):
        if tops.get(source) and tops.get(target):
            yield tops[source], tops[target]
