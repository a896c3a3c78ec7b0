"""What pytest is told by decorators and names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from decompose.slice.scopes import Function
from decompose.slice.suite.pieces import Piece, fixture_decorator, keyword, text

BUILT_IN = frozenset({
    "cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "capteesys",
    "monkeypatch", "pytestconfig", "record_property", "record_testsuite_property",
    "record_xml_attribute", "recwarn", "request", "subtests", "tmp_path", "tmp_path_factory",
    "tmpdir", "tmpdir_factory",
})  # fmt: skip
"""Fixtures that pytest has itself."""

PLUGINS = {"mocker": "pytest-mock", "requests_mock": "requests-mock", "freezer": "pytest-freezer"}
"""Fixtures that need nothing of the application, and the packages that bring them."""

LIFE = {"setUp", "tearDown", "setUpClass", "tearDownClass", "setup_method", "teardown_method",
        "setup_class", "teardown_class", "setup", "teardown", "asyncSetUp",
        "asyncTearDown"}  # fmt: skip
"""Methods that are called around tests."""

MODULE_LIFE = {"setup_module", "teardown_module", "setUpModule", "tearDownModule",
               "setup_function", "teardown_function"}  # fmt: skip


def parametrized(piece: Piece) -> dict[str, list[ast.expr]]:
    """The arguments that `parametrize` gives, with their values; none for those from elsewhere."""
    found: dict[str, list[ast.expr]] = {}
    for call in _parametrizing(piece):
        names = _argument_names(call)
        rows = call.args[1] if len(call.args) > 1 else keyword(call, "argvalues")
        for index, name in enumerate(names):
            found[name] = [_cell(row, index, len(names))
                           for row in getattr(rows, "elts", [ast.Name(id="")])]  # fmt: skip
    return found


def _parametrizing(piece: Piece) -> Iterator[ast.Call]:
    nodes = [piece, *([piece.owner] if piece.owner else [])]
    for one in nodes:
        for decorator in getattr(one.node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and (
                getattr(decorator.func, "attr", "") == "parametrize"
            ):
                yield decorator


def _argument_names(call: ast.Call) -> list[str]:
    written = call.args[0] if call.args else keyword(call, "argnames")
    plain = text(written)
    if plain is not None:
        return [name.strip() for name in plain.split(",")]
    return [name for one in getattr(written, "elts", ()) if (name := text(one))]


def _cell(row: ast.expr, index: int, width: int) -> ast.expr:
    if isinstance(row, ast.Call) and getattr(row.func, "attr", "") == "param":
        return row.args[index] if index < len(row.args) else row
    if width > 1 and isinstance(row, ast.Tuple | ast.List) and index < len(row.elts):
        return row.elts[index]
    return row


def wanted_fixtures(piece: Piece, *, called_by_pytest: bool) -> list[tuple[str, int]]:
    """The fixtures that a piece asks for by parameters, marks and `getfixturevalue`."""
    node, found = piece.node, []
    if called_by_pytest and isinstance(node, Function):
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        without = len(plain) - len(arguments.defaults)
        asked = [*plain[:without], *arguments.kwonlyargs]
        given = parametrized(piece)
        found += [(one.arg, node.lineno) for one in asked
                  if one.arg not in ("self", "cls") and one.arg not in given]  # fmt: skip
    for inner in piece.nodes:
        name = getattr(getattr(inner, "func", None), "attr", "")
        if isinstance(inner, ast.Call) and name in ("usefixtures", "getfixturevalue"):
            found += [(text(one) or "", inner.lineno) for one in inner.args]
    return found


def fixture_name(piece: Piece) -> str:
    """What a fixture is called."""
    return text(keyword(fixture_decorator(piece), "name")) or piece.name


def is_automatic(piece: Piece) -> bool:
    """Whether a fixture is used without being asked for."""
    value = keyword(fixture_decorator(piece), "autouse")
    return value is not None and getattr(value, "value", True) is not False
