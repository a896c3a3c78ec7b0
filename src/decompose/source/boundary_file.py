"""Reading `decompose.toml`: every key is checked, every mistake is told with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from decompose.domain.boundary import (
    DEADLINE,
    Boundary,
    Composition,
    CompositionPart,
    Level,
    Partial,
    Pin,
    RouteMode,
)
from decompose.errors import UserError

FILE_NAME = "decompose.toml"
_KEYS = (
    "services",
    "ignore",
    "pins",
    "must-link",
    "cannot-link",
    "names",
    "owners",
    "seams",
    "application",
    "database",
    "compositions",
    "routes",
    "levels",
)
_MAX_SERVICES = 1_000
_Choice = TypeVar("_Choice", bound=StrEnum)


def find_boundary(root: Path) -> Path | None:
    """The boundary file in the monolith's own folder, if there is one."""
    path = root / FILE_NAME
    return path if path.is_file() else None


def load_boundary(path: Path) -> Boundary:
    """The decisions in a boundary file.

    Raises UserError, with file and line, where it can't be read, is no TOML, has a key that is
    not known or a value of the wrong kind.
    """
    text = _text(path)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(
            f"{path}: this is not TOML: {error}", hint="See https://toml.io for how it is written."
        ) from error
    return _Checked(path=path, text=text, table=table).boundary()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path}: the boundary file can't be read: {error.strerror}",
            hint="Give the path of a decompose.toml, or write one with `decompose init`.",
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: this is not UTF-8", hint="Save it as UTF-8.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """A parsed file; each method gives one key's checked value."""

    path: Path
    text: str
    table: Mapping[str, object]

    def boundary(self) -> Boundary:
        for key in self.table:
            if key not in _KEYS:
                raise self._error(key, f"`{key}` is no key of a boundary file", _near(key))
        pins = self._pairs("pins")
        names = self._pairs("names")
        self._distinct_names(names)
        return Boundary(
            pins=tuple(Pin(name=name, service=service) for name, service in pins),
            must_link=self._groups("must-link"),
            cannot_link=self._groups("cannot-link"),
            names=names,
            services=self._services(),
            ignore=self._strings("ignore"),
            owners=self._pairs("owners"),
            seams=self._pairs("seams"),
            application=self._optional("application"),
            database=self._optional("database"),
            compositions=self._compositions(),
            routes=self._choices("routes", RouteMode),
            levels=self._choices("levels", Level),
        )

    def _optional(self, key: str) -> str:
        value = self.table.get(key)
        return "" if value is None else self._string(key, value, f" of `{key}`")

    def _services(self) -> int | None:
        value = self.table.get("services")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._error("services", f"`services` is {_kind(value)}", _whole_number())
        if not 1 <= value <= _MAX_SERVICES:
            raise self._error("services", f"`services` is {value}", _whole_number())
        return value

    def _strings(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if not isinstance(value, list):
            hint = f'Write a list: {key} = ["…"].'
            raise self._error(key, f"`{key}` is {_kind(value)}, not a list", hint)
        return tuple(self._string(key, item) for item in value)

    def _groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        value = self.table.get(key, [])
        hint = f'Write a list of groups: {key} = [["shop.cart", "shop.orders"]].'
        if not isinstance(value, list):
            raise self._error(key, f"`{key}` is {_kind(value)}, not a list of groups", hint)
        groups = []
        for group in value:
            if not isinstance(group, list):
                raise self._error(key, f"`{key}` holds {_kind(group)}, not groups", hint)
            if len(set(map(str, group))) < 2:  # noqa: PLR2004 - a link has two ends
                raise self._error(key, f"a group of `{key}` needs two names or more", hint)
            groups.append(tuple(self._string(key, item) for item in group))
        return tuple(groups)

    def _pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            hint = f'Write a table: [{key}], then lines of the form "…" = "…".'
            raise self._error(key, f"`{key}` is {_kind(value)}, not a table", hint)
        return tuple(
            (name, self._string(name, target, f" of `{name}` in [{key}]"))
            for name, target in _flat(value)
        )

    def _choices(self, key: str, kind: type[_Choice]) -> tuple[tuple[str, _Choice], ...]:
        pairs = self._pairs(key)
        return tuple((name, self._one_of(kind, key, name, value)) for name, value in pairs)

    def _compositions(self) -> tuple[Composition, ...]:
        table = self._table("compositions", self.table.get("compositions", {}))
        return tuple(self._composition(rule, value) for rule, value in table.items())

    def _composition(self, rule: str, value: object) -> Composition:
        table = self._table(rule, value)
        parts = self._table(rule, table.get("parts", {}))
        deadline = table.get("deadline", DEADLINE)
        if unknown := sorted(set(table) - {"parts", "deadline", "partial"}):
            hint = "It has `parts`, `deadline` and `partial`."
            raise self._error(rule, f"`{unknown[0]}` is no key of a composition", hint)
        if not parts:
            hint = f'Write them below [compositions."{rule}".parts].'
            raise self._error(rule, f"the composition of {rule} has no parts", hint)
        if isinstance(deadline, bool) or not isinstance(deadline, int | float) or deadline <= 0:
            hint = "Write seconds, such as 2.0."
            raise self._error("deadline", f"`deadline` of {rule} is no time", hint)
        partial = self._one_of(Partial, "partial", rule, table.get("partial", Partial.FAIL))
        return Composition(
            rule=rule,
            parts=tuple(self._part(rule, name, target) for name, target in parts.items()),
            deadline=float(deadline),
            partial=partial,
        )

    def _part(self, rule: str, name: str, target: object) -> CompositionPart:
        service, _, path = self._string(name, target, f" of `{name}` in {rule}").partition(":")
        if not service or not path.startswith("/"):
            hint = f'Write it as {name} = "service:/path".'
            raise self._error(name, f"the part `{name}` of {rule} names no service and path", hint)
        return CompositionPart(name=name, service=service, path=path)

    def _one_of(self, kind: type[_Choice], key: str, name: str, value: object) -> _Choice:
        found = next((choice for choice in kind if choice == value), None)
        if found is None:
            known = ", ".join(f'"{choice}"' for choice in kind)
            raise self._error(key, f"`{key}` of {name} is {value!r}", f"Write one of {known}.")
        return found

    def _table(self, key: str, value: object) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self._error(key, f"`{key}` is {_kind(value)}, not a table", f"Write [{key}].")
        return value

    def _string(self, key: str, value: object, where: str = "") -> str:
        where = where or f" in `{key}`"
        if not isinstance(value, str):
            raise self._error(key, f"the value{where} is {_kind(value)}", "Write a name in quotes.")
        if not value.strip():
            raise self._error(key, f"the value{where} is empty", "Write a name, or drop it.")
        return value

    def _distinct_names(self, names: tuple[tuple[str, str], ...]) -> None:
        owners: dict[str, str] = {}
        for service, name in names:
            other = owners.setdefault(name, service)
            if other != service:
                raise self._error(
                    service,
                    f"services `{other}` and `{service}` are both named `{name}`",
                    "Give each service a name of its own.",
                )

    def _error(self, key: str, message: str, hint: str) -> UserError:
        line = _line_of(self.text, key)
        where = f"{self.path}:{line}" if line else str(self.path)
        return UserError(f"{where}: {message}", hint=hint)


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Pairs of a table; `shop.cart = …` without quotes is a nested table in TOML."""
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _near(key: str) -> str:
    matches = get_close_matches(key.replace("_", "-"), _KEYS, n=1)
    if matches:
        return f"Did you mean `{matches[0]}`?"
    return f"Known keys: {', '.join(_KEYS)}."


def _whole_number() -> str:
    return f"Write a whole number from 1 to {_MAX_SERVICES}, or drop the line."


def _kind(value: object) -> str:
    names: Mapping[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def _line_of(text: str, key: str) -> int:
    """The first line that says `key` as a key or a table's name; 0 where none does."""
    last = re.escape(key)
    pattern: Callable[[str], re.Match[str] | None] = re.compile(
        rf"""^\s*(?:\[+\s*)?["']?{last}["']?\s*[\].=]"""
    ).match
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if pattern(line)), 0)
