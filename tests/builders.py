"""A system model from a few lines of text.

    shop/orders.py
      def checkout: POST /orders/checkout -> orders.checkout; calls place
      def place: writes orders, order_items
      class Order: table orders; references User

Every definition names its module by standing under it. A definition says after the colon, split
by semicolons: `METHOD RULE -> ENDPOINT`, `table NAME`, `calls`, `inherits`, `references`,
`imports`, `finds` (by a name made at run time), `uses` (a library's dotted path), `reads` or
`writes` (tables), `entry KIND`. Endpoints' effects and transactions follow from what is called: all
writes of one endpoint are one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from decompose.domain.finding import Location
from decompose.domain.model import (
    Access,
    Definition,
    DefinitionKind,
    Effect,
    EndpointEffects,
    Entry,
    EntryKind,
    ForeignKey,
    Mode,
    Module,
    Reference,
    ReferenceKind,
    Route,
    SystemModel,
    Table,
    Transaction,
)

_KINDS = {"def": DefinitionKind.FUNCTION, "class": DefinitionKind.CLASS,
          "var": DefinitionKind.VARIABLE, "template": DefinitionKind.TEMPLATE}  # fmt: skip
_USES = {"calls": ReferenceKind.CALL, "inherits": ReferenceKind.INHERIT,
         "references": ReferenceKind.REFERENCE, "imports": ReferenceKind.IMPORT,
         "links": ReferenceKind.URL, "finds": ReferenceKind.DYNAMIC}  # fmt: skip
_LINES = 10


class _Builder:
    def __init__(self) -> None:
        self.modules: dict[str, Module] = {}
        self.definitions: dict[str, Definition] = {}
        self.short: dict[str, str] = {}
        self.facts: list[tuple[str, str, Location]] = []
        self.line = 0

    def read(self, text: str) -> None:
        module = None
        for raw in text.splitlines():
            if not raw.strip():
                continue
            if not raw.startswith(" "):
                module = self._module(raw.strip())
            elif module is not None:
                self._definition(module, raw.strip())

    def _module(self, path: str) -> Module:
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.line = 1
        module = Module(name=name, path=path, language="python", lines=1 + _LINES)
        self.modules[name] = module
        self._add(name, module, DefinitionKind.MODULE, name)
        return module

    def _definition(self, module: Module, text: str) -> None:
        head, _, facts = text.partition(":")
        kind, _, name = head.partition(" ")
        if kind == "module":
            full = module.name
        else:
            self.line += _LINES
            full = f"{module.name}.{name}"
            self._add(full, module, _KINDS[kind], name)
        where = Location(path=module.path, line=self.line)
        self.facts += [(full, fact.strip(), where) for fact in facts.split(";") if fact.strip()]

    def _add(self, full: str, module: Module, kind: DefinitionKind, short: str) -> None:
        where = Location(path=module.path, line=self.line)
        self.definitions[full] = Definition(
            id=full, module=module.name, kind=kind, location=where,
            end_line=self.line + _LINES - 1, top=full,
        )  # fmt: skip
        self.short[short] = full
        self.short[full] = full


def system(
    text: str, *, words: Iterable[tuple[str, tuple[tuple[str, int], ...]]] = ()
) -> SystemModel:
    """The model that `text` describes; `words` gives modules their vocabulary."""
    builder = _Builder()
    builder.read(text)
    references, accesses, routes, entries = [], [], [], []
    tables: dict[str, Table] = {}
    for name, fact, where in builder.facts:
        verb, _, rest = fact.partition(" ")
        items = [item.strip() for item in rest.split(",")]
        if verb in _USES:
            references += [Reference(source=name, target=builder.short[item], kind=_USES[verb],
                                     location=where) for item in items]  # fmt: skip
        elif verb == "uses":
            references += [Reference(source=name, target=item, kind=ReferenceKind.CALL,
                                     location=where, external=True) for item in items]  # fmt: skip
        elif verb in ("reads", "writes"):
            mode = Mode.READ if verb == "reads" else Mode.WRITE
            accesses += [Access(definition=name, table=item, mode=mode, location=where, how="orm")
                         for item in items]  # fmt: skip
        elif verb == "table":
            keys = tuple(ForeignKey(column=f"{t}_id", target=f"{t}.id", location=where)
                         for t in items[0].split(" -> ")[1:])  # fmt: skip
            table = items[0].split(" -> ")[0]
            tables[table] = Table(name=table, location=where, definition=name, entities=(name,),
                                  foreign_keys=keys)  # fmt: skip
        elif verb == "entry":
            kind, _, label = rest.partition(" ")
            entries.append(Entry(kind=EntryKind(kind), name=label, handler=name, location=where))
        else:
            rule, _, endpoint = rest.partition(" -> ")
            routes.append(Route(rule=rule, methods=(verb,), endpoint=endpoint, handler=name,
                                location=where, blueprint=endpoint.rpartition(".")[0]))  # fmt: skip
    for access in accesses:
        tables.setdefault(access.table, Table(name=access.table, location=access.location))
    vocabulary = dict(words)
    sizes = Counter(definition.module for definition in builder.definitions.values())
    modules = [
        replace(m, lines=_LINES * (1 + sizes[m.name]), words=vocabulary.get(m.name, ()))
        for m in builder.modules.values()
    ]
    return SystemModel(
        root_name="app",
        modules=tuple(sorted(modules, key=lambda m: m.name)),
        definitions=tuple(sorted(builder.definitions.values(), key=lambda d: d.id)),
        references=tuple(sorted(references)),
        routes=tuple(sorted(routes)),
        entries=tuple(sorted(entries)),
        tables=tuple(sorted(tables.values(), key=lambda t: t.name)),
        accesses=tuple(sorted(accesses)),
        endpoints=tuple(
            _effects(name, handler, references, accesses)
            for name, handler in _entry_points(routes, entries)
        ),
    )


def _entry_points(routes: list[Route], entries: list[Entry]) -> list[tuple[str, str]]:
    run = [entry for entry in entries if entry.kind is not EntryKind.EXTENSION]
    views = [(route.endpoint, route.handler) for route in sorted(routes)]
    return [*views, *((f"{entry.kind}:{entry.handler}", entry.handler) for entry in sorted(run))]


def _effects(
    name: str, handler: str, references: list[Reference], accesses: list[Access]
) -> EndpointEffects:
    paths = {handler: (handler,)}
    todo = [handler]
    while todo:
        here = todo.pop(0)
        for reference in sorted(references):
            called = reference.kind is ReferenceKind.CALL and not reference.external
            if reference.source == here and called and reference.target not in paths:
                paths[reference.target] = (*paths[here], reference.target)
                todo.append(reference.target)
    effects = tuple(sorted(
        Effect(table=a.table, mode=a.mode, path=paths[a.definition], location=a.location, how=a.how)
        for a in accesses if a.definition in paths
    ))  # fmt: skip
    written = tuple(sorted({e.table for e in effects if e.mode is Mode.WRITE}))
    where = effects[0].location if effects else Location(path="", line=0)
    done = (Transaction(tables=written, commit=where, path=(handler,)),) if written else ()
    return EndpointEffects(name=name, handler=handler, hooks=(), reaches=tuple(sorted(paths)),
                           effects=effects, transactions=done)  # fmt: skip
