"""What is no service's own, all told: by role, by module, and what hangs together by itself."""

from __future__ import annotations

from collections import Counter

from decompose.cluster.communities import communities
from decompose.cluster.graph import Ordered
from decompose.cluster.net import components
from decompose.cluster.roles import Roles, kernel_roles, root_roles
from decompose.cluster.traits import Traits, traits
from decompose.cluster.units import with_membership
from decompose.domain.model import SystemModel
from decompose.domain.partition import KERNEL, ROOT
from decompose.ports import Recall


def roles(model: SystemModel, order: Ordered, asked: frozenset[str], recall: Recall) -> Roles:
    """Roles of all definitions that no service owns; what people placed has none."""
    found = traits(model)
    before = root_roles(model, found, order.definitions)
    inside = [d.id not in before for d in order.definitions]
    labels = communities(order, inside, found.declaring, recall)
    made = before | kernel_roles(found, order, labels, before)
    _idle(order, found, made)
    _islands(order, found, made)
    return {name: role for name, role in made.items() if name not in asked}


def _idle(order: Ordered, found: Traits, made: Roles) -> None:
    """Module code and modules that nothing ties to a domain follow the rest of their module."""
    tied = {i for pair in order.weights for i in pair}
    members: dict[str, list[int]] = {}
    for i, definition in enumerate(order.definitions):
        members.setdefault(definition.module, []).append(i)
    for inside in members.values():
        names = [order.definitions[i].id for i in inside]
        places = Counter(made[name][0] for name in names if name in made)
        open_ = [i for i in inside if order.definitions[i].id not in made]
        code = [i for i in open_ if order.definitions[i].kind != "module"]
        loose = not any(i in tied or order.definitions[i].id in found.domain for i in code)
        if loose and (places or not any(i in tied for i in open_)):
            best = max(places, key=lambda p: (places[p], p), default=KERNEL)
            for i in open_:
                reason = "follows the rest of its module" if places else "tied to nothing"
                made[order.definitions[i].id] = best, reason


def _islands(order: Ordered, found: Traits, made: Roles) -> None:
    """Islands of code that declare no table and answer nothing from data belong to no service.

    They go to the root where they handle requests (a health check), else to the kernel.
    """
    inside = [d.id not in made for d in order.definitions]
    for members in components(with_membership(order, inside, ())):
        names = [order.definitions[i].id for i in members if inside[i]]
        if not names or found.declaring.intersection(names):
            continue
        handles = found.domain.intersection(names)
        if handles and (handles & found.touching or not found.declaring):
            continue
        role = (ROOT, "answers without data, tied to no domain") if handles else (
            KERNEL, "no data of its own, tied to no domain")  # fmt: skip
        made.update(dict.fromkeys(names, role))
