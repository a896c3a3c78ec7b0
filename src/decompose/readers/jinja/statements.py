"""Lowering of Jinja statements: a template is a definition, its macros are functions in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jinja2 import nodes

from decompose.domain.facts import (
    Assign,
    Attr,
    Call,
    Const,
    Def,
    Define,
    DefinitionFacts,
    Eval,
    Expr,
    From,
    ImportFacts,
    Iter,
    Lit,
    Module,
    Name,
    Param,
    ParamKind,
    Return,
    ScopeKind,
    SetAttr,
    Unpack,
    When,
)
from decompose.readers.jinja.expressions import ExpressionLowering, encodable, filtered
from decompose.readers.jinja.scope import Frame, merge

_IMPLICIT: tuple[tuple[str, ParamKind], ...] = (
    ("varargs", "vararg"),
    ("kwargs", "kwarg"),
    ("caller", "kwonly"),
)
_STR = Lit("str")


class Lowering(ExpressionLowering):
    """One template's definitions, imports and words while its tree is walked."""

    def __init__(self, lines: int) -> None:
        """Start a template of so many lines."""
        super().__init__()
        self.lines = lines
        self.definitions: list[DefinitionFacts | None] = [None]
        self.imports: list[ImportFacts] = []
        self.conditions = 0

    def template(self, tree: nodes.Template) -> tuple[DefinitionFacts, ...]:
        """The template itself, then its macros and call blocks in the order of their lines."""
        self.block(tree.body)
        self.definitions[0] = self.frame.facts(self.lines)
        return tuple(facts for facts in self.definitions if facts is not None)

    def block(self, statements: Sequence[nodes.Node]) -> None:
        """Lower statements one after the other."""
        for statement in statements:
            _STATEMENTS.get(type(statement), _other)(self, statement)

    def branches(self, *alternatives: Sequence[nodes.Node]) -> None:
        """Lower statements of which only one alternative runs."""
        before = self.frame.layers[-1]
        after = []
        self.conditions += 1
        for statements in alternatives:
            self.frame.layers[-1] = dict(before)
            self.block(statements)
            after.append(self.frame.layers[-1])
        self.conditions -= 1
        self.frame.layers[-1] = merge(after)

    def assign(self, target: nodes.Node, value: Expr, line: int) -> None:
        """Bind a name, a namespace's attribute or a tuple of them."""
        if isinstance(target, nodes.Tuple):
            named = self.named(value, line)
            for index, item in enumerate(target.items):
                self.assign(item, Unpack(named, index, False, 0), line)
        elif isinstance(target, nodes.NSRef):
            self.words.append(target.attr)
            holder = self.read(target.name)
            self.frame.body.append(SetAttr(holder, target.attr, value, False, line))
        elif isinstance(target, nodes.Name):
            self.bind(target.name, value, line)

    def bind(self, name: str, value: Expr, line: int) -> None:
        """Assign `value` to a new version of `name`."""
        self.words.append(name)
        self.frame.body.append(Assign(self.frame.bind(name), value, None, line))

    def named(self, value: Expr, line: int) -> Name:
        """A name for `value`, which is to be evaluated once only."""
        if isinstance(value, Name):
            return value
        self.frame.temporaries += 1
        target = self.frame.bind(f"%{self.frame.temporaries}")
        self.frame.body.append(Assign(target, value, None, line))
        return Name(target)

    def add_import(self, module: str, name: str, line: int) -> None:
        """Note an import with the circumstances in which it happens."""
        when: When = "lazy" if self.frame.index else "conditional" if self.conditions else "top"
        self.imports.append(ImportFacts(module, name, line, when, self.frame.index))

    def function(self, node: nodes.Macro | nodes.CallBlock, kind: ScopeKind, name: str) -> int:
        """Lower a macro or the body of a call block; returns its index."""
        outside = self.frame
        index = len(self.definitions)
        self.definitions.append(None)
        params = self._params(node)
        self.frame = Frame(index, kind, outside.qualify(name), outside.index, node.lineno)
        self.frame.params = params
        for param in params:
            self.frame.bind(param.name)
        self.block(node.body)
        self.frame.body.append(Return(_STR, node.lineno))
        self.definitions[index] = self.frame.facts(_end_line(node))
        self.frame = outside
        return index

    def _params(self, node: nodes.Macro | nodes.CallBlock) -> list[Param]:
        required = len(node.args) - len(node.defaults)
        defaults = [None] * required + [self.lower(default) for default in node.defaults]
        params = [
            Param(arg.name, "arg", default)
            for arg, default in zip(node.args, defaults, strict=True)
        ]
        declared = {arg.name for arg in node.args}
        used = {name.name for name in node.find_all(nodes.Name)} - declared
        for name, kind in _IMPLICIT if isinstance(node, nodes.Macro) else ():
            if name in used:
                params.append(Param(name, kind, Const(None) if kind == "kwonly" else None))
        return params


def _end_line(node: nodes.Node) -> int:
    """The last line that something inside starts on: the tree does not know where tags end."""
    return max((child.lineno for child in node.find_all(nodes.Node)), default=node.lineno)


def _output(low: Lowering, node: nodes.Output) -> None:
    for part in node.nodes:
        low.effect(part)


def _expression(low: Lowering, node: nodes.ExprStmt) -> None:
    low.effect(node.node)


def _for(low: Lowering, node: nodes.For) -> None:
    items = Iter(low.lower(node.iter), node.iter.lineno)
    with low.frame.layer():
        low.frame.layers[-1]["loop"] = Lit("loop")
        low.assign(node.target, items, node.lineno)
        if node.recursive:
            _descend(low, node)
        if node.test is not None:
            low.effect(node.test)
        low.block(node.body)
    low.branches((), node.else_)


def _descend(low: Lowering, node: nodes.For) -> None:
    """`loop(children)` runs the loop's body again: its targets are also the children's items."""
    names = [target.name for target in _targets(node.target)]
    for call in [call for part in node.body for call in _calls(part)]:
        if isinstance(call.node, nodes.Name) and call.node.name == "loop" and call.args:
            low.frame.blur(names)
            low.assign(node.target, Iter(low.lower(call.args[0]), call.lineno), call.lineno)
    low.frame.blur(names)


def _targets(node: nodes.Node) -> list[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))


def _calls(node: nodes.Node) -> list[nodes.Call]:
    inside = list(node.find_all(nodes.Call))
    return [node, *inside] if isinstance(node, nodes.Call) else inside


def _if(low: Lowering, node: nodes.If) -> None:
    low.effect(node.test)
    for other in node.elif_:
        low.effect(other.test)
    low.branches(node.body, *(other.body for other in node.elif_), node.else_)


def _with(low: Lowering, node: nodes.With) -> None:
    values = [low.lower(value) for value in node.values]
    with low.frame.layer():
        for target, value in zip(node.targets, values, strict=True):
            low.assign(target, value, target.lineno)
        low.block(node.body)


def _set(low: Lowering, node: nodes.Assign) -> None:
    low.assign(node.target, low.lower(node.node), node.lineno)


def _set_block(low: Lowering, node: nodes.AssignBlock) -> None:
    with low.frame.layer():
        low.block(node.body)
    value = _STR if node.filter is None else _chain(low, node.filter)
    low.assign(node.target, value, node.lineno)


def _filter_block(low: Lowering, node: nodes.FilterBlock) -> None:
    with low.frame.layer():
        low.block(node.body)
    low.frame.body.append(Eval(_chain(low, node.filter)))


def _chain(low: Lowering, node: nodes.Filter) -> Expr:
    """The filters of a block, which start from its text."""
    inner = _chain(low, node.node) if isinstance(node.node, nodes.Filter) else _STR
    return filtered(low, node, inner)


def _block(low: Lowering, node: nodes.Block) -> None:
    low.words.append(node.name)
    with low.frame.block({"super": Lit("super")}):
        low.block(node.body)


def _macro(low: Lowering, node: nodes.Macro) -> None:
    low.words.append(node.name)
    index = low.function(node, "function", node.name)
    low.frame.body.append(Define(low.frame.bind(node.name), index, node.lineno))


def _call_block(low: Lowering, node: nodes.CallBlock) -> None:
    low.frame.lambdas += 1
    index = low.function(node, "lambda", f"<lambda{low.frame.lambdas}>")
    called = low.lower(node.call)
    if isinstance(called, Call):
        kwargs = (*called.kwargs, ("caller", Def(index)))
        called = Call(called.func, called.args, kwargs, called.line)
    low.frame.body.append(Eval(called))


def _template_call(name: str) -> Callable[[Lowering, nodes.Extends | nodes.Include], None]:
    def lower(low: Lowering, node: nodes.Extends | nodes.Include) -> None:
        low.frame.body.append(Eval(_called(low, name, node.template, node.lineno)))

    return lower


def _called(low: Lowering, name: str, template: nodes.Expr, line: int) -> Call:
    return Call(Name(name), (low.lower(template),), (), line)


def _import(low: Lowering, node: nodes.Import) -> None:
    module = _literal(node.template)
    if module:
        low.add_import(module, "", node.lineno)
    value = Module(module) if module else _called(low, "@import", node.template, node.lineno)
    low.bind(node.target, value, node.lineno)


def _from_import(low: Lowering, node: nodes.FromImport) -> None:
    module = _literal(node.template)
    for item in node.names:
        name, alias = (item, item) if isinstance(item, str) else item
        if module:
            low.add_import(module, name, node.lineno)
            low.bind(alias, From(module, name), node.lineno)
        else:
            source = _called(low, "@import", node.template, node.lineno)
            low.bind(alias, Attr(source, name, node.lineno), node.lineno)


def _literal(template: nodes.Expr) -> str:
    """The module of a template that is named by a literal; empty for any other."""
    name = template.value if isinstance(template, nodes.Const) else None
    return f"template:{name}" if isinstance(name, str) and encodable(name) else ""


def _body(low: Lowering, node: nodes.ScopedEvalContextModifier) -> None:
    for option in node.options:
        low.effect(option.value)
    with low.frame.layer():
        low.block(node.body)


def _scope(low: Lowering, node: nodes.Scope) -> None:
    with low.frame.layer():
        low.block(node.body)


def _other(low: Lowering, node: nodes.Node) -> None:
    """`break` and `continue`: nothing to keep."""


_STATEMENTS: dict[type[nodes.Node], Callable[..., None]] = {
    nodes.Output: _output,
    nodes.ExprStmt: _expression,
    nodes.For: _for,
    nodes.If: _if,
    nodes.With: _with,
    nodes.Assign: _set,
    nodes.AssignBlock: _set_block,
    nodes.FilterBlock: _filter_block,
    nodes.Block: _block,
    nodes.Macro: _macro,
    nodes.CallBlock: _call_block,
    nodes.Extends: _template_call("@extends"),
    nodes.Include: _template_call("@include"),
    nodes.Import: _import,
    nodes.FromImport: _from_import,
    nodes.ScopedEvalContextModifier: _body,
    nodes.Scope: _scope,
}
