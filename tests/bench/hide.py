"""Hides packages: the same system model with every module under a name that says nothing."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from decompose.domain.lookup import beside
from decompose.domain.model import SystemModel

T = TypeVar("T")


def opaque_names(model: SystemModel) -> dict[str, str]:
    """Give every Python module a name from its position in an order that ignores folders."""
    modules = [module for module in model.modules if module.language == "python"]
    in_order = sorted(modules, key=lambda module: (module.lines, module.words, module.name))
    return {module.name: f"m{index:05}" for index, module in enumerate(in_order)}


def hide(model: SystemModel, names: dict[str, str]) -> SystemModel:
    """Rename modules, files and routes and all that is named after them; drop packages' words.

    That a file is a test, script or migration stays known.
    """
    packages = {part for name in names for part in name.split(".")[:-1]}
    beside_it = {d.location.path for d in model.definitions if beside(d)}
    paths = {m.path: f"{'tests/' if m.path in beside_it else ''}{names[m.name]}.py"
             for m in model.modules if m.name in names}  # fmt: skip
    renamed = _rewrite(model, names, paths)
    routes = tuple(
        replace(r, rule=f"/{i}", endpoint=f"e{i}", blueprint="")
        for i, r in enumerate(renamed.routes)
    )
    modules = tuple(
        replace(m, words=tuple(word for word in m.words if word[0] not in packages))
        for m in renamed.modules
    )
    return replace(
        renamed,
        routes=routes,
        modules=tuple(sorted(modules, key=lambda m: m.name)),
        definitions=tuple(sorted(renamed.definitions, key=lambda d: d.id)),
        references=tuple(sorted(renamed.references)),
    )


def renamed(name: str, names: dict[str, str]) -> str:
    """Replace the longest module name that `name` is or starts with."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if new := names.get(".".join(parts[:length])):
            return ".".join([new, *parts[length:]])
    return name


def _rewrite(value: T, names: dict[str, str], paths: dict[str, str]) -> T:
    """Rewrite every string inside a value made of frozen types and tuples."""
    if type(value) is str:
        return paths.get(value) or renamed(value, names)
    if isinstance(value, tuple):
        return tuple(_rewrite(item, names, paths) for item in value)
    if is_dataclass(value):
        parts = {f.name: _rewrite(getattr(value, f.name), names, paths) for f in fields(value)}
        return replace(value, **parts)
    return value
