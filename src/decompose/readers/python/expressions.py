"""Lowering of expressions. Values that no analysis needs become `Lit`, effects are kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from decompose.domain.facts import (
    Attr,
    Await,
    Call,
    Choice,
    Const,
    Def,
    Dict,
    Eval,
    Expr,
    Iter,
    Lit,
    Name,
    Seq,
    Star,
    Sub,
    Text,
    Unpack,
    Yield,
)
from decompose.readers.python.builder import Builder
from decompose.readers.python.special import SPECIAL_CALLS, called_name, parsed

_BOOL, _NUMBER, _STR = Lit("bool"), Lit("number"), Lit("str")
_LITERALS = {float: Lit("float"), complex: Lit("complex"), bytes: Lit("bytes")}
_UNKNOWN = Lit("unknown")
_PERCENT = re.compile(r"%(?:\([^)]*\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")
_KEPT_CONSTANTS = 256


class ExpressionLowering(Builder):
    """Turns `ast` expressions into `Expr`; side computations are appended to the scope's body."""

    def lower(self, node: ast.expr) -> Expr:
        """The expression's compact form."""
        return _EXPRESSIONS[type(node)](self, node)

    def effect(self, node: ast.expr) -> None:
        """Keep what evaluating `node` does, where its value does not matter."""
        if type(node) not in (ast.Constant, ast.Name):
            self.scope.body.append(Eval(self.lower(node), node.lineno))
        elif type(node) is ast.Name:
            self.scope.body.append(Eval(self.scope.read(node.id), node.lineno))

    def annotation(self, node: ast.expr | None) -> Expr | None:
        """An annotation; one in quotes is read as the expression that it holds."""
        if node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = parsed(node.value, node.lineno)
            except (SyntaxError, ValueError):
                return _STR
        if isinstance(node, ast.Subscript):
            value = self.annotation(node.value)
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            lowered = tuple(self.annotation(item) or _UNKNOWN for item in items)
            index = lowered[0] if len(lowered) == 1 else Seq("tuple", lowered, node.lineno)
            return Sub(value or _UNKNOWN, index, node.lineno)
        if isinstance(node, ast.BinOp):
            sides = (self.annotation(node.left), self.annotation(node.right))
            return Choice(tuple(side for side in sides if side is not None))
        return self.lower(node)


def _constant(low: ExpressionLowering, node: ast.Constant) -> Expr:
    value = node.value
    if isinstance(value, str):
        return Const(value) if value.isascii() or _encodable(value) else _STR
    if value is None or isinstance(value, bool):
        return Const(value)
    if isinstance(value, int):
        return Const(value) if abs(value) < 2**31 else _NUMBER
    return _LITERALS.get(type(value), _UNKNOWN)


def _encodable(text: str) -> bool:
    """Whether UTF-8 can hold it: lone surrogates are legal in a literal only."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _name(low: ExpressionLowering, node: ast.Name) -> Expr:
    return low.scope.read(node.id)


def _attribute(low: ExpressionLowering, node: ast.Attribute) -> Expr:
    low.words.append(node.attr)
    return Attr(low.lower(node.value), node.attr, node.end_lineno or node.lineno)


def _call(low: ExpressionLowering, node: ast.Call) -> Expr:
    special = SPECIAL_CALLS.get(called_name(node.func))
    if special is not None:
        lowered = special(low, node)
        if lowered is not None:
            return lowered
    func = low.lower(node.func)
    args = tuple(low.lower(arg) for arg in node.args)
    kwargs = tuple((word.arg or "**", low.lower(word.value)) for word in node.keywords)
    if isinstance(func, Attr) and func.attr == "format" and _is_text(func.value):
        named = tuple(value for _, value in kwargs)
        return Text(_filled(func.value, _BRACES, (*args, *named)))
    return Call(func, args, kwargs, node.func.end_lineno or node.lineno)


def _subscript(low: ExpressionLowering, node: ast.Subscript) -> Expr:
    return Sub(low.lower(node.value), low.lower(node.slice), node.lineno)


def _slice(low: ExpressionLowering, node: ast.Slice) -> Expr:
    for part in (node.lower, node.upper, node.step):
        if part is not None and not isinstance(part, ast.Constant):
            low.effect(part)
    return Lit("slice")


def _sequence(kind: str) -> Callable[[ExpressionLowering, ast.List | ast.Tuple | ast.Set], Expr]:
    def lower(low: ExpressionLowering, node: ast.List | ast.Tuple | ast.Set) -> Expr:
        return Seq(kind, tuple(map(low.lower, _bounded(node.elts))), node.lineno)

    return lower


def _bounded(items: list[ast.expr]) -> list[ast.expr]:
    """A huge literal's constants say nothing after the first few hundred."""
    if len(items) <= _KEPT_CONSTANTS:
        return items
    rest = [item for item in items[_KEPT_CONSTANTS:] if not isinstance(item, ast.Constant)]
    return items[:_KEPT_CONSTANTS] + rest


def _dict(low: ExpressionLowering, node: ast.Dict) -> Expr:
    pairs = list(zip(node.keys, node.values, strict=True))
    if len(pairs) > _KEPT_CONSTANTS:
        kept = pairs[:_KEPT_CONSTANTS]
        pairs = kept + [p for p in pairs[_KEPT_CONSTANTS:] if not isinstance(p[1], ast.Constant)]
    items = tuple(
        (low.lower(key) if key is not None else None, low.lower(value)) for key, value in pairs
    )
    return Dict(items, node.lineno)


def _starred(low: ExpressionLowering, node: ast.Starred) -> Expr:
    return Star(low.lower(node.value))


def _binary(low: ExpressionLowering, node: ast.BinOp) -> Expr:
    left, right = low.lower(node.left), low.lower(node.right)
    if isinstance(node.op, ast.Add | ast.Mod) and (_is_text(left) or _is_text(right)):
        if isinstance(node.op, ast.Mod):
            return Text(_filled(left, _PERCENT, _parts(right)))
        return Text((*_parts(left), *_parts(right)))
    if isinstance(left, Const | Lit) and isinstance(right, Const | Lit):
        return _NUMBER
    return Choice((left, right))


def _is_text(value: Expr) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Text) or value == _STR


def _parts(value: Expr) -> tuple[Expr, ...]:
    if isinstance(value, Text):
        return value.parts
    if isinstance(value, Seq) and value.kind == "tuple":
        return value.items
    return (value,)


def _filled(template: Expr, hole: re.Pattern[str], values: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """A format string's parts with the values in its holes, in the order of both."""
    if not isinstance(template, Const) or not isinstance(template.value, str):
        return (*_parts(template), *values)
    texts = hole.split(template.value)
    parts: list[Expr] = [Const(texts[0])]
    for i, text in enumerate(texts[1:]):
        parts.append(values[i] if i < len(values) else _STR)
        parts.append(Const(text))
    return tuple(parts)


def _unary(low: ExpressionLowering, node: ast.UnaryOp) -> Expr:
    if isinstance(node.operand, ast.Constant) and isinstance(node.op, ast.USub):
        value = node.operand.value
        return Const(-value) if isinstance(value, int) and value < 2**31 else _NUMBER
    low.effect(node.operand)
    return _BOOL


def _choice(low: ExpressionLowering, node: ast.BoolOp) -> Expr:
    return Choice(tuple(low.lower(value) for value in node.values))


def _conditional(low: ExpressionLowering, node: ast.IfExp) -> Expr:
    low.effect(node.test)
    return Choice((low.lower(node.body), low.lower(node.orelse)))


def _compare(low: ExpressionLowering, node: ast.Compare) -> Expr:
    for part in (node.left, *node.comparators):
        low.effect(part)
    return _BOOL


def _lambda(low: ExpressionLowering, node: ast.Lambda) -> Expr:
    low.scope.lambdas += 1
    name = low.scope.qualify(f"<lambda{low.scope.lambdas}>")
    return Def(low.function(node, name, "lambda", (), None))


def _text(low: ExpressionLowering, node: ast.JoinedStr) -> Expr:
    return Text(tuple(low.lower(part) for part in node.values))


def _formatted(low: ExpressionLowering, node: ast.FormattedValue) -> Expr:
    if node.format_spec is not None:
        low.effect(node.format_spec)
    return low.lower(node.value)


def _await(low: ExpressionLowering, node: ast.Await) -> Expr:
    return Await(low.lower(node.value))


def _yield(low: ExpressionLowering, node: ast.Yield | ast.YieldFrom) -> Expr:
    value = low.lower(node.value) if node.value is not None else Const(None)
    low.scope.body.append(Yield(value, isinstance(node, ast.YieldFrom)))
    low.scope.is_generator = True
    return _UNKNOWN


def _walrus(low: ExpressionLowering, node: ast.NamedExpr) -> Expr:
    low.assign(node.target, low.lower(node.value), node.lineno)
    return low.lower(node.target)


def _comprehension(
    kind: str,
) -> Callable[[ExpressionLowering, ast.ListComp | ast.SetComp | ast.GeneratorExp], Expr]:
    def lower(low: ExpressionLowering, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Expr:
        renames = dict(low.scope.renames)
        _generators(low, node.generators)
        item = low.lower(node.elt)
        low.scope.renames = renames
        return Seq(kind, (Star(Seq("tuple", (item,), node.lineno)),), node.lineno)

    return lower


def _dict_comprehension(low: ExpressionLowering, node: ast.DictComp) -> Expr:
    renames = dict(low.scope.renames)
    _generators(low, node.generators)
    key, value = low.lower(node.key), low.lower(node.value)
    low.scope.renames = renames
    return Dict(((key, value),), node.lineno)


def _generators(low: ExpressionLowering, generators: list[ast.comprehension]) -> None:
    for generator in generators:
        source = Iter(low.lower(generator.iter), generator.iter.lineno)
        for target in ast.walk(generator.target):
            if isinstance(target, ast.Name):
                low.scope.hide(target.id)
        low.assign(generator.target, source, generator.target.lineno)
        for test in generator.ifs:
            low.effect(test)


def unpack(value: Name, targets: list[ast.expr]) -> list[tuple[ast.expr, Expr]]:
    """Each target of an unpacking with the part of `value` that it gets."""
    stars = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    star = stars[0] if stars else len(targets)
    pairs: list[tuple[ast.expr, Expr]] = []
    for i, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            pairs.append((target.value, Unpack(value, i, True, len(targets) - 1 - i)))
        else:
            pairs.append((target, Unpack(value, i if i < star else i - len(targets), False, 0)))
    return pairs


_EXPRESSIONS: dict[type, Callable[..., Expr]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence("list"),
    ast.Tuple: _sequence("tuple"),
    ast.Set: _sequence("set"),
    ast.Dict: _dict,
    ast.Starred: _starred,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _choice,
    ast.IfExp: _conditional,
    ast.Compare: _compare,
    ast.Lambda: _lambda,
    ast.JoinedStr: _text,
    ast.FormattedValue: _formatted,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.NamedExpr: _walrus,
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.GeneratorExp: _comprehension("generator"),
    ast.DictComp: _dict_comprehension,
}
