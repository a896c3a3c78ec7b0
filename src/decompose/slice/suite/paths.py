"""The paths that test code asks for, as far as they can be read in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from decompose.slice.scopes import Function
from decompose.slice.suite.pieces import text

_MOST = 64
_DEEPEST = 6
_FORMAT = re.compile(r"%\(\w+\)[sdr]|%[sdr]|%0?\d*d")
_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """The value of a function's parameter: what its callers give."""

    function: int
    name: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL of an endpoint, as `url_for` builds it."""

    name: str


Part = str | Parameter | Endpoint | None
"""None stands for text that can't be known."""

Path = tuple[Part, ...]
UNKNOWN: Path = (None,)


class Values:
    """What the expressions of a function may be."""

    def __init__(
        self,
        node: ast.AST,
        *,
        called: bool,
        given: dict[str, list[ast.expr]],
        constant: Callable[[str], ast.expr | None],
    ) -> None:
        """`called` by test code, so that its parameters are what callers give.

        `given` are the values of parameters that stand beside the function, `constant` finds what
        a name of the module is.
        """
        self._constant = constant
        self._names: dict[str, list[ast.expr | Parameter | None]] = {
            name: list(values) for name, values in given.items()
        }
        for inner in ast.walk(node):
            self._bind(inner, called or inner is not node, given)

    def _bind(self, node: ast.AST, called: bool, given: Iterable[str]) -> None:
        if isinstance(node, Function | ast.Lambda):
            for name in names_of(node):
                if name not in given:
                    plain = called and isinstance(node, Function)
                    self._add(name, Parameter(id(node), name) if plain else None)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value:
            self._assign(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            self._loop(node.target, node.iter)
        elif isinstance(node, ast.AugAssign | ast.NamedExpr):
            self._assign(node.target, None)
        elif isinstance(node, ast.withitem):
            self._assign(node.optional_vars, None)

    def _add(self, name: str, value: ast.expr | Parameter | None) -> None:
        self._names.setdefault(name, []).append(value)

    def _assign(self, target: ast.expr | None, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for index, one in enumerate(target.elts):
                self._assign(one, values[index] if index < len(values) else None)

    def _loop(self, target: ast.expr, values: ast.expr) -> None:
        if isinstance(values, ast.Tuple | ast.List | ast.Set) and values.elts:
            for one in values.elts:
                self._assign(target, one)
        else:
            self._assign(target, None)

    def paths(self, node: ast.expr | None, depth: int = 0) -> list[Path]:
        """All that an expression may be as a path."""
        if node is None or depth > _DEEPEST:
            return [UNKNOWN]
        found = list(dict.fromkeys(self._paths(node, depth)))
        return found if 0 < len(found) <= _MOST else [UNKNOWN]

    def _paths(self, node: ast.expr, depth: int) -> list[Path]:
        found: list[Path]
        match node:
            case ast.Constant(value=str() as plain):
                found = [(plain,)]
            case ast.JoinedStr():
                found = self._joined([self._piece(one, depth) for one in node.values])
            case ast.BinOp(op=ast.Add()):
                both = [self.paths(one, depth + 1) for one in (node.left, node.right)]
                found = self._joined(both)
            case ast.BinOp(op=ast.Mod()):
                found = [_holed(text(node.left), _FORMAT)]
            case ast.IfExp():
                found = [*self.paths(node.body, depth + 1), *self.paths(node.orelse, depth + 1)]
            case ast.Call():
                found = [self._call(node)]
            case ast.Name():
                found = self._name(node.id, depth)
            case _:
                found = [UNKNOWN]
        return found

    def _piece(self, node: ast.expr, depth: int) -> list[Path]:
        return self.paths(node.value if isinstance(node, ast.FormattedValue) else node, depth + 1)

    def _joined(self, parts: Sequence[list[Path]]) -> list[Path]:
        return [tuple(one for path in combination for one in path)
                for combination in list(product(*parts))[: _MOST + 1]]  # fmt: skip

    def _call(self, node: ast.Call) -> Path:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name == "url_for":
            endpoint = text(node.args[0]) if node.args else None
            return (Endpoint(endpoint),) if endpoint else UNKNOWN
        if name == "format" and isinstance(function, ast.Attribute):
            return _holed(text(function.value), _BRACES)
        return UNKNOWN

    def _name(self, name: str, depth: int) -> list[Path]:
        if name not in self._names:
            value = self._constant(name)
            return self.paths(value, depth + 1) if value is not None else [UNKNOWN]
        found: list[Path] = []
        for one in self._names[name]:
            found += [(one,)] if isinstance(one, Parameter) else self.paths(one, depth + 1)
        return found


def names_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[str]:
    """The names of a function's parameters, in their order, a method's own object left out."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one]
    return [one.arg for one in every if one.arg not in ("self", "cls")]


def defaults_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """The defaults of a function's parameters."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args]
    last = every[len(every) - len(arguments.defaults) :]
    found = {one.arg: value for one, value in zip(last, arguments.defaults, strict=True)}
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return found | {one.arg: value for one, value in pairs if value is not None}


def _holed(written: str | None, hole: re.Pattern[str]) -> Path:
    """A text with placeholders, as parts."""
    if written is None:
        return UNKNOWN
    parts: list[Part] = []
    for index, one in enumerate(hole.split(written)):
        parts += [None] * (index > 0) + ([one] if one else [])
    return tuple(parts)
