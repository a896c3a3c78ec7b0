"""A compact text form of facts, for people to compare."""

from __future__ import annotations

from decompose.domain import facts as f
from decompose.resolve.sql import SqlResult

_EXPRESSIONS = {
    f.Name: lambda e: e.id,
    f.Const: lambda e: repr(e.value),
    f.Lit: lambda e: f"<{e.kind}>",
    f.Attr: lambda e: f"{expression(e.value)}.{e.attr}",
    f.Call: lambda e: f"{expression(e.func)}({_arguments(e)})",
    f.Sub: lambda e: f"{expression(e.value)}[{expression(e.index)}]",
    f.Seq: lambda e: f"{e.kind}[{_joined(e.items)}]",
    f.Dict: lambda e: "{" + _joined(part for pair in e.items for part in pair) + "}",
    f.Star: lambda e: f"*{expression(e.value)}",
    f.Def: lambda e: f"definition {e.index}",
    f.Choice: lambda e: "(" + " | ".join(map(expression, e.items)) + ")",
    f.Iter: lambda e: f"iter({expression(e.value)})",
    f.Module: lambda e: f"module({e.name})",
    f.From: lambda e: f"from({e.module}, {e.name})",
    f.Text: lambda e: f"text({_joined(e.parts)})",
    f.Unpack: lambda e: f"unpack({expression(e.value)}, {e.index}{_rest(e)})",
    f.Await: lambda e: f"await {expression(e.value)}",
    f.Enter: lambda e: f"enter({expression(e.value)})",
}
_STATEMENTS = {
    f.Assign: lambda s: f"{s.target}{_annotation(s)} = {expression(s.value)}",
    f.SetAttr: lambda s: (
        f"{expression(s.object)}.{s.attr} {'+' * s.augmented}= {expression(s.value)}"
    ),
    f.SetSub: lambda s: f"{expression(s.object)}[{expression(s.index)}] = {expression(s.value)}",
    f.Yield: lambda s: f"yield {'from ' * s.delegate}{expression(s.value)}",
    f.Raise: lambda s: f"raise {expression(s.value)}",
    f.StarImport: lambda s: f"star {s.module}",
    f.DelAttr: lambda s: f"del {expression(s.object)}.{s.attr}",
    f.Eval: lambda s: expression(s.value),
    f.Return: lambda s: f"return {expression(s.value)}",
    f.Define: lambda s: f"{s.target} = definition {s.index}",
}


def dump(module: f.ModuleFacts) -> str:
    """Definitions with their statements, then imports and findings, each with its line."""
    lines = [line for definition in module.definitions for line in _definition(definition)]
    lines += [f"import {i.module} {i.name or '-'} {i.when} :{i.line}" for i in module.imports]
    if module.exports is not None:
        lines.append(f"exports {' '.join(module.exports)}")
    lines += [f"finding {x.code} :{x.location.line} {x.message}" for x in module.findings]
    lines.append("words " + " ".join(f"{word}:{count}" for word, count in module.counted_words()))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def dump_sql(result: SqlResult) -> str:
    """One line that holds what is not empty."""
    if not result.ok:
        return "not sql"
    parts = [f"reads {' '.join(result.reads)}"] if result.reads else []
    parts += [f"writes {' '.join(result.writes)}"] if result.writes else []
    for table in result.tables:
        keys = [f"{k.column}->{k.target} {k.on_delete}".strip() for k in table.foreign_keys]
        parts.append(f"table {table.name}({', '.join(table.columns)}) {', '.join(keys)}".strip())
    parts += [f"view {view.name} of {' '.join(view.reads)}" for view in result.views]
    parts += ["dynamic"] if result.dynamic else []
    parts += [] if result.exact else ["by keywords"]
    return "; ".join(parts)


def expression(value: f.Expr | None) -> str:
    """An expression on one line."""
    return "" if value is None else _EXPRESSIONS[type(value)](value)


def _definition(definition: f.DefinitionFacts) -> list[str]:
    params = ", ".join(
        f"{p.name} {p.kind}{_annotation(p)}"
        + (f"={expression(p.default)}" if p.default is not None else "")
        for p in definition.params
    )
    span = f"{definition.line}-{definition.end_line}"
    head = f"{definition.kind} {definition.name or '-'}({params}) in {definition.parent} :{span}"
    return [
        head,
        *_around(definition),
        *(f"  {_line(s)}: {_STATEMENTS[type(s)](s)}" for s in definition.statements()),
    ]


def _around(definition: f.DefinitionFacts) -> list[str]:
    """What a definition says outside its body, where it says anything."""
    lines = [f"  @{expression(decorator)}" for decorator in definition.decorators]
    lines += [f"  base {expression(base)}" for base in definition.bases]
    lines += [f"  {name}={expression(value)}" for name, value in definition.keywords]
    lines += [f"  -> {expression(definition.returns)}"] if definition.returns is not None else []
    lines += [f"  outer {' '.join(definition.outer)}"] if definition.outer else []
    flags = [("generator", definition.is_generator), ("async", definition.is_async)]
    return lines + [f"  {flag}" for flag, on in flags if on]


def _annotation(node: f.Assign | f.Param) -> str:
    return f": {expression(node.annotation)}" if node.annotation is not None else ""


def _rest(unpack: f.Unpack) -> str:
    return f", rest less {unpack.tail}" if unpack.rest else ""


def _line(node: object) -> int:
    """The line of a statement, or that of the first part that has one."""
    line = getattr(node, "line", 0)
    if line:
        return int(line)
    parts = (getattr(node, name) for name in getattr(node, "__struct_fields__", ()))
    flat = [p for part in parts for p in (part if isinstance(part, tuple) else (part,))]
    return next(filter(None, map(_line, flat)), 0)


def _arguments(call: f.Call) -> str:
    words = [f"{name}={expression(value)}" for name, value in call.kwargs]
    return ", ".join([*map(expression, call.args), *words])


def _joined(items: object) -> str:
    return ", ".join(expression(item) for item in items)  # type: ignore[attr-defined]
