"""The objects that a project offers under a name, for whoever asks its environment for them."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Mapping

from decompose.domain.source import EntryPoint


def entry_points_of(path: str, text: str) -> tuple[EntryPoint, ...]:
    """The entry points that a `pyproject.toml` or a `setup.cfg` declares; none of other files."""
    name = path.rsplit("/", 1)[-1]
    if name == "pyproject.toml":
        return tuple(_of_groups(_from_pyproject(text)))
    if name == "setup.cfg":
        return tuple(_of_groups(_from_setup_cfg(text)))
    return ()


def _of_groups(groups: Iterator[tuple[str, str]]) -> Iterator[EntryPoint]:
    for group, written in groups:
        module, _, attribute = written.partition("[")[0].strip().partition(":")
        if module and attribute:
            yield EntryPoint(group=group, module=module.strip(), name=attribute.strip())


def _from_pyproject(text: str) -> Iterator[tuple[str, str]]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for keys in (("project", "entry-points"), ("tool", "poetry", "plugins")):
        found: object = table
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        for group, names in found.items() if isinstance(found, Mapping) else ():
            for written in names.values() if isinstance(names, Mapping) else ():
                if isinstance(written, str):
                    yield group, written


def _from_setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    section = "options.entry_points"
    for group, lines in parser.items(section) if parser.has_section(section) else ():
        for line in lines.splitlines():
            if "=" in line:
                yield group, line.partition("=")[2]
