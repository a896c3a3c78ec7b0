"""The third-party packages that a project says it needs, read as text: nothing is run."""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name

from decompose.domain.requirement import Requirement, RequirementKind
from decompose.source.poetry import version_range
from decompose.source.walk import is_requirements

_DEVELOPMENT = re.compile(r"dev|test|lint|docs?\b|ci\b|typing|build")
_RUN = "install_requires"
_LISTS = frozenset({_RUN, "setup_requires", "tests_require"})
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")

Kinded = tuple[str, RequirementKind]


def requirements_of(path: str, text: str) -> tuple[Requirement, ...]:
    """The requirements in one file; none where the file can't be understood."""
    return tuple(
        Requirement(name=name, line=line, path=path, kind=kind)
        for written, kind in _read(path, text)
        for name, line in _named(" ".join(written.split()))
    )


def _named(written: str) -> Iterator[tuple[str, str]]:
    """The normalized name of a requirement, and the line; a URL's from what it says itself."""
    try:
        yield canonicalize_name(Parsed(written).name), written
    except InvalidRequirement:
        if egg := _EGG.search(written):
            yield canonicalize_name(egg[1]), written
        elif "/" not in written and (name := _NAME.match(written)):
            yield canonicalize_name(name[1]), name[1]


def _read(path: str, text: str) -> Iterator[Kinded]:
    name = path.rsplit("/", 1)[-1]
    match name:
        case "pyproject.toml":
            yield from _from_pyproject(_toml(text))
        case "Pipfile":
            table = _toml(text)
            yield from _kinded(_pairs(_table(table, "packages")), RequirementKind.RUNTIME)
            yield from _kinded(_pairs(_table(table, "dev-packages")), RequirementKind.DEVELOPMENT)
        case "poetry.lock" | "uv.lock":
            yield from _kinded(_from_lock(_toml(text)), RequirementKind.LOCKED)
        case "Pipfile.lock":
            yield from _kinded(_from_pipfile_lock(text), RequirementKind.LOCKED)
        case "setup.cfg":
            yield from _kinded(_from_setup_cfg(text), RequirementKind.RUNTIME)
        case "setup.py":
            yield from _from_setup_py(text)
        case _ if is_requirements(path):
            yield from _kinded(_lines(text), _kind(path))


def _kind(path: str) -> RequirementKind:
    """Whether a requirements file is for development, by its name and its folder's."""
    stem = path.rsplit(".", 1)[0].lower()
    parts = [part for part in re.split(r"[/_.-]", stem) if part != "requirements"]
    dev = any(_DEVELOPMENT.match(part) for part in parts)
    return RequirementKind.DEVELOPMENT if dev else RequirementKind.RUNTIME


def _kinded(lines: Iterable[str], kind: RequirementKind) -> Iterator[Kinded]:
    return ((line, kind) for line in lines)


def _lines(text: str) -> Iterator[str]:
    for written in text.replace("\\\n", " ").splitlines():
        said = re.split(r"(?:^|\s)#(?!egg=)|\s--hash", written, maxsplit=1)[0]
        line = re.sub(r"^\s*(?:-e|--editable)[ =](?=\S+#egg=)", "", said).strip()
        if line and not line.startswith("-"):
            yield line


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


def _texts(value: object) -> Iterator[str]:
    return (
        (item for item in value if isinstance(item, str)) if isinstance(value, list) else iter(())
    )


def _from_pyproject(table: Mapping[str, object]) -> Iterator[Kinded]:
    yield from _kinded(
        _texts(_table(table, "project").get("dependencies")), RequirementKind.RUNTIME
    )
    for group in _table(table, "dependency-groups").values():
        yield from _kinded(_texts(group), RequirementKind.DEVELOPMENT)
    poetry = dict(_table(table, "tool", "poetry", "dependencies"))
    poetry.pop("python", None)
    yield from _kinded(_pairs(poetry), RequirementKind.RUNTIME)


def _pairs(table: Mapping[str, object]) -> Iterator[str]:
    """`name = "version"` tables, as Poetry and Pipenv write them."""
    for name, value in table.items():
        version = value.get("version") if isinstance(value, dict) else value
        yield f"{name}{version_range(version)}" if isinstance(version, str) else name


def _from_lock(table: Mapping[str, object]) -> Iterator[str]:
    packages = table.get("package")
    for package in packages if isinstance(packages, list) else ():
        name, version = package.get("name"), package.get("version")
        if isinstance(name, str) and isinstance(version, str):
            yield f"{name}=={version}"


def _from_pipfile_lock(text: str) -> Iterator[str]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return
    for name, value in _table(table if isinstance(table, dict) else {}, "default").items():
        version = value.get("version") if isinstance(value, dict) else None
        if isinstance(version, str):
            yield f"{name}{version}"


def _from_setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return iter(())
    return _lines(parser.get("options", _RUN, fallback=""))


def _from_setup_py(text: str) -> Iterator[Kinded]:
    """Literal `install_requires=[...]` lists, without running the file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _LISTS:
            kind = RequirementKind.RUNTIME if node.arg == _RUN else RequirementKind.DEVELOPMENT
            items = (getattr(item, "value", None) for item in getattr(node.value, "elts", ()))
            yield from _kinded((item for item in items if isinstance(item, str)), kind)
