"""What code says of itself that matters when its system is split: state it changes, locks it takes.

Read off the facts, by name: a module's variable that a function rebinds or, being a container,
changes; `with_for_update`; `begin_nested`; `isolation_level`; what writes files; calls whose errors
a broad `except` ends; functions whose results `functools` keeps.
"""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain import facts as f
from decompose.domain.finding import Location
from decompose.domain.model import Note, NoteKind
from decompose.domain.nodes import walk
from decompose.resolve.program import Definition, Program

_CHANGING = frozenset(
    ["add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
     "remove", "setdefault", "update"]
)  # fmt: skip
_CONTAINERS = frozenset(
    ("dict", "list", "set", "deque", "defaultdict", "OrderedDict", "Counter", "WeakValueDictionary")
)
_LOCK, _SAVEPOINT, _ISOLATION = "with_for_update", "begin_nested", "isolation_level"
_CACHES = frozenset({"cache", "lru_cache"})
_WRITERS = frozenset({"write_bytes", "write_text"})
_WRITING = frozenset("wax+")
_MODE, _LONGEST = 1, 3


def notes(program: Program) -> tuple[Note, ...]:
    """The notes of all functions, sorted."""
    found = {
        note
        for definition in program.definitions
        if definition.facts.kind in ("function", "lambda")
        for note in _of(program, definition)
    }
    return tuple(sorted(found))


def _of(program: Program, definition: Definition) -> Iterator[Note]:
    line = definition.facts.line
    if any(_is_cache(decorator) for decorator in definition.facts.decorators):
        where = Location(path=definition.module.facts.path, line=line)
        yield Note(definition=definition.id, kind=NoteKind.CACHE, target="", location=where)
    for node in walk(definition.facts.statements()):
        line = getattr(node, "line", 0) or line
        for kind, target in _said(program, definition, node):
            where = Location(path=definition.module.facts.path, line=line)
            yield Note(definition=definition.id, kind=kind, target=target, location=where)


def _is_cache(decorator: f.Expr) -> bool:
    """Whether a decorator is `functools.cache` or `lru_cache`, called or not."""
    named = decorator.func if isinstance(decorator, f.Call) else decorator
    return _last(named) in _CACHES


def _said(program: Program, here: Definition, node: object) -> Iterator[tuple[NoteKind, str]]:
    changed = _changed(program, here, node)
    if changed is not None:
        yield NoteKind.STATE, changed
    if isinstance(node, f.Call):
        yield from ((kind, "") for kind in _called(here, node))


def _called(here: Definition, node: f.Call) -> Iterator[NoteKind]:
    name = getattr(node.func, "attr", "")
    keywords = {keyword for keyword, _ in node.kwargs}
    if name == _LOCK or _LOCK in keywords:
        yield NoteKind.LOCK
    if name == _SAVEPOINT:
        yield NoteKind.SAVEPOINT
    if _ISOLATION in keywords:
        yield NoteKind.ISOLATION
    if name in _WRITERS or (_last(node.func) == "open" and _writes(node)):
        yield NoteKind.FILE
    if any(first <= node.line <= last for first, last in here.facts.guards):
        yield NoteKind.GUARD


def _writes(opened: f.Call) -> bool:
    """Whether `open(path, mode)` or `path.open(mode)` has a mode that writes."""
    place = _MODE if isinstance(opened.func, f.Name) else 0
    modes = [value for keyword, value in opened.kwargs if keyword == "mode"]
    mode = modes[0] if modes else next(iter(opened.args[place:]), None)
    value = mode.value if isinstance(mode, f.Const) else None
    return isinstance(value, str) and len(value) <= _LONGEST and bool(_WRITING & set(value))


def _changed(program: Program, here: Definition, node: object) -> str | None:
    """The id of the module's variable that a statement or call changes."""
    if isinstance(node, f.Assign):
        name = node.target.partition("@")[0]
        is_global = name in here.facts.outer and not _is_local(here.parent, name)
        return program.variable(here.module.facts.name, name) if is_global else None
    if isinstance(node, f.SetSub):
        return _container(program, here, node.object)
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in _CHANGING:
        return _container(program, here, node.func.value)
    return None


def _container(program: Program, here: Definition, expr: f.Expr) -> str | None:
    """The id of a module's variable that an expression names, if it begins as a container."""
    if not isinstance(expr, f.Name):
        return None
    name = expr.id.partition("@")[0]
    variable = None if _is_local(here, name) else program.variable(here.module.facts.name, name)
    bound = program.bound(variable) if variable else None
    value = bound.value if isinstance(bound, f.Assign) else None
    made = isinstance(value, f.Call) and _last(value.func) in _CONTAINERS
    return variable if made or isinstance(value, f.Seq | f.Dict) else None


def _is_local(definition: Definition | None, name: str) -> bool:
    """Whether a function, or one around it, binds the name itself."""
    while definition is not None and definition.parent is not None:
        if name in definition.versions:
            return True
        definition = definition.parent
    return False


def _last(func: f.Expr) -> str:
    return func.attr if isinstance(func, f.Attr) else str(getattr(func, "id", "")).partition("@")[0]
