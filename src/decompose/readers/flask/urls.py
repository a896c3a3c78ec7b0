"""Endpoints named in code and templates: `url_for("orders.show")`, `login_view = "auth.login"`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import ReferenceKind
from decompose.readers.flask.routing import is_test_path
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundReference, FoundRoute
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Value

_VIEW_OPTIONS = frozenset({"login_view", "refresh_view"})
_HOLE = "{}"


class Urls:
    """Collects the names while the code is resolved, and finds their handlers at the end."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._uses: list[tuple[Place, int]] = []

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """`url_for(endpoint)`, the function or an application's method."""
        endpoint = site.argument(0, "endpoint")
        if name == "url_for" and endpoint is not None and held.name.startswith("flask"):
            self._uses.append((site.place, endpoint))
        return False

    def store(self, held: Value, attr: str, node: int, place: Place) -> None:
        """`login_manager.login_view = endpoint`."""
        if attr in _VIEW_OPTIONS and held.name.startswith("flask_login"):
            self._uses.append((place, node))

    def references(self, routes: Iterable[FoundRoute]) -> list[FoundReference]:
        """A reference to the handler behind each name."""
        handlers: dict[str, set[str]] = defaultdict(set)
        for route in routes:
            handlers[route.endpoint].add(route.handler)
        return [
            FoundReference(
                activation=place.activation.number,
                target=handler,
                kind=ReferenceKind.URL,
                line=place.line,
            )
            for place, endpoints in self._named(routes)
            for endpoint in endpoints
            for handler in sorted(handlers.get(endpoint, ()))
        ]

    def findings(self, routes: Iterable[FoundRoute]) -> set[Finding]:
        """Names that no endpoint has."""
        known = sorted({route.endpoint for route in routes})
        return {
            _unknown(place, endpoint, known)
            for place, endpoints in self._named(routes)
            for endpoint in endpoints
            if known and endpoint not in known and not is_test_path(_path(place))
        }

    def _named(self, routes: Iterable[FoundRoute]) -> Iterator[tuple[Place, list[str]]]:
        """The uses with the endpoints that they can mean; names known in part are left out."""
        blueprints = _blueprints(routes)
        known = {route.endpoint for route in routes}
        for place, node in self._uses:
            for text in self.engine.texts(node):
                if text and _HOLE not in text and "/" not in text:
                    yield place, self._absolute(text, place, blueprints, known)

    def _absolute(
        self, text: str, place: Place, blueprints: dict[str, set[str]], known: set[str]
    ) -> list[str]:
        """`.name` is in the blueprint of the request: of the module's views, or else of any."""
        if not text.startswith("."):
            return [text]
        own = {name + text for name in blueprints.get(_path(place), ())}
        return (
            sorted(own & known)
            or sorted(name for name in known if name.endswith(text))
            or sorted(own)
        )


def _blueprints(routes: Iterable[FoundRoute]) -> dict[str, set[str]]:
    """The blueprints of the views of each file."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        if route.blueprint:
            found[route.location.path].add(route.blueprint)
    return found


def _path(place: Place) -> str:
    return place.activation.definition.module.facts.path


def _unknown(place: Place, endpoint: str, known: list[str]) -> Finding:
    near = get_close_matches(endpoint, known, n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "Is its blueprint registered?"
    return Finding(
        location=Location(path=_path(place), line=place.line),
        code="unknown-endpoint",
        severity=Severity.WARNING,
        message=f"No endpoint is called {endpoint}.",
        hint=hint,
    )
