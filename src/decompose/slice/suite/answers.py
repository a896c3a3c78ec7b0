"""Which endpoints answer a request of a test, and where their answers lead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import quote

from decompose.domain.model import SystemModel
from decompose.domain.patterns import Part, pattern
from decompose.slice.suite.clients import called_name
from decompose.slice.suite.paths import Endpoint, Path
from decompose.slice.suite.pieces import text
from decompose.slice.suite.requests import Request
from decompose.slice.survey import Survey

_VIEWS = {"login_view", "refresh_view"}
REFERRER = ("Referer", "HTTP_REFERER")
_ANY = "any"
"""The target of a redirect to what an object was made with: any URL that the code builds."""

Target = str | Endpoint
_Segment = tuple[str | None, ...]


class Answers:
    """The routes of the monolith, asked for by path."""

    def __init__(self, model: SystemModel, survey: Survey) -> None:
        self._model = model
        self._survey = survey
        self._routes = [(route, pattern(route.rule).parts) for route in model.routes]
        self._led: dict[tuple[str, bool], tuple[frozenset[str], str]] = {}

    def of(self, request: Request) -> tuple[frozenset[str], str]:
        """The endpoints that may answer, redirects followed; or why that can't be told."""
        if request.is_computed:
            return frozenset(), "the path is computed"
        found = self._direct(request.path, request.method)
        if not found:
            return frozenset(), f"no route answers {shown(request.path)}"
        return self._followed(found, request.method) if request.follows else (found, "")

    def _direct(self, path: Path, method: str) -> frozenset[str]:
        if isinstance(path[0], Endpoint):
            return self._named(path[0].name, "")
        segments = _segments(path)
        fitting = [route for route, parts in self._routes if _fits(segments, parts)]
        literal = [r for r in fitting if "<" not in r.rule]
        fixed = all(None not in one for one in segments)
        chosen = literal if literal and fixed else fitting
        method = {"HEAD": "GET", "OPTIONS": ""}.get(method, method)
        allowed = [r for r in chosen if not method or method in r.methods]
        return frozenset(route.endpoint for route in allowed or chosen)

    def _named(self, name: str, beside: str) -> frozenset[str]:
        """An endpoint by its name; one that starts with a dot is in the blueprint of `beside`."""
        known = {route.endpoint for route in self._model.routes}
        if name.startswith(".") and beside:
            name = f"{beside.rpartition('.')[0]}{name}".lstrip(".")
        return frozenset(one for one in known if one == name or (
            name.startswith(".") and f".{one}".endswith(name)))  # fmt: skip

    def _followed(self, start: frozenset[str], method: str) -> tuple[frozenset[str], str]:
        """All endpoints that redirects may lead to from some; a redirect is followed by a GET."""
        found: set[tuple[str, bool]] = set()
        pending = [*((one, method == "GET") for one in sorted(start)),
                   *((one, True) for one in sorted(self._login_views))]  # fmt: skip
        while pending:
            asked = pending.pop()
            if asked in found:
                continue
            found.add(asked)
            if asked not in self._led:
                self._led[asked] = self._leads(*asked)
            targets, unknown = self._led[asked]
            if unknown:
                return frozenset(), unknown
            pending.extend((target, True) for target in sorted(targets))
        return frozenset(endpoint for endpoint, _ in found), ""

    @cached_property
    def _login_views(self) -> frozenset[str]:
        """Where extensions send visitors who are not signed in."""
        known = {route.endpoint for route in self._model.routes}
        nodes = (node for source in self._survey.program.modules.values()
                 for node in ast.walk(source.tree) if isinstance(node, ast.Assign))  # fmt: skip
        named = {text(node.value) for node in nodes for target in node.targets
                 if getattr(target, "attr", "") in _VIEWS}  # fmt: skip
        return frozenset(name for name in named if name in known)

    @cached_property
    def _reached(self) -> Mapping[str, tuple[str, ...]]:
        """The definitions that run for each endpoint or hook, by handler."""
        return {one.handler: one.reaches for one in self._model.endpoints}

    def _leads(self, endpoint: str, gets: bool) -> tuple[frozenset[str], str]:
        """Where the answers of an endpoint redirect to; or why that can't be told.

        With `gets`, only a GET is answered.
        """
        handlers = {one.handler for one in self._model.endpoints if one.name == endpoint}
        hooks = {h for one in self._model.endpoints if one.name == endpoint for h in one.hooks}
        names = {n for h in (*handlers, *hooks) for n in (h, *self._reached.get(h, ()))}
        found: set[str] = set()
        units = sorted(self._survey.units_of(names), key=lambda one: (one.module, one.key))
        built = [one for unit in units for one in _built(unit.node)]
        for unit in units:
            for line, target in _redirects(unit.node, gets=gets):
                if target is None or (target is _ANY and None in built):
                    where = f"{self._survey.program.modules[unit.module].file.path}:{line}"
                    return frozenset(), f"where {endpoint} redirects to is computed ({where})"
                for one in built if target is _ANY else [target]:
                    found |= self._target(one, endpoint) if one is not None else set()
        return frozenset(found), ""

    def _target(self, target: Target, endpoint: str) -> frozenset[str]:
        if isinstance(target, Endpoint):
            return self._named(target.name, endpoint)
        return self._direct((target,), "GET")


def _redirects(node: ast.AST, *, gets: bool) -> Iterator[tuple[int, Target | None]]:
    """The lines and targets of redirects in a piece of code; None for one that can't be told."""
    for inner in _for_get(node) if gets else ast.walk(node):
        if isinstance(inner, ast.Constant) and inner.value == "Location":
            yield inner.lineno, None
        elif isinstance(inner, ast.Call) and called_name(inner) == "redirect":
            values = inner.args[:1]
            if values and isinstance(values[0], ast.BoolOp):
                values = [one for one in values[0].values if not _is_referrer(one)]
            for value in values or [ast.Name(id="")]:
                yield inner.lineno, _target(value)


def _for_get(node: ast.AST) -> Iterator[ast.AST]:
    """A piece of code without what runs for other methods than GET only."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _means_sent(child.test):
            for one in child.orelse:
                yield from _for_get(one)
        else:
            yield from _for_get(child)


def _means_sent(test: ast.expr) -> bool:
    """Whether a condition holds only where a form is sent."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_means_sent(one) for one in test.values)
    if isinstance(test, ast.Call):
        return called_name(test) in ("validate_on_submit", "is_submitted")
    if not isinstance(test, ast.Compare) or getattr(test.left, "attr", "") != "method":
        return False
    method = text(test.comparators[0]) or "GET"
    return isinstance(test.ops[0], ast.Eq) and method not in ("GET", "HEAD")


def _target(node: ast.expr) -> Target | None:
    plain = text(node)
    if plain is not None:
        return plain if plain.startswith("/") else None
    if isinstance(node, ast.Call) and called_name(node) == "url_for" and node.args:
        name = text(node.args[0])
        return Endpoint(name) if name else None
    own = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"
    return _ANY if own else None


def _built(node: ast.AST) -> Iterator[Endpoint | None]:
    """The endpoints whose URLs a piece of code builds; None for one that can't be told."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and called_name(inner) == "url_for":
            name = text(inner.args[0]) if inner.args else None
            yield Endpoint(name) if name else None


def _is_referrer(node: ast.expr) -> bool:
    """Whether it is the page that a browser comes from: a test client names none by itself."""
    return getattr(node, "attr", "") == "referrer" or any(
        isinstance(one, ast.Constant) and one.value in REFERRER for one in ast.walk(node)
    )


def shown(path: Path) -> str:
    """A path as a person would write it."""
    return "".join(part if isinstance(part, str) else
                   f"url_for({part.name!r})" if isinstance(part, Endpoint) else "…"
                   for part in path)  # fmt: skip


def _segments(path: Path) -> list[_Segment]:
    """What stands between the slashes; None is text that can't be known."""
    segments: list[list[str | None]] = [[]]
    for part in path:
        if isinstance(part, str):
            first, *others = part.split("/")
            segments[-1] += [first] if first else []
            segments += [[one] if one else [] for one in others]
        else:
            segments[-1].append(None)
    return [tuple(one) for one in segments if one]


def _fits(segments: list[_Segment], parts: tuple[Part, ...]) -> bool:
    """Whether a path may match a rule; in doubt, yes."""
    for index, part in enumerate(parts):
        if part.rest:
            return True
        if part.literal == "":
            return index == len(parts) - 1 and len(segments) == index
        if index == len(segments):
            return False
        segment = segments[index]
        if _open_ended(segment) and index == len(segments) - 1:
            return _may_start(segment, part)
        if not _may_be(segment, part):
            return False
    return len(segments) == len(parts)


def _open_ended(segment: _Segment) -> bool:
    """Whether what can't be known follows a text, and so may hold slashes."""
    return len(segment) > 1 and segment[-1] is None


def _may_start(segment: _Segment, part: Part) -> bool:
    known = quote(str(segment[0] or ""))
    return part.literal is None or part.literal.startswith(known)


def _may_be(segment: _Segment, part: Part) -> bool:
    if None not in segment:
        return re.fullmatch(part.expression, quote("".join(map(str, segment)))) is not None
    if part.literal is None:
        return True
    known = "".join(".+" if one is None else re.escape(quote(one)) for one in segment)
    return re.fullmatch(known, part.literal) is not None
