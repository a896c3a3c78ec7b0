"""What is no service's own: the composition root and the shared kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from decompose.cluster.graph import Ordered
from decompose.cluster.traits import Traits
from decompose.domain.lookup import beside, inside
from decompose.domain.model import Definition, DefinitionKind, EntryKind, SystemModel
from decompose.domain.partition import KERNEL, ROOT

_EVERYWHERE = {
    EntryKind.BEFORE_REQUEST, EntryKind.AFTER_REQUEST, EntryKind.TEARDOWN,
    EntryKind.ERROR_HANDLER, EntryKind.CONTEXT_PROCESSOR, EntryKind.TEMPLATE_FILTER,
    EntryKind.USER_LOADER,
}  # fmt: skip
_FACTORIES = ("flask.Flask", "flask.app.Flask")
_REGISTER = ".register_blueprint"
_INHERITORS = 3
_COMMUNITIES = 3
_FEW = 2
_MAJORITY = 0.6
_SOME = 0.3
_FANOUT = 0.4
_MODULES = 4

Roles = dict[str, tuple[str, str]]


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
    reason = beside(definition)
    return (ROOT, reason) if reason else None


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
    top = inside(model)
    kinds = {d.id: d.kind for d in model.definitions}
    plain = (DefinitionKind.CLASS, DefinitionKind.VARIABLE)
    roles: Roles = {}
    for entry in model.entries:
        name = top.get(entry.handler)
        if name is None or name in found.domain:
            continue
        if entry.kind is EntryKind.EXTENSION and kinds[name] is DefinitionKind.VARIABLE:
            roles[name] = KERNEL, "an extension object, which every service needs"
        elif entry.kind is EntryKind.TEMPLATE_FILTER and name not in found.touching:
            roles.setdefault(name, (KERNEL, "a filter or global of all templates"))
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

    Also decorators and reading helpers that several communities wear, what only the kernel uses,
    and the rest of a module that is mostly kernel. What only the root uses is root. Users that
    are no part of the domain (tests, the root) do not count.
    """
    roles: Roles = {}
    free = [d for d in graph.definitions if d.id not in before and d.id not in found.domain]
    pure = [d for d in free
            if d.id not in found.touching or d.kind is DefinitionKind.TEMPLATE]  # fmt: skip
    groups = {d.id: _communities(d.id, found, graph, labels, before) for d in free}
    outer = {d.id: _communities(d.id, found, graph, labels, before, but=d.module) for d in pure}
    common = _common(pure, outer, _busy(found, graph.definitions))
    for definition in free:
        needed = _FEW if definition.module in common else _COMMUNITIES
        reason = _shared(definition, groups[definition.id], needed, found)
        if reason:
            roles[definition.id] = KERNEL, reason
    _descend(roles, found, pure, before)
    _fill(roles, pure, found, graph.definitions)
    _serve_root(roles, found, free, before)
    return roles


def _communities(
    name: str,
    found: Traits,
    graph: Ordered,
    labels: Sequence[int],
    before: Mapping[str, tuple[str, str]],
    *,
    but: str = "",
) -> Counter[int]:
    """The communities of a definition's users, those in module `but` left out."""
    names = [u for u in found.users.get(name, ()) if u in graph.index and u not in before]
    users = [graph.index[name] for name in names]
    return Counter(labels[user] for user in users if graph.definitions[user].module != but)


def _common(
    pure: Iterable[Definition], groups: Mapping[str, Counter[int]], domain: set[str]
) -> set[str]:
    """Modules with little data and no handlers that serve several communities, none mostly.

    `groups` are the communities of each definition's users in other modules.
    """
    spread: dict[str, Counter[int]] = {}
    for definition in pure:
        if definition.module not in domain:
            spread.setdefault(definition.module, Counter()).update(groups[definition.id])
    return {
        module
        for module, users in spread.items()
        if len(users) >= _COMMUNITIES and max(users.values()) <= _MAJORITY * users.total()
    }


def _busy(found: Traits, definitions: Sequence[Definition]) -> set[str]:
    """Modules with a part in a domain: tables, handlers, or mostly code that touches data."""
    busy = {d.module for d in definitions if d.id in found.domain}
    code = [d for d in definitions if d.kind is not DefinitionKind.MODULE]
    size = Counter(d.module for d in code)
    touching = Counter(d.module for d in code if d.id in found.touching)
    return busy | {name for name, count in touching.items() if count > _SOME * size[name]}


def _shared(definition: Definition, spread: Counter[int], needed: int, found: Traits) -> str:
    """Why a definition is shared; empty if it isn't."""
    name, users = definition.id, spread.total()
    if definition.kind is DefinitionKind.MODULE or users < _FEW:
        return ""
    if max(spread.values()) > _MAJORITY * users:
        return ""
    where = f"used by {users} definitions of {len(spread)} domains"
    worn = len(found.wearers.get(name, ()))
    if name not in found.writing and _FEW * worn > users and len(spread) >= _FEW:
        return f"a decorator that writes nothing, {where}"
    if name in found.touching and definition.kind is not DefinitionKind.TEMPLATE:
        return ""
    return f"no data of its own, {where}" if len(spread) >= needed else ""


def _descend(
    roles: Roles, found: Traits, free: Sequence[Definition], before: Mapping[str, tuple[str, str]]
) -> None:
    """What only the kernel uses belongs to it, however deep."""
    root = {name for name, (place, _) in before.items() if place == ROOT}
    inner = {name for name, (place, _) in before.items() if place == KERNEL} | set(roles)
    todo = sorted(inner)
    known = {definition.id for definition in free}
    while todo:
        for name in sorted((found.uses.get(todo.pop(), frozenset()) & known) - inner):
            if found.users[name] - root <= inner:
                roles[name] = KERNEL, "only the shared kernel uses it"
                inner.add(name)
                todo.append(name)


def _serve_root(
    roles: Roles, found: Traits, free: Sequence[Definition], before: Mapping[str, tuple[str, str]]
) -> None:
    """What only the root uses is root: configuration, error pages, the bodies of hooks."""
    root = {name for name, (place, _) in before.items() if place == ROOT}
    known = {d.id: d for d in free if d.id not in roles}
    module = {d.id: d.module for d in free}
    modules = {name.rpartition(".")[0] for name in root}
    todo = sorted(root)
    while todo:
        for name in sorted((found.uses.get(todo.pop(), frozenset()) & known.keys()) - root):
            own = name not in found.touching or module[name] in modules
            own = own or known[name].kind is DefinitionKind.TEMPLATE
            if own and found.users[name] <= root:
                roles[name] = ROOT, "only the composition root uses it"
                root.add(name)
                todo.append(name)


def _fill(
    roles: Roles, pure: Iterable[Definition], found: Traits, everything: Sequence[Definition]
) -> None:
    """The data-free part of a module that declares and handles nothing follows its majority."""
    domain = {d.module for d in everything if d.id in found.domain}
    modules: dict[str, list[Definition]] = {}
    for definition in pure:
        modules.setdefault(definition.module, []).append(definition)
    for name, members in modules.items():
        code = [m for m in members if m.kind is not DefinitionKind.MODULE]
        shared = sum(m.id in roles for m in code)
        if name not in domain and shared and shared >= _MAJORITY * len(code):
            for member in members:
                roles.setdefault(member.id, (KERNEL, f"most of {name} is shared"))
