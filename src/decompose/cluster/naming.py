"""Names a person would give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

from decompose.domain.lookup import hubs, tops
from decompose.domain.model import DefinitionKind, SystemModel

_BLUEPRINT, _URL, _TABLE, _PACKAGE, _WORD = 2.0, 1.0, 1.5, 3.0, 0.5
_PLAIN = {"", "api", "v1", "v2", "v3", "main", "index", "static", "app", "bp", "views",
          "routes", "web", "rest", "root", "kernel", "init", "self", "none", "get", "set",
          "service", "services", "models", "model", "utils", "util", "helpers", "forms", "schemas",
          "core", "common", "base", "templates", "resources", "parameters", "controllers",
          "handlers", "tasks", "src", "lib", "modules", "blueprints", "apps", "database",
          "db", "serializers", "manager", "managers"}  # fmt: skip
_SILENT = (DefinitionKind.MODULE, DefinitionKind.TEMPLATE)
_LONGEST = 40
_WORDS = 3


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens, starting with a letter; may be empty."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")
    return plain.lstrip("0123456789-")


def service_names(model: SystemModel, groups: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """One unique slug per group of top-level definitions, in the groups' order.

    Packages, blueprints, first URL segments and tables vote, and words where there are none. A
    candidate's votes count by how much of it the group has: what all groups share names nobody.
    """
    home = {name: number for number, group in enumerate(groups) for name in group}
    votes = _votes(model, home, len(groups))
    _add_words(model, home, votes)
    spread: Counter[str] = Counter()
    for vote in votes:
        spread.update(vote)
    taken: set[str] = set()
    found = []
    for number, vote in enumerate(votes):
        ranked = sorted(vote, key=lambda w: (-vote[w] * vote[w] / spread[w], w))
        name = unique(next((w for w in ranked if w not in taken), f"service-{number + 1}"), taken)
        found.append(name)
    return tuple(found)


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken; it is taken from now on."""
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}-{count}"
    taken.add(free)
    return free


def _votes(model: SystemModel, home: Mapping[str, int], count: int) -> list[dict[str, float]]:
    votes: list[dict[str, float]] = [{} for _ in range(count)]
    top = tops(model)

    def vote(definition: str, text: str, weight: float) -> None:
        number, word = home.get(top.get(definition, "")), slug(text)
        if number is not None and word not in _PLAIN:
            votes[number][word] = votes[number].get(word, 0.0) + weight

    for route in model.routes:
        vote(route.handler, route.blueprint.rsplit(".", 1)[-1], _BLUEPRINT)
        segments = [s for s in route.rule.split("/") if slug(s) not in _PLAIN and "<" not in s]
        vote(route.handler, segments[0] if segments else "", _URL)
    for table, hub in hubs(model).items():
        vote(hub, table, _TABLE)
    _add_packages(model, home, votes)
    return votes


def _add_packages(
    model: SystemModel, home: Mapping[str, int], votes: list[dict[str, float]]
) -> None:
    """Each module votes for the last telling part of its name, shared out by its definitions."""
    members: dict[str, Counter[int]] = {}
    for definition in model.definitions:
        if definition.id in home and definition.kind not in _SILENT:
            members.setdefault(definition.module, Counter())[home[definition.id]] += 1
    for module, numbers in members.items():
        if ":" in module:
            continue
        parts = [slug(part) for part in module.split(".")]
        telling = [part for part in parts[1:] if part not in _PLAIN] if len(parts) > 1 else []
        for word in telling[:1]:
            for number, count in numbers.items():
                weight = _PACKAGE * count / numbers.total()
                votes[number][word] = votes[number].get(word, 0.0) + weight


def _add_words(model: SystemModel, home: Mapping[str, int], votes: list[dict[str, float]]) -> None:
    spread = Counter(word for module in model.modules for word, _ in module.words)
    modules = {module.name: module for module in model.modules}
    empty = {number for number, vote in enumerate(votes) if not vote}
    for name, number in sorted(home.items()):
        if number not in empty or name not in modules:
            continue
        for word, times in modules[name].words:
            text = slug(word)
            if len(text) > _WORDS and text not in _PLAIN:
                weight = _WORD * (1 + log(times)) * log(1 + len(modules) / spread[word])
                votes[number][text] = votes[number].get(text, 0.0) + weight
