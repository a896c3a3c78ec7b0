"""Which modules a call of `import_module` and its like may import."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from decompose.slice.scopes import absolute


def literal_module(call: ast.Call, package: str) -> str | None:
    """The absolute name in `import_module("name")`, None where it is no literal."""
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    name = call.args[0].value
    if not isinstance(name, str):
        return None
    bare = name.lstrip(".")
    return absolute(bare, len(name) - len(bare), package)


def matching_modules(call: ast.Call, modules: Iterable[str], package: str) -> Iterator[str]:
    """The modules that fit an f-string or `%`-pattern with some text in it, seen from a package."""
    pattern = _pattern(call.args[0]) if call.args else None
    if pattern is not None:
        full = _absolute_pattern(pattern, package)
        yield from (name for name in modules if re.fullmatch(full, name))


def _absolute_pattern(pattern: str, package: str) -> str:
    """The pattern with the package that leading dots mean."""
    bare, dots = pattern, 0
    while bare.startswith("\\."):
        bare, dots = bare.removeprefix("\\."), dots + 1
    base = absolute("", dots, package) if dots else ""
    return f"{re.escape(base)}\\.{bare}" if base else bare


def modules_named(call: ast.Call, modules: Collection[str], package: str) -> Iterator[str]:
    """The modules that a call's arguments name: `"config"`, `"config." + name`, patterns."""
    yield from matching_modules(call, sorted(modules), package)
    for argument in call.args:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value.rstrip(".")
                if name in modules:
                    yield name


def _pattern(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"\w+"
            for one in node.values
        ]
        return "".join(parts) if any("\\." in part for part in parts) else None
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        text = str(node.left.value)
        if isinstance(node.op, ast.Add):
            return re.escape(text) + r"[\w.]+" if "." in text else None
        return re.escape(text).replace("%s", r"\w+") if "." in text else None
    return None
