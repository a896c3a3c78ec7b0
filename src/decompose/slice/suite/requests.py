"""The requests that pieces of test code make, as far as they can be read in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import urlsplit

from decompose.domain.finding import Location
from decompose.slice.program import Program
from decompose.slice.scopes import Function
from decompose.slice.suite.marks import parametrized
from decompose.slice.suite.paths import (
    UNKNOWN,
    Endpoint,
    Parameter,
    Path,
    Values,
    defaults_of,
    names_of,
)
from decompose.slice.suite.pieces import Piece, Suite, keyword, text
from decompose.slice.uses import chain

_VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "trace", "open"}
_CONTEXT = "test_request_context"
_CLIENT = re.compile(r"client|browser|^c$|^tc$", re.IGNORECASE)
_VALUES = {"json", "get_json", "loads", "headers", "environ", "cookies", "config", "session",
           "query", "form", "args", "dict", "values", "get_or_create", "object"}  # fmt: skip
"""What has a `get` too, and is no client."""

_ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that test code makes; `method` is empty where it may be any.

    `path` may hold parameters of the function that makes it: then it is made with what each of its
    callers gives.
    """

    path: Path
    method: str
    follows: bool
    location: Location

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters in its path."""
        return [part for part in self.path if isinstance(part, Parameter)]

    @property
    def is_computed(self) -> bool:
        """Whether what it asks for can't be told."""
        return not self.path or self.path[0] is None or any(
            isinstance(part, Endpoint) for part in self.path[1:]
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Callee:
    """A function that makes a request with what it is given."""

    names: tuple[str, ...]
    defaults: dict[str, ast.expr]
    values: Values
    request: Request


class Requests:
    """The requests of any set of pieces."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._program: Program = suite.program
        self._read: dict[Piece, _Function] = {}

    def of(self, pieces: Iterable[Piece]) -> list[Request]:
        """All requests that the pieces make; those that can't be told have a path that says so."""
        read = [self._function(piece) for piece in pieces if not piece.is_import]
        found = [request for one in read for request in one.requests]
        callees: dict[str, list[_Callee]] = {}
        fresh = [(one, request) for one in read for request in one.requests if request.parameters]
        seen: set[tuple[int, Request]] = set()
        for _ in range(_ROUNDS):
            fresh = [pair for pair in fresh if (id(pair[0]), pair[1]) not in seen]
            seen |= {(id(one), request) for one, request in fresh}
            new: dict[str, list[_Callee]] = {}
            for one, request in fresh:
                for name, callee in one.callees(request):
                    new.setdefault(name, []).append(callee)
                    callees.setdefault(name, []).append(callee)
            fresh = [(one, request) for one in read for request in one.calling(new)]
            found += [request for _, request in fresh]
        handed = (request for one in read for request in one.handing(callees))
        left = [replace(request, path=UNKNOWN) for _, request in fresh if request.parameters]
        plain = (request for request in found if not request.parameters)
        return list(dict.fromkeys([*plain, *handed, *left]))

    def _function(self, piece: Piece) -> _Function:
        if piece not in self._read:
            self._read[piece] = _Function(piece, self._suite)
        return self._read[piece]


class _Function:
    """What one piece says of requests."""

    def __init__(self, piece: Piece, suite: Suite) -> None:
        self._piece = piece
        self._suite = suite
        node = piece.node
        is_class = isinstance(node, ast.ClassDef)
        methods = [one for one in node.body if isinstance(one, Function)] if is_class else []
        inner = {id(one) for method in methods for one in ast.walk(method)}
        self._nodes = [one for one in ast.walk(node) if id(one) not in inner]
        given, self._named = parametrized(piece), chain_names(piece)
        called = isinstance(node, Function) and not piece.is_fixture and not is_test(piece)
        self._values = Values(node, called=called, given=given, constant=self._constant)
        self._calls = [one for one in self._nodes if isinstance(one, ast.Call)]
        self.requests = list(dict.fromkeys(self._requests()))

    def _constant(self, name: str) -> ast.expr | None:
        """What a name of the module is set to, where that is once."""
        source = self._piece.source
        units = source.bindings.get(name, [])
        if len(units) == 1 and units[0].target is not None:
            units = [*self._suite.program.leads(units[0]).ends]
        values = [getattr(unit.node, "value", None) for unit in units]
        value = values[0] if len(values) == 1 else None
        return value if isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp) else None

    def _requests(self) -> Iterator[Request]:
        for call in self._calls:
            function = call.func
            if isinstance(function, ast.Call) and called_name(function) == "getattr":
                if not _is_path(self._values.paths(_path_of(call))):
                    continue
                yield from self._request(call, "", self._values.paths(_path_of(call)))
            if not isinstance(function, ast.Attribute):
                continue
            if function.attr == _CONTEXT and _path_of(call) is not None:
                yield from self._request(call, _method(call), self._values.paths(_path_of(call)))
            elif function.attr in _VERBS:
                yield from self._sent(call, function)

    def _sent(self, call: ast.Call, function: ast.Attribute) -> Iterator[Request]:
        """What a call of a client's method asks for; nothing if it is another object's."""
        is_client = _is_client(function.value)
        path = _path_of(call)
        if path is None:
            if is_client and not call.args and not call.keywords:
                yield from self._request(call, function.attr.upper(), [("/",)])
            elif is_client:
                yield from self._request(call, "", [UNKNOWN])
            return
        method = function.attr.upper() if function.attr != "open" else _method(call)
        for one in self._values.paths(path):
            plain = isinstance(one[0], str) if one else True
            slashed = plain and bool(one) and str(one[0]).startswith(("/", "http://", "https://"))
            if slashed or (plain and is_client):
                yield from self._request(call, method, [one])
            elif not plain and (is_client or not self._is_value(function.value)):
                yield from self._request(call, method, [one])

    def _is_value(self, node: ast.expr) -> bool:
        """Whether something that has a `get` is no client: a dict, a library, a query."""
        if isinstance(node, ast.Call | ast.Subscript):
            inner = node.func if isinstance(node, ast.Call) else node.value
            return called_name(node) in _VALUES or self._is_value(inner)
        if isinstance(node, ast.Attribute) and node.attr in _VALUES:
            return True
        named = chain(node)
        if named is None:
            return not isinstance(node, ast.Attribute)
        return named[0].id in self._named or named[0].id in _VALUES

    def _request(self, call: ast.Call, method: str, paths: Iterable[Path]) -> Iterator[Request]:
        follow = keyword(call, "follow_redirects")
        unpacked = any(one.arg is None for one in call.keywords)
        told = isinstance(follow, ast.Constant)
        follows = bool(getattr(follow, "value", True)) if follow else unpacked
        for path in paths:
            yield Request(
                path=_plain(path),
                method=method,
                follows=follows if told or follow is None else True,
                location=self._piece.at(call.lineno),
            )

    def callees(self, request: Request) -> Iterator[tuple[str, _Callee]]:
        """The functions whose callers decide what the request asks for, by name."""
        owners = {parameter.function for parameter in request.parameters}
        for node in self._nodes:
            if id(node) in owners and isinstance(node, Function):
                path = request.path if len(owners) == 1 else UNKNOWN
                callee = _Callee(
                    names=tuple(names_of(node)),
                    defaults=defaults_of(node),
                    values=self._values,
                    request=replace(request, path=path),
                )
                for name in {node.name, self._piece.name}:
                    yield name, callee

    def calling(self, callees: dict[str, list[_Callee]]) -> Iterator[Request]:
        """The requests that calls of such functions make."""
        for call in self._calls:
            name = called_name(call)
            for callee in callees.get(name, ()):
                found = self._bound(call, callee)
                yield from (one for one in found if name not in _VERBS or self._is_sent(call, one))

    def _is_sent(self, call: ast.Call, request: Request) -> bool:
        """Whether a method that is called like a client's is one, and no dict's or library's."""
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        first = request.path[0] if request.path else None
        if isinstance(first, str):
            return first.startswith("/") or _is_client(receiver)
        return not self._is_value(receiver)

    def _bound(self, call: ast.Call, callee: _Callee) -> Iterator[Request]:
        parameters = list(dict.fromkeys(callee.request.parameters))
        choices = [self._given(call, callee, one.name) for one in parameters]
        for combination in product(*choices):
            values = dict(zip(parameters, combination, strict=True))
            parts: Path = tuple(
                inner for part in callee.request.path
                for inner in (values[part] if isinstance(part, Parameter) else (part,))
            )  # fmt: skip
            yield replace(callee.request, path=_plain(parts), location=self._piece.at(call.lineno))

    def _given(self, call: ast.Call, callee: _Callee, name: str) -> Sequence[Path]:
        if any(isinstance(one, ast.Starred) for one in call.args):
            return [UNKNOWN]
        value = keyword(call, name)
        index = callee.names.index(name) if name in callee.names else len(call.args)
        if value is None and index < len(call.args):
            value = call.args[index]
        if value is not None:
            return self._values.paths(value)
        if any(one.arg is None for one in call.keywords):
            return [UNKNOWN]
        return callee.values.paths(callee.defaults.get(name))

    def handing(self, callees: Collection[str]) -> Iterator[Request]:
        """Requests that can't be told, since what makes them goes somewhere as a value."""
        functions = {id(call.func) for call in self._calls}
        for node in self._nodes:
            if id(node) in functions or not isinstance(node, ast.Attribute):
                continue
            handed = node.attr in callees and node.attr not in _VERBS
            if handed or (node.attr in _VERBS and _is_client(node.value)):
                yield Request(path=UNKNOWN, method="", follows=False,
                              location=self._piece.at(node.lineno))  # fmt: skip


def is_test(piece: Piece) -> bool:
    """Whether pytest would call it as a test, by its name."""
    return piece.name.startswith("test") and isinstance(piece.node, Function)


def called_name(node: ast.expr) -> str:
    """The last name of what a call calls."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Call):
        return called_name(function)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def chain_names(piece: Piece) -> set[str]:
    """The names in a piece that imports bind to what is no test code's."""
    bindings = piece.source.bindings
    found = {name for name, units in bindings.items() if any(unit.target for unit in units)}
    local = {use.name for use in piece.uses if use.via is not None}
    return {name for name in found | local if not _CLIENT.search(name)}


def _is_client(node: ast.expr) -> bool:
    """Whether a name says that it is a test client."""
    if isinstance(node, ast.Call):
        return called_name(node) == "test_client"
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(_CLIENT.search(name))


def _path_of(call: ast.Call) -> ast.expr | None:
    found = call.args[0] if call.args else keyword(call, "path")
    return found if not isinstance(found, ast.Starred) else None


def _method(call: ast.Call) -> str:
    return (text(keyword(call, "method")) or "").upper() or (
        "GET" if keyword(call, "method") is None else "")  # fmt: skip


def _is_path(paths: Iterable[Path]) -> bool:
    return any(path and isinstance(path[0], str) and path[0].startswith("/") for path in paths)


def _plain(path: Path) -> Path:
    """A path without host and query, texts joined."""
    joined: list[object] = []
    for part in path:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    if joined and isinstance(joined[0], str) and joined[0].startswith(("http://", "https://")):
        parsed = urlsplit(joined[0])
        joined[0] = parsed.path or "/"
    found: list[object] = []
    for part in joined:
        if isinstance(part, str) and re.search(r"[?#]", part):
            found.append(re.split(r"[?#]", part, maxsplit=1)[0])
            break
        found.append(part)
    return tuple(found)  # type: ignore[arg-type]  # parts of a path, as they came in
