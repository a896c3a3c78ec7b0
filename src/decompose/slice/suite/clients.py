"""What in test code is a client that requests are made with, and what only looks like one."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from decompose.slice.suite.pieces import Piece, keyword, text
from decompose.slice.uses import chain

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
VERBS = {*_METHODS, *(f"{name}_json" for name in _METHODS), "open"}
"""Methods of test clients, Flask's and WebTest's."""
ONWARD = {"click", "clickbutton", "follow", "goto", "maybe_follow", "submit", "submit_async"}
"""Methods of WebTest's answers and forms: they go where the answer says."""
CONTEXT = "test_request_context"
_CLIENT = re.compile(r"client|browser|^c$|^tc$", re.IGNORECASE)
_VALUES = {"json", "get_json", "loads", "headers", "environ", "cookies", "config", "session",
           "query", "form", "args", "dict", "values", "object"}  # fmt: skip
"""What has a `get` too, and is no client."""


def called_name(node: ast.expr) -> str:
    """The last name of what a call calls."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Call):
        return called_name(function)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def imported_names(piece: Piece) -> set[str]:
    """The names in a piece that imports bind, but those that call themselves clients."""
    bindings = piece.source.bindings
    found = {name for name, units in bindings.items() if any(unit.target for unit in units)}
    local = {use.name for use in piece.uses if use.via is not None}
    return {name for name in found | local if not _CLIENT.search(name)}


def is_client(node: ast.expr) -> bool:
    """Whether a name says that it is a test client."""
    if isinstance(node, ast.Call):
        return called_name(node) == "test_client"
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(_CLIENT.search(name))


def is_value(node: ast.expr, imported: Collection[str]) -> bool:
    """Whether something that has a `get` is no client: a dict, a library, a query."""
    if isinstance(node, ast.Call | ast.Subscript):
        inner = node.func if isinstance(node, ast.Call) else node.value
        return called_name(node) in _VALUES or is_value(inner, imported)
    if isinstance(node, ast.Attribute) and node.attr in _VALUES:
        return True
    named = chain(node)
    if named is None:
        return not isinstance(node, ast.Attribute)
    return named[0].id in imported or named[0].id in _VALUES


def path_of(call: ast.Call) -> ast.expr | None:
    """What a client's method is given as the path."""
    found = call.args[0] if call.args else keyword(call, "path")
    return found if not isinstance(found, ast.Starred) else None


def method_of(call: ast.Call) -> str:
    """The HTTP method of a call of a client's method; empty where it can't be told."""
    name = called_name(call).removesuffix("_json")
    if name in _METHODS:
        return name.upper()
    named = keyword(call, "method")
    return "GET" if named is None else (text(named) or "").upper()


def follows(call: ast.Call) -> bool:
    """Whether a client follows redirects; in doubt, yes."""
    value = keyword(call, "follow_redirects")
    if value is None:
        return any(one.arg is None for one in call.keywords)
    return bool(value.value) if isinstance(value, ast.Constant) else True
