"""Who answers a request: the monolith's own rules, matched by werkzeug's own matcher."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule

from gateway.table import Composition, Route, Table, TableError

_CONVERTER = re.compile(r"<\s*([a-zA-Z_]\w*)\s*[(:]")
_INTERNAL = "/internal"


class Segment(BaseConverter):
    """Stands for a converter of the monolith's own: any one segment of a path."""

    def __init__(self, map: Map, *args: object, **kwargs: object) -> None:
        super().__init__(map)


@dataclass(frozen=True)
class Decision:
    """Who answers a request.

    `route` is None where no rule matches. `allow` has the path's methods where its rules belong
    to several services, none of which knows them all; else it is empty.
    """

    answered_by: str
    route: Route | None = None
    allow: frozenset[str] = frozenset()


class Matcher:
    """Finds who answers a path and method; may be used by many threads at once."""

    def __init__(self, table: Table) -> None:
        self._default = table.default
        self._routes = _adapter((route.rule, route) for route in table.routes)
        self._compositions = _adapter((entry.path, entry) for entry in table.compositions)
        self._composes = bool(table.compositions)
        self._internal_routes = any(_is_internal(route.rule) for route in table.routes)

    def composition(self, path: str, method: str) -> tuple[Composition, Mapping[str, Any]] | None:
        """Return the composition that answers, with the values in its path."""
        if not self._composes or method not in ("GET", "HEAD"):
            return None
        try:
            found: tuple[Composition, Mapping[str, Any]] = self._compositions.match(path, "GET")
        except (NotFound, RequestRedirect):
            return None
        return found

    def decide(self, path: str, method: str) -> Decision:
        """Return who answers `method` on `path`, also if the answer is a redirect or an error."""
        try:
            route = self._match(path, method)
        except NotFound:
            return Decision(self._default)
        except MethodNotAllowed as refusal:
            return self._spread(path, sorted(refusal.valid_methods or ()))
        if method == "OPTIONS":
            return self._spread(path, sorted(self._routes.allowed_methods(path)), route)
        return Decision(route.answered_by, route)

    def is_internal(self, path: str) -> bool:
        """Whether `path` is one that services answer to each other only."""
        return _is_internal(path) and not self._internal_routes

    def _match(self, path: str, method: str) -> Route:
        try:
            return self._routes.match(path, method)[0]  # type: ignore[no-any-return]
        except RequestRedirect as redirect:  # the owner of where it leads answers with it
            target = unquote(urlsplit(redirect.new_url).path)
            return self._routes.match(target, method)[0]  # type: ignore[no-any-return]

    def _spread(self, path: str, methods: list[str], owner: Route | None = None) -> Decision:
        """Return the path's owner, and all its methods if it has several owners."""
        routes = [self._match(path, method) for method in methods]
        first = owner or next((route for route in routes if "GET" in route.methods), routes[0])
        if len({route.answered_by for route in routes}) == 1:
            return Decision(first.answered_by, first)
        return Decision(first.answered_by, first, frozenset(methods))


def _is_internal(path: str) -> bool:
    path = "/" + path.lstrip("/")
    return path == _INTERNAL or path.startswith(_INTERNAL + "/")


def _adapter(rules: Iterable[tuple[str, Any]]) -> Any:
    """Return a bound map whose endpoints are the table's own entries."""
    pairs = list(rules)
    names = {name for rule, _ in pairs for name in _CONVERTER.findall(rule)}
    converters = {name: Segment for name in names if name not in Map.default_converters}
    rule_map = Map(converters=converters)
    for rule, entry in pairs:
        try:
            rule_map.add(_rule(rule, entry))
        except (ValueError, LookupError, TypeError) as error:
            raise TableError(f"rule {rule!r}: {error}") from error
    rule_map.update()
    return rule_map.bind("gateway")


def _rule(rule: str, entry: Any) -> Rule:
    if isinstance(entry, Composition):
        return Rule(rule, endpoint=entry, methods=["GET"])
    return Rule(rule, endpoint=entry, methods=entry.methods, strict_slashes=entry.strict_slashes)
