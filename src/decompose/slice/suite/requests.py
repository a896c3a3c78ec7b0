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
from decompose.slice.suite.clients import (
    CONTEXT,
    ONWARD,
    VERBS,
    called_name,
    follows,
    imported_names,
    is_client,
    is_value,
    method_of,
    path_of,
)
from decompose.slice.suite.marks import parametrized
from decompose.slice.suite.paths import (
    UNKNOWN,
    Endpoint,
    Parameter,
    Part,
    Path,
    Values,
    defaults_of,
    names_of,
)
from decompose.slice.suite.pieces import Piece, Suite, keyword

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
        self._nodes = list(piece.nodes)
        given, self._imported = parametrized(piece), imported_names(piece)
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
            function, path = call.func, path_of(call)
            if isinstance(function, ast.Attribute) and function.attr in VERBS:
                yield from self._sent(call, function)
            elif isinstance(function, ast.Attribute) and function.attr in ONWARD:
                yield from self._made(call, "", [UNKNOWN])
            elif path is None:
                continue
            elif isinstance(function, ast.Attribute) and function.attr == CONTEXT:
                yield from self._made(call, method_of(call), self._values.paths(path))
            elif isinstance(function, ast.Call) and called_name(function) == "getattr":
                slashed = (one for one in self._values.paths(path) if _is_slashed(one))
                yield from self._made(call, "", slashed)
            elif isinstance(function, ast.Attribute):
                built = (one for one in self._values.paths(path) if _is_built(one))
                yield from self._made(call, "", built)

    def _sent(self, call: ast.Call, function: ast.Attribute) -> Iterator[Request]:
        """What a call of a client's method asks for; nothing if it is another object's."""
        path, client = path_of(call), is_client(function.value)
        if path is None:
            bare = not call.args and not call.keywords
            found: list[Path] = [("/",) if bare else UNKNOWN] if client else []
        else:
            found = [one for one in self._values.paths(path) if self._is_sent(function.value, one)]
        yield from self._made(call, method_of(call), found)

    def _is_sent(self, receiver: ast.expr, path: Path) -> bool:
        """Whether what has a client's methods is one, by the path that it is given."""
        if not path or isinstance(path[0], str):
            return _is_slashed(path) or is_client(receiver)
        return is_client(receiver) or not is_value(receiver, self._imported)

    def _made(self, call: ast.Call, method: str, paths: Iterable[Path]) -> Iterator[Request]:
        where = self._piece.at(call.lineno)
        for path in paths:
            yield Request(path=_plain(path), method=method, follows=follows(call), location=where)

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
            name, function = called_name(call), call.func
            receiver = function.value if isinstance(function, ast.Attribute) else function
            for callee in callees.get(name, ()):
                for one in self._bound(call, callee):
                    if name not in VERBS or self._is_sent(receiver, one.path):
                        yield one

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
            handed = node.attr in callees and node.attr not in VERBS
            if handed or (node.attr in VERBS and is_client(node.value)):
                yield Request(path=UNKNOWN, method="", follows=False,
                              location=self._piece.at(node.lineno))  # fmt: skip


def is_test(piece: Piece) -> bool:
    """Whether pytest would call it as a test, by its name."""
    return piece.name.startswith("test") and isinstance(piece.node, Function)


def _is_slashed(path: Path) -> bool:
    return bool(path) and str(path[0]).startswith(("/", "http://", "https://"))


def _is_built(path: Path) -> bool:
    """Whether a path is one that `url_for` gives: whoever takes it may be a client."""
    return bool(path) and isinstance(path[0], Endpoint)


def _plain(path: Path) -> Path:
    """A path without host and query, texts joined."""
    found: list[Part] = []
    for part in path:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        else:
            found.append(part)
    if found and isinstance(found[0], str) and found[0].startswith(("http://", "https://")):
        found[0] = urlsplit(found[0]).path or "/"
    for index, part in enumerate(found):
        if isinstance(part, str) and (query := re.search(r"[?#]", part)):
            return (*found[:index], part[: query.start()])
    return tuple(found)
