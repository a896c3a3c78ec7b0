"""What is no service's own: the composition root and the shared kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from decompose.cluster.graph import Ordered
from decompose.domain.lookup import tables_of, tops
from decompose.domain.model import Definition, DefinitionKind, EntryKind, ReferenceKind, SystemModel
from decompose.domain.partition import KERNEL, ROOT

_EVERYWHERE = {
    EntryKind.BEFORE_REQUEST, EntryKind.AFTER_REQUEST, EntryKind.TEARDOWN,
    EntryKind.ERROR_HANDLER, EntryKind.CONTEXT_PROCESSOR, EntryKind.TEMPLATE_FILTER,
    EntryKind.USER_LOADER,
}  # fmt: skip
_ASIDE = {"tests", "test", "testing", "migrations", "alembic", "docs", "scripts"}
_SCRIPTS = {
    "setup.py",
    "conftest.py",
    "fabfile.py",
    "noxfile.py",
    "manage.py",
    "wsgi.py",
    "asgi.py",
}
_FACTORIES = ("flask.Flask", "flask.app.Flask")
_REGISTER = ".register_blueprint"
_INHERITORS = 3
_COMMUNITIES = 3
_MAJORITY = 0.6
_FANOUT = 0.4
_MODULES = 4

Roles = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What roles are told from, by top-level definition."""

    domain: frozenset[str]
    touching: frozenset[str]
    uses: Mapping[str, frozenset[str]]
    users: Mapping[str, frozenset[str]]
    inheritors: Mapping[str, frozenset[str]]
    externals: Mapping[str, frozenset[str]]


def traits(model: SystemModel) -> Traits:
    """Read the traits off the model: who handles, declares, touches data, uses whom."""
    top = tops(model)
    uses: dict[str, set[str]] = {}
    users: dict[str, set[str]] = {}
    inheritors: dict[str, set[str]] = {}
    externals: dict[str, set[str]] = {}
    for reference in model.references:
        source, target = top.get(reference.source), top.get(reference.target)
        if source is None or source == target:
            continue
        if reference.external:
            externals.setdefault(source, set()).add(reference.target)
        elif target is not None and reference.kind is not ReferenceKind.IMPORT:
            uses.setdefault(source, set()).add(target)
            users.setdefault(target, set()).add(source)
            if reference.kind is ReferenceKind.INHERIT:
                inheritors.setdefault(target, set()).add(source)
    handlers = {top[r.handler] for r in model.routes if r.handler in top}
    work = {EntryKind.CLI, EntryKind.TASK, EntryKind.SCHEDULE}
    handlers |= {top[e.handler] for e in model.entries if e.kind in work and e.handler in top}
    direct = {top[a.definition] for a in model.accesses if a.definition in top}
    declared = set(tables_of(model))
    return Traits(
        domain=frozenset(handlers | declared),
        touching=frozenset(_reaching(direct | declared, users)),
        uses=_frozen(uses),
        users=_frozen(users),
        inheritors=_frozen(inheritors),
        externals=_frozen(externals),
    )


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in sets.items()}


def _reaching(start: set[str], users: Mapping[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in seen:
                seen.add(user)
                todo.append(user)
    return seen


def root_roles(model: SystemModel, found: Traits, definitions: Sequence[Definition]) -> Roles:
    """The composition root, extension objects and abstract bases: told without clustering."""
    roles: Roles = {}
    for definition in definitions:
        role = _aside(definition) or _assembles(definition, found)
        if role:
            roles[definition.id] = role
    for name, role in _held(model, found).items():
        roles.setdefault(name, role)
    for name, role in _bases(found, {d.id: d for d in definitions}).items():
        roles.setdefault(name, role)
    for name, role in _registrars(model, found, definitions).items():
        roles.setdefault(name, role)
    return roles


def _aside(definition: Definition) -> tuple[str, str] | None:
    path = PurePosixPath(definition.location.path)
    stem = path.stem
    if stem.startswith("test_") or stem.endswith("_test") or {"tests", "test"} & set(path.parts):
        return ROOT, "test code, which no service is made of"
    if path.name in _SCRIPTS or _ASIDE & set(path.parts[:-1]):
        return ROOT, "a script, migration or entry module beside the application"
    return None


def _assembles(definition: Definition, found: Traits) -> tuple[str, str] | None:
    if definition.id in found.domain:
        return None
    externals = found.externals.get(definition.id, frozenset())
    if any(name in externals for name in _FACTORIES):
        return ROOT, "creates the application"
    if any(name.endswith(_REGISTER) for name in externals):
        return ROOT, "registers blueprints"
    return None


def _held(model: SystemModel, found: Traits) -> Roles:
    top = tops(model)
    kinds = {d.id: d.kind for d in model.definitions}
    plain = (DefinitionKind.CLASS, DefinitionKind.VARIABLE)
    roles: Roles = {}
    for entry in model.entries:
        name = top.get(entry.handler)
        if name is None or name in found.domain:
            continue
        if entry.kind is EntryKind.EXTENSION and kinds[name] is DefinitionKind.VARIABLE:
            roles[name] = KERNEL, "an extension object, which every service needs"
        elif entry.kind in _EVERYWHERE and not entry.scope:
            roles.setdefault(name, (ROOT, f"a {entry.kind} hook of the whole application"))
        elif (entry.kind is EntryKind.CONFIG and kinds[name] in plain
              and name not in found.touching):  # fmt: skip
            roles.setdefault(name, (ROOT, "configuration"))
    return roles


def _bases(found: Traits, known: Mapping[str, Definition]) -> Roles:
    roles: Roles = {}
    for base, heirs in found.inheritors.items():
        spread = len({known[h].module for h in heirs if h in known})
        entities = len(heirs & found.domain)
        if base in found.domain or max(spread, entities) < _INHERITORS or base not in known:
            continue
        roles[base] = KERNEL, f"a base of {len(heirs)} classes with no table of its own"
    return roles


def _registrars(model: SystemModel, found: Traits, definitions: Sequence[Definition]) -> Roles:
    module = {d.id: d.module for d in model.definitions}
    features = {module[name] for name in found.domain if name in module}
    roles: Roles = {}
    for definition in definitions:
        name = definition.id
        if name in found.touching or len(features) < _MODULES:
            continue
        reached = {module[t] for t in found.uses.get(name, ()) if t in module} & features
        callers = {module[u] for u in found.users.get(name, ()) if u in module}
        if len(reached) >= max(_MODULES, _FANOUT * len(features)) and len(callers) <= 1:
            roles[name] = ROOT, f"ties {len(reached)} feature modules together, used by few"
    return roles


def kernel_roles(
    found: Traits, graph: Ordered, labels: Sequence[int], before: Mapping[str, tuple[str, str]]
) -> Roles:
    """Shared utilities: no routes, tables or data of their own, used from several communities.

    Also what only the kernel uses, and the rest of a module that is mostly kernel. Users that
    are no part of the domain (tests, the root) do not count.
    """
    kernel: Roles = {}
    free = [d for d in graph.definitions
            if d.id not in before and d.id not in found.domain
            and (d.id not in found.touching or d.kind is DefinitionKind.TEMPLATE)]  # fmt: skip
    for definition in free:
        users = [u for u in found.users.get(definition.id, ())
                 if u in graph.index and u not in before]  # fmt: skip
        groups = Counter(labels[graph.index[user]] for user in users)
        if _shared(groups):
            reason = (
                f"no data of its own, used by {len(users)} definitions of {len(groups)} domains"
            )
            kernel[definition.id] = KERNEL, reason
    _descend(kernel, found, free, before)
    held = found.domain | found.touching
    _fill(kernel, free, {d.module for d in graph.definitions if d.id in held})
    return kernel


def _shared(groups: Counter[int]) -> bool:
    users = groups.total()
    return len(groups) >= _COMMUNITIES and max(groups.values()) <= _MAJORITY * users


def _descend(
    kernel: Roles, found: Traits, free: Sequence[Definition], before: Mapping[str, tuple[str, str]]
) -> None:
    """What only the kernel uses belongs to it, however deep."""
    root = {name for name, (place, _) in before.items() if place == ROOT}
    inside = {name for name, (place, _) in before.items() if place == KERNEL} | set(kernel)
    todo = list(inside)
    known = {definition.id for definition in free}
    while todo:
        for name in sorted(found.uses.get(todo.pop(), frozenset()) & known - inside):
            if found.users[name] - root <= inside:
                kernel[name] = KERNEL, "only the shared kernel uses it"
                inside.add(name)
                todo.append(name)


def _fill(kernel: Roles, free: Iterable[Definition], domain: set[str]) -> None:
    """A module that is mostly kernel, and holds nothing of a domain, is kernel as a whole."""
    modules: dict[str, list[Definition]] = {}
    for definition in free:
        modules.setdefault(definition.module, []).append(definition)
    for name, members in modules.items():
        code = [m for m in members if m.kind is not DefinitionKind.MODULE]
        shared = sum(m.id in kernel for m in code)
        if name not in domain and shared and shared >= _MAJORITY * len(code):
            for member in members:
                kernel.setdefault(member.id, (KERNEL, f"most of {name} is shared"))
