"""What entities need of each other, though no name in their code says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from decompose.domain.lookup import inside
from decompose.domain.model import Reference, ReferenceKind, SystemModel
from decompose.slice.program import Program
from decompose.slice.units import Unit


@dataclass(slots=True, kw_only=True)
class Relations:
    """Definitions by what asks for them.

    `needs` are the entities that must be there for one to be mapped, `named` what a string in an
    entity may stand for (a class or a table), `backrefs` who gives a class an attribute of a name,
    `entities` all that stand for a table.
    """

    needs: dict[Unit, set[Unit]] = field(default_factory=dict)
    named: dict[str, set[Unit]] = field(default_factory=dict)
    backrefs: dict[str, list[tuple[Unit, Unit]]] = field(default_factory=dict)
    tables: dict[str, set[Unit]] = field(default_factory=dict)
    entities: set[Unit] = field(default_factory=set)


def relate(program: Program, model: SystemModel) -> Relations:
    """The relations between the entities of a system, and its references by string.

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
    for reference in _strings(model):
        for unit in program.find(reference.source):
            found.needs.setdefault(unit, set()).update(program.find(reference.target))
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


def _strings(model: SystemModel) -> Iterator[Reference]:
    tops = {d.id: d.top for d in model.definitions}
    for reference in model.references:
        if reference.kind is ReferenceKind.STRING and not reference.external:
            source, target = tops.get(reference.source), tops.get(reference.target)
            if source and target:
                yield Reference(
                    source=source,
                    target=target,
                    kind=reference.kind,
                    location=reference.location,
                )
