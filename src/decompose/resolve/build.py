"""The system model, from what the engine resolved and what the libraries understood."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from decompose.domain import model as m
from decompose.domain.facts import Assign, Define, From, ModuleFacts
from decompose.domain.facts import Module as ModuleExpr
from decompose.domain.finding import Location
from decompose.domain.source import SourceTree
from decompose.resolve.bounds import capped
from decompose.resolve.effects import Effects
from decompose.resolve.engine import Engine
from decompose.resolve.evaluate import solve
from decompose.resolve.library import Contribution, Library
from decompose.resolve.notes import notes
from decompose.resolve.program import Definition, ModuleEntry, Program

_KINDS = {
    "module": m.DefinitionKind.MODULE,
    "class": m.DefinitionKind.CLASS,
    "function": m.DefinitionKind.FUNCTION,
    "lambda": m.DefinitionKind.LAMBDA,
    "template": m.DefinitionKind.TEMPLATE,
}


def build_model(
    tree: SourceTree,
    facts: tuple[ModuleFacts, ...],
    libraries: Sequence[Callable[[], Library]] = (),
) -> m.SystemModel:
    """Resolve the facts of a source tree; `libraries` are made anew for this one engine."""
    program = Program(
        sorted(facts, key=lambda module: (module.name, module.path)), tree.entry_points
    )
    engine = Engine(program, [make() for make in libraries])
    solve(engine)
    found = _joined([library.contribution() for library in engine.libraries])
    definitions = _definitions(program)
    known = {definition.id for definition in definitions}
    effects = Effects(engine, found)
    model = m.SystemModel(
        root_name=tree.name,
        modules=(),
        definitions=definitions,
        references=_references(engine, found, known),
        routes=tuple(_routes(found)),
        entries=tuple(_entries(found)),
        tables=_tables(engine, found),
        accesses=_accesses(engine, found),
        endpoints=effects.endpoints(),
        requirements=tree.requirements,
        notes=tuple(sorted({*notes(program), *found.notes})),
        findings=tuple(sorted({*found.findings, *capped(engine)})),
    )
    engine.forget()
    return replace(model, modules=tuple(_module(entry) for entry in program.modules.values()))


def _joined(parts: Iterable[Contribution]) -> Contribution:
    joined = Contribution()
    for part in parts:
        joined = Contribution(
            routes=joined.routes + part.routes,
            entries=joined.entries + part.entries,
            bare_entries=joined.bare_entries + part.bare_entries,
            tables=joined.tables + part.tables,
            accesses=joined.accesses + part.accesses,
            commits=joined.commits + part.commits,
            references=joined.references + part.references,
            links=joined.links + part.links,
            notes=joined.notes + part.notes,
            findings=joined.findings + part.findings,
        )
    return joined


def _module(entry: ModuleEntry) -> m.Module:
    facts = entry.facts
    return m.Module(
        name=facts.name,
        path=facts.path,
        language=facts.language,
        lines=facts.lines,
        is_package=facts.is_package,
        words=facts.counted_words(),
    )


# Definitions ---------------------------------------------------------------------------------


def _definitions(program: Program) -> tuple[m.Definition, ...]:
    """Scopes and module-level variables; of several with one id the first stands for all."""
    found: dict[str, m.Definition] = {}
    for entry in program.modules.values():
        for definition in entry.definitions:
            found.setdefault(definition.id, _definition(definition))
        for name, bound in entry.bound.items():
            if _is_variable(name, bound):
                variable = _variable(entry, name, bound.line)
                found.setdefault(variable.id, variable)
    return tuple(found[id_] for id_ in sorted(found))


def _definition(definition: Definition) -> m.Definition:
    facts = definition.facts
    return m.Definition(
        id=definition.id,
        module=definition.module.facts.name,
        kind=_KINDS[facts.kind],
        location=Location(path=definition.module.facts.path, line=facts.line),
        end_line=facts.end_line,
        top=_top(definition).id,
    )


def _top(definition: Definition) -> Definition:
    while definition.parent is not None and definition.parent.parent is not None:
        definition = definition.parent
    if definition.module.facts.language != "python":
        return definition.module.definitions[0]
    return definition


def _is_variable(name: str, bound: Assign | Define) -> bool:
    """Whether a module-level name is a variable, neither imported nor a temporary of lowering."""
    if not isinstance(bound, Assign) or name.startswith("%"):
        return False
    return not isinstance(bound.value, From | ModuleExpr)


def _variable(entry: ModuleEntry, name: str, line: int) -> m.Definition:
    id_ = f"{entry.facts.name}.{name}"
    return m.Definition(
        id=id_,
        module=entry.facts.name,
        kind=m.DefinitionKind.VARIABLE,
        location=Location(path=entry.facts.path, line=line),
        end_line=line,
        top=id_,
    )


_Key = tuple[str, str, m.ReferenceKind]

# References ----------------------------------------------------------------------------------


def _references(engine: Engine, found: Contribution, known: set[str]) -> tuple[m.Reference, ...]:
    """One reference for each source, target and kind, at its first line."""
    first: dict[_Key, Location] = {}
    chosen: set[_Key] = set()
    for user, target, kind, line, handed in _uses(engine, found):
        key = (user.id, target, kind)
        if target in known and (target != key[0] or kind is m.ReferenceKind.CALL):
            _keep_first(first, key, _location(user, line))
            if not handed:
                chosen.add(key)
    return tuple(sorted([*_internal(first, chosen), *_external(engine)]))


def _internal(first: Mapping[_Key, Location], chosen: Container[_Key]) -> Iterator[m.Reference]:
    for key, where in first.items():
        source, target, kind = key
        yield m.Reference(
            source=source, target=target, kind=kind, location=where, handed=key not in chosen
        )


def _external(engine: Engine) -> Iterator[m.Reference]:
    """Calls into libraries."""
    first: dict[_Key, Location] = {}
    for definition, lines in engine.externals.items():
        for path, line in lines.items():
            key = (definition.id, path, m.ReferenceKind.CALL)
            _keep_first(first, key, _location(definition, line))
    for (source, target, kind), where in first.items():
        yield m.Reference(source=source, target=target, kind=kind, location=where, external=True)


def _uses(
    engine: Engine, found: Contribution
) -> Iterator[tuple[Definition, str, m.ReferenceKind, int, bool]]:
    """What each definition's code names, calls and constructs, and whether it was handed that."""
    activations = engine.activations
    for definition, uses in engine.references.items():
        for (target, kind), line in uses.items():
            yield definition, target, m.ReferenceKind(kind), line, False
    for caller, callee, line, site in engine.called:
        target, handed = activations[callee].definition.id, site in engine.handed
        yield activations[caller].definition, target, m.ReferenceKind.CALL, line, handed
    for definition, lines in engine.constructed.items():
        for target, line in lines.items():
            yield definition, target, m.ReferenceKind.REFERENCE, line, False
    for item in found.references:
        yield activations[item.activation].definition, item.target, item.kind, item.line, False


def _keep_first(first: dict[_Key, Location], key: _Key, where: Location) -> None:
    if key not in first or where < first[key]:
        first[key] = where


def _location(definition: Definition, line: int) -> Location:
    return Location(path=definition.module.facts.path, line=line)


# Framework -----------------------------------------------------------------------------------


def _routes(found: Contribution) -> Iterable[m.Route]:
    routes = {
        m.Route(
            rule=route.rule,
            methods=route.methods,
            endpoint=route.endpoint,
            handler=route.handler,
            location=route.location,
            blueprint=route.blueprint,
        )
        for route in found.routes
    }
    return sorted(routes)


def _entries(found: Contribution) -> Iterable[m.Entry]:
    entries = {
        m.Entry(
            kind=entry.kind,
            name=entry.name,
            handler=entry.handler,
            location=entry.location,
            scope=entry.scope,
        )
        for entry in found.entries
    }
    return sorted(entries | set(found.bare_entries))


# Data ----------------------------------------------------------------------------------------


def _tables(engine: Engine, found: Contribution) -> tuple[m.Table, ...]:
    """Declared tables, then those that only SQL names; one name, one table."""
    tables: dict[str, m.Table] = {}
    for table in found.tables:
        held = tables.get(table.name)
        if held is None:
            tables[table.name] = table
        else:
            entities = tuple(sorted({*held.entities, *table.entities}))
            tables[table.name] = replace(held, entities=entities)
    for access in _accesses(engine, found):
        if access.table not in tables:
            tables[access.table] = m.Table(name=access.table, location=access.location)
    return tuple(tables[name] for name in sorted(tables))


def _accesses(engine: Engine, found: Contribution) -> tuple[m.Access, ...]:
    accesses = set()
    for access in found.accesses:
        definition = engine.activations[access.activation].definition
        where = Location(path=definition.module.facts.path, line=access.line)
        accesses.add(
            m.Access(
                definition=definition.id,
                table=access.table,
                mode=access.mode,
                location=where,
                how=access.how,
            )
        )
    return tuple(sorted(accesses))
