"""Finding the application: the factory or the object that a server would be given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from decompose.domain.lookup import beside
from decompose.domain.model import (
    Definition,
    DefinitionKind,
    Reference,
    ReferenceKind,
    SystemModel,
)
from decompose.domain.plan import Application
from decompose.domain.source import Read
from decompose.errors import UserError

_FLASK = "flask.Flask"
_ENTRY_MODULES = ("wsgi", "autoapp", "app", "application", "main", "run", "manage")
_TESTS = "test"


def find_application(model: SystemModel, read: Read, named: str) -> Application:
    """The application that a server would be given.

    `named` is what the boundary file says (`module:name`), empty where it says nothing. An object
    in a module with a usual entry name comes first, then any other object, then a factory that can
    be called without arguments, and last an object that a factory made in a module that others
    import: it is for what stands there (tasks, scripts). Raises UserError where none is found.
    """
    makers = _makers(model)
    if named:
        return _named(model, named, makers)
    objects = _objects(model, makers)
    inner = {one for one in objects if _is_inner(one, model, makers)}
    found = [
        *(one for one in objects if one not in inner),
        *_factories(model, makers, read),
        *objects,
    ]
    if not found:
        raise UserError(
            "No application was found: nothing calls `Flask(...)` where a server could reach it.",
            hint='Name it in decompose.toml: application = "package.module:name".',
        )
    return found[0]


def _is_inner(application: Application, model: SystemModel, makers: Iterable[str]) -> bool:
    """Whether it is an object that a factory made in a module that other modules import."""
    module = application.target.partition(":")[0]
    if module.rpartition(".")[2] in _ENTRY_MODULES:
        return False
    module_of = {d.id: d.module for d in model.definitions}
    made = any(
        r.target in makers and module_of.get(r.source) == module
        for r in model.references if r.kind is ReferenceKind.CALL
    )  # fmt: skip
    return made and any(
        module in (r.target, module_of.get(r.target)) and module_of.get(r.source) != module
        for r in model.references
    )


def _named(model: SystemModel, named: str, makers: Iterable[str]) -> Application:
    module, _, name = named.partition(":")
    known = {d.id: d for d in model.definitions}
    definition = known.get(f"{module}.{name}")
    if definition is None:
        raise UserError(
            f"decompose.toml names the application {named!r}, which is not in the code.",
            hint="Write it as `package.module:name`.",
        )
    factory = definition.kind is DefinitionKind.FUNCTION
    return _application(module, name, definition, makers, factory=factory)


def _application(
    module: str, name: str, definition: Definition, makers: Iterable[str], *, factory: bool
) -> Application:
    roots = {definition.id, *makers} if factory else {module, definition.id, *makers}
    return Application(
        target=f"{module}:{name}",
        factory=factory,
        location=definition.location,
        roots=tuple(sorted(roots)),
    )


def _makers(model: SystemModel) -> dict[str, Definition]:
    """Functions that make an application, themselves or by a function that they call."""
    classes = {_FLASK} | {
        r.source for r in model.references if r.kind is ReferenceKind.INHERIT and r.target == _FLASK
    }
    functions = {d.id: d for d in model.definitions if d.kind is DefinitionKind.FUNCTION}
    calls = [r for r in model.references if r.kind is ReferenceKind.CALL]
    found: dict[str, Definition] = {}
    fresh = classes
    while fresh:
        callers = {r.source for r in calls if r.target in fresh and r.source in functions}
        fresh = callers - found.keys()
        found.update({name: functions[name] for name in fresh if _is_part(functions[name])})
    return found


def _is_part(definition: Definition) -> bool:
    """Whether it is no test: scripts and entry modules count, since servers start from them."""
    reason = beside(definition)
    return _TESTS not in reason


def _objects(model: SystemModel, makers: Iterable[str]) -> list[Application]:
    """Module-level names bound to what `Flask` or one of `makers` gives, best first."""
    made = {_FLASK, *makers}
    lines = {
        (r.location.path, r.location.line)
        for r in model.references
        if r.kind is ReferenceKind.CALL and r.target in made
    }
    found = [d for d in model.definitions if _is_binding(d) and _spans(d, lines) and _is_part(d)]
    found.sort(key=lambda d: (*_rank(d.module), d.id))
    return [_application(d.module, d.id.removeprefix(f"{d.module}."), d, makers, factory=False)
            for d in found]  # fmt: skip


def _is_binding(definition: Definition) -> bool:
    return definition.kind is DefinitionKind.VARIABLE and definition.id == definition.top


def _spans(definition: Definition, lines: set[tuple[str, int]]) -> bool:
    first = definition.location.line
    return any((definition.location.path, line) in lines
               for line in range(first, definition.end_line + 1))  # fmt: skip


def _rank(module: str) -> tuple[int, int]:
    last = module.rpartition(".")[2]
    place = _ENTRY_MODULES.index(last) if last in _ENTRY_MODULES else len(_ENTRY_MODULES)
    return place, module.count(".")


def _factories(model: SystemModel, makers: dict[str, Definition], read: Read) -> list[Application]:
    top = [d for d in makers.values() if d.id == d.top]
    called = {r.target for r in _calls_between(model, makers)}
    callable_ = [d for d in top if _needs_nothing(d, read)]
    callable_.sort(key=lambda d: (d.id in called, d.module.count("."), d.id))
    return [_application(d.module, d.id.removeprefix(f"{d.module}."), d, makers, factory=True)
            for d in callable_]  # fmt: skip


def _calls_between(model: SystemModel, makers: dict[str, Definition]) -> Iterator[Reference]:
    calls = (r for r in model.references if r.kind is ReferenceKind.CALL)
    return (call for call in calls if call.source in makers and call.target in makers)


def _needs_nothing(definition: Definition, read: Read) -> bool:
    """Whether a function can be called without arguments."""
    if PurePosixPath(definition.location.path).suffix != ".py":
        return False
    for node in ast.walk(ast.parse(read(definition.location.path))):
        if (
            isinstance(node, ast.FunctionDef)
            and node.lineno <= definition.location.line <= (node.body[0].lineno)
            and definition.id.endswith(node.name)
        ):
            needed = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            return needed == 0 and None not in [d or None for d in node.args.kw_defaults]
    return False
