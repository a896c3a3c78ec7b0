"""Lowering of Jinja expressions to those of the facts; filters and tests are calls."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes

from decompose.domain.facts import (
    Attr,
    Call,
    Choice,
    Const,
    Dict,
    Eval,
    Expr,
    Lit,
    Name,
    Seq,
    Star,
    Sub,
    Text,
)
from decompose.readers.jinja.scope import Frame

_BOOL, _NUMBER, _STR = Lit("bool"), Lit("number"), Lit("str")
_UNKNOWN = Lit("unknown")
_BIGGEST = 2**31


class ExpressionLowering:
    """Turns Jinja's expressions into `Expr`; side computations go to the frame's body."""

    def __init__(self) -> None:
        """Start in the template's own frame."""
        self.frame = Frame(0, "template", "", -1, 1)
        self.words: list[str] = []

    def lower(self, node: nodes.Node) -> Expr:
        """The expression's compact form."""
        return _EXPRESSIONS.get(type(node), _unknown)(self, node)

    def effect(self, node: nodes.Node) -> None:
        """Keep what evaluating `node` does, where its value does not matter."""
        if not isinstance(node, nodes.Literal) or isinstance(node, _CONTAINERS):
            self.frame.body.append(Eval(self.lower(node)))

    def read(self, name: str) -> Expr:
        """A variable as a read at this point sees it."""
        self.words.append(name.removeprefix("tag:"))
        return self.frame.read(name)


_CONTAINERS = (nodes.List, nodes.Tuple, nodes.Dict)


def constant(value: object) -> Expr:
    """A literal; what no analysis or storage can use keeps its type only."""
    if isinstance(value, str):
        return Const(value) if encodable(value) else _STR
    if value is None or isinstance(value, bool):
        return Const(value)
    if isinstance(value, int):
        return Const(value) if abs(value) < _BIGGEST else _NUMBER
    return Lit(type(value).__name__)


def encodable(text: str) -> bool:
    """Whether UTF-8 can hold it: an escape in a literal may stand for a lone surrogate."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _constant(low: ExpressionLowering, node: nodes.Const) -> Expr:
    return constant(node.value)


def _template_data(low: ExpressionLowering, node: nodes.TemplateData) -> Expr:
    return constant(node.data)


def _name(low: ExpressionLowering, node: nodes.Name) -> Expr:
    return low.read(node.name)


def _attribute(low: ExpressionLowering, node: nodes.Getattr) -> Expr:
    low.words.append(node.attr)
    return Attr(low.lower(node.node), node.attr, node.lineno)


def _item(low: ExpressionLowering, node: nodes.Getitem) -> Expr:
    return Sub(low.lower(node.node), low.lower(node.arg), node.lineno)


def _slice(low: ExpressionLowering, node: nodes.Slice) -> Expr:
    for part in (node.start, node.stop, node.step):
        if part is not None:
            low.effect(part)
    return Lit("slice")


def _call(low: ExpressionLowering, node: nodes.Call) -> Expr:
    return call(low, low.lower(node.node), node)


def call(
    low: ExpressionLowering, func: Expr, node: nodes.Call | nodes.Filter | nodes.Test, *first: Expr
) -> Call:
    """`func` called with `first` and the arguments of `node`."""
    args = [*first, *map(low.lower, node.args)]
    kwargs = [(str(word.key), low.lower(word.value)) for word in node.kwargs]
    if node.dyn_args is not None:
        args.append(Star(low.lower(node.dyn_args)))
    if node.dyn_kwargs is not None:
        kwargs.append(("**", low.lower(node.dyn_kwargs)))
    return Call(func, tuple(args), tuple(kwargs), node.lineno)


def _filter(low: ExpressionLowering, node: nodes.Filter) -> Expr:
    value = low.lower(node.node) if node.node is not None else _STR
    return filtered(low, node, value)


def filtered(low: ExpressionLowering, node: nodes.Filter, value: Expr) -> Expr:
    """`value` through the filter."""
    low.words.append(node.name)
    return call(low, Name(f"filter:{node.name}"), node, value)


def _test(low: ExpressionLowering, node: nodes.Test) -> Expr:
    return call(low, Name(f"test:{node.name}"), node, low.lower(node.node))


def _sequence(kind: str) -> Callable[[ExpressionLowering, nodes.List | nodes.Tuple], Expr]:
    def lower(low: ExpressionLowering, node: nodes.List | nodes.Tuple) -> Expr:
        return Seq(kind, tuple(map(low.lower, node.items)), node.lineno)

    return lower


def _dict(low: ExpressionLowering, node: nodes.Dict) -> Expr:
    items = tuple((low.lower(pair.key), low.lower(pair.value)) for pair in node.items)
    return Dict(items, node.lineno)


def _binary(low: ExpressionLowering, node: nodes.BinExpr) -> Expr:
    left, right = low.lower(node.left), low.lower(node.right)
    named = node.operator == "%" and isinstance(right, Dict)  # as `{% trans %}` fills its text
    if named or (node.operator in ("+", "%") and (_is_text(left) or _is_text(right))):
        return Text((*_parts(left), *_parts(right)))
    if isinstance(left, Const | Lit) and isinstance(right, Const | Lit):
        return _NUMBER
    return Choice((left, right))


def _is_text(value: Expr) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Text) or value == _STR


def _parts(value: Expr) -> tuple[Expr, ...]:
    if isinstance(value, Dict):
        return tuple(part for _, part in value.items)
    return value.parts if isinstance(value, Text) else (value,)


def _concat(low: ExpressionLowering, node: nodes.Concat) -> Expr:
    return Text(tuple(map(low.lower, node.nodes)))


def _either(low: ExpressionLowering, node: nodes.And | nodes.Or) -> Expr:
    return Choice((low.lower(node.left), low.lower(node.right)))


def _not(low: ExpressionLowering, node: nodes.Not) -> Expr:
    low.effect(node.node)
    return _BOOL


def _sign(low: ExpressionLowering, node: nodes.Neg | nodes.Pos) -> Expr:
    value = low.lower(node.node)
    if isinstance(value, Const) and isinstance(value.value, int):
        return Const(-value.value if isinstance(node, nodes.Neg) else value.value)
    return value


def _conditional(low: ExpressionLowering, node: nodes.CondExpr) -> Expr:
    low.effect(node.test)
    otherwise = Const("") if node.expr2 is None else low.lower(node.expr2)
    return Choice((low.lower(node.expr1), otherwise))


def _compare(low: ExpressionLowering, node: nodes.Compare) -> Expr:
    for part in (node.expr, *(operand.expr for operand in node.ops)):
        low.effect(part)
    return _BOOL


def _marked(low: ExpressionLowering, node: nodes.MarkSafe | nodes.MarkSafeIfAutoescape) -> Expr:
    return low.lower(node.expr)


def _unknown(low: ExpressionLowering, node: nodes.Node) -> Expr:
    """Nodes that only extensions make: nothing is known but what their parts do."""
    for child in node.iter_child_nodes():
        low.effect(child)
    return _UNKNOWN


_EXPRESSIONS: dict[type[nodes.Node], Callable[..., Expr]] = {
    nodes.Const: _constant,
    nodes.TemplateData: _template_data,
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Getitem: _item,
    nodes.Slice: _slice,
    nodes.Call: _call,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.List: _sequence("list"),
    nodes.Tuple: _sequence("tuple"),
    nodes.Dict: _dict,
    **dict.fromkeys(
        (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
        _binary,
    ),
    nodes.Concat: _concat,
    nodes.And: _either,
    nodes.Or: _either,
    nodes.Not: _not,
    nodes.Neg: _sign,
    nodes.Pos: _sign,
    nodes.CondExpr: _conditional,
    nodes.Compare: _compare,
    nodes.MarkSafe: _marked,
    nodes.MarkSafeIfAutoescape: _marked,
}
