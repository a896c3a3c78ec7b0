"""The third-party packages that a project says it needs, read as text: nothing is run."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Iterable, Mapping

from decompose.source.walk import is_requirements

_LISTS = frozenset({"install_requires", "requires", "setup_requires", "tests_require"})


def requirement_lines(path: str, text: str) -> tuple[str, ...]:
    """The requirements in one file, as written; none where the file can't be understood."""
    name = path.rsplit("/", 1)[-1]
    if name == "pyproject.toml":
        return tuple(_from_pyproject(_toml(text)))
    if name == "Pipfile":
        return tuple(_pairs(_table(_toml(text), "packages")))
    if name == "setup.cfg":
        return tuple(_from_setup_cfg(text))
    if name == "setup.py":
        return tuple(_from_setup_py(text))
    return tuple(_lines(text)) if is_requirements(path) else ()


def _lines(text: str) -> Iterable[str]:
    for line in text.replace("\\\n", " ").splitlines():
        requirement = re.split(r"(?:^|\s)#|\s--hash", line, maxsplit=1)[0].strip()
        if requirement and not requirement.startswith("-"):
            yield requirement


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(table: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    for key in keys:
        value = table.get(key)
        if not isinstance(value, dict):
            return {}
        table = value
    return table


def _from_pyproject(table: Mapping[str, object]) -> Iterable[str]:
    listed = _table(table, "project").get("dependencies")
    if isinstance(listed, list):
        yield from (item for item in listed if isinstance(item, str))
    yield from (
        line
        for line in _pairs(_table(table, "tool", "poetry", "dependencies"))
        if not line.startswith("python ") and line != "python"
    )


def _pairs(table: Mapping[str, object]) -> Iterable[str]:
    """`name = "version"` tables, as Poetry and Pipenv write them."""
    for name, value in table.items():
        version = value.get("version") if isinstance(value, dict) else value
        yield f"{name} {version}" if isinstance(version, str) and version != "*" else name


def _from_setup_cfg(text: str) -> Iterable[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return ()
    return _lines(parser.get("options", "install_requires", fallback=""))


def _from_setup_py(text: str) -> Iterable[str]:
    """Literal `install_requires=[...]` lists, without running the file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _LISTS:
            yield from (
                item.value
                for item in getattr(node.value, "elts", ())
                if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )
